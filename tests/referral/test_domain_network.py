"""The network without a database: RPPS keys, proofs, what a profile may hold, and what a file would change."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.network import ImportRow, NewProof
from contracts.words import ExpertProfession, Modality
from infra.embedded.seed.network import network
from services.referral.domain.experts import Expert, Fee
from services.referral.domain.network import imports, proofs
from services.referral.domain.network.profiles import NEVER, ProfileRefused, changed
from services.referral.domain.network.proofs import ProofRefused, luhn, rpps
from tests.referral.make import an_expert

TODAY = date(2026, 11, 22)


def _keyed(body: str) -> str:
    return next(f"{body}{key}" for key in range(10) if luhn(f"{body}{key}"))


GOOD = _keyed("1000345678")


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_of_an_rpps_is_always_found(body: str, place: int, by: int) -> None:
    whole = _keyed(body)
    assert rpps(f"{whole[:3]} {whole[3:]}") == whole
    wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
    with pytest.raises(ValueError, match="key"):
        rpps(wrong)


@pytest.mark.parametrize("typed", ["", "1000345678", "100034567890", "1000345678x", "１０００３４５６７８９"])
def test_an_rpps_has_eleven_digits(typed: str) -> None:
    with pytest.raises(ValueError, match="11 digits"):
        rpps(typed)


def test_the_demo_has_rpps_numbers_with_their_key() -> None:
    assert all(luhn(member.expert.rpps or "1") for member in network(TODAY, 150))


@pytest.mark.parametrize(
    ("proof", "wrong"),
    [
        (NewProof("diploma"), {"kind"}),
        (NewProof("rpps", "12345678901"), {"reference"}),
        (NewProof("insurance", "MACSF"), {"expires_on"}),
        (NewProof("training", "x" * 200, date(2027, 1, 1)), {"reference", "obtained_on"}),
        (NewProof("insurance", "A", date(2026, 5, 1), date(2026, 4, 1)), {"expires_on"}),
    ],
)
def test_a_proof_that_cannot_be_is_refused_field_by_field(proof: NewProof, wrong: set[str]) -> None:
    with pytest.raises(ProofRefused) as refusal:
        proofs.checked(proof, today=TODAY)
    assert set(refusal.value.fields) == wrong


def test_an_expert_changes_their_own_fields_and_not_those_the_coordination_vouches_for() -> None:
    before = an_expert()
    after = changed(
        before,
        {
            "languages": ["fr", "ar"],
            "places": [{"city": "Saint-Denis", "department": "974"}],
            "leave": [{"first": "2026-12-20", "last": "2027-01-03"}],
            "specialties": {"grief": 1, "anxiety": 0.6, "sleep": 0},
            "fee_cents": 5500,
            "capacity": 0,
            "listed": True,
        },
        by_coordination=False,
    )
    assert after.version == before.version + 1 and after.time_zone == "Indian/Reunion"
    assert after.specialties == {"grief": 1.0, "anxiety": 0.6} and after.fee == Fee(5500, covered=True)
    assert after.leave == ((date(2026, 12, 20), date(2027, 1, 3)),) and after.listed and after.capacity == 0
    for name, value in {"name": "B", "crisis": True, "fee_covered": True, "active": False}.items():
        with pytest.raises(ProfileRefused):
            changed(before, {name: value}, by_coordination=False)
        assert changed(before, {name: value}, by_coordination=True)
    assert changed(before, {"languages": ["fr"]}, by_coordination=False) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": []},
        {"languages": ["klingon"]},
        {"modalities": []},
        {"modalities": "video"},
        {"capacity": 41},
        {"capacity": -1},
        {"capacity": "3"},
        {"fee_cents": 10**9},
        {"places": [{"city": "", "department": "29"}]},
        {"places": [{"city": "Brest", "department": "2Z"}]},
        {"places": [{"city": "Brest", "department": "29", "latitude": 900, "longitude": 3}]},
        {"leave": [{"first": "2026-12-20", "last": "2026-12-01"}]},
        {"specialties": {"grief": 3}},
        {"title": "x" * 90},
        {"employer": "00"},
        {"offered": "yes"},
    ],
)
def test_what_a_profile_cannot_hold_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(ProfileRefused) as refusal:
        changed(an_expert(), changes, by_coordination=True)
    assert set(refusal.value.fields) == set(changes)


def _row(**cells: str) -> ImportRow:
    told = {"rpps": GOOD, "name": "Ana Duval", "profession": "Psychologue", "department": "29"}
    return ImportRow(**{**told, **cells})


def _known(*experts: Expert) -> dict[str, Expert]:
    return {one.rpps: one for one in experts if one.rpps}


def test_a_new_line_is_a_member_who_is_not_proposed_yet() -> None:
    line = imports.read(
        [_row(modalities="visio, téléphone", languages="Français ; arabe", fee="prise en charge", capacity="2")],
        {},
        today=TODAY,
    )[0]
    assert line.kind == "new" and line.expert is not None
    assert not line.expert.active and line.expert.checked_at == NEVER and line.expert.capacity == 2
    assert line.expert.modalities == {Modality.VIDEO, Modality.PHONE} and line.expert.languages == {"fr", "ar"}
    assert line.expert.fee.covered and line.expert.places[0].city == "Finistère"
    again = imports.read([_row()], {}, today=TODAY)[0]
    assert again.expert is not None and again.expert.id == line.expert.id


def test_the_difference_names_what_changes_and_empty_cells_change_nothing() -> None:
    known = an_expert(rpps=GOOD, name="Ana Duval", capacity=1, places=())
    known = replace(known, places=imports.read([_row()], {}, today=TODAY)[0].expert.places)  # type: ignore[union-attr]
    same, more = imports.read([_row(), _row(rpps=_keyed("1000000000"))], _known(known), today=TODAY)
    assert same.kind == "same" and more.kind == "new"
    line = imports.read([_row(capacity="3", fee="60,50", checked_on="01/11/2026")], _known(known), today=TODAY)[0]
    assert line.kind == "changed" and line.expert is not None and line.expert.version == known.version + 1
    told = {change.field: (change.before, change.after) for change in line.changes}
    assert told["capacity"] == ("1", "3") and told["fee"] == ("covered", "60.50")
    assert told["checked_at"][1] == "2026-11-01" and line.expert.id == known.id


def test_lines_that_cannot_be_read_say_why_and_stop_nothing() -> None:
    lines = imports.read(
        [
            _row(),
            _row(name="Twice"),
            _row(rpps="123"),
            _row(rpps=_keyed("1000000001"), profession="voyante", department="99", capacity="many", fee="cher"),
            _row(rpps=_keyed("1000000002"), name="", department=""),
            _row(rpps=_keyed("1000000003"), checked_on="31/12/2030"),
        ],
        {},
        today=TODAY,
    )
    assert [line.kind for line in lines] == ["new", "wrong", "wrong", "wrong", "wrong", "wrong"]
    assert [set(line.errors) for line in lines[1:]] == [
        {"rpps"},
        {"rpps"},
        {"profession", "department", "capacity", "fee"},
        {"name", "department"},
        {"checked_on"},
    ]


def test_the_fingerprint_names_one_difference() -> None:
    def mark(*rows: ImportRow, known: dict[str, Expert] | None = None) -> str:
        return imports.fingerprint(imports.read(rows, known or {}, today=TODAY))

    assert mark(_row()) == mark(_row()) != mark(_row(capacity="2"))
    expert = an_expert(id=UUID(int=5), rpps=GOOD)
    later = replace(expert, version=9)
    assert mark(_row(), known=_known(expert)) != mark(_row(), known=_known(later))
    assert ExpertProfession.PSYCHOLOGIST in imports.PROFESSIONS.values()
