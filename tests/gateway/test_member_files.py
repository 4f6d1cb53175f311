"""Files of members and profile forms, without a house: what people paste, and what they typed."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from contracts.network import Away, Listing, Practice, Profile
from contracts.words import ExpertProfession, Modality
from gateway import france
from gateway.member_files import Unreadable, read
from gateway.network_words import cents, euros
from gateway.profile_form import as_typed, changes


def test_a_file_is_read_whatever_separates_it_and_ways_to_reach_stay_apart() -> None:
    for separator in ";,\t":
        text = "\ufeffRPPS;Nom;Département;Vérifié le;Courriel\r\n"
        text += "10003456788;Ana Duval;29;01/11/2026;ana@exemple.fr\r\n\r\n"
        file = read(text.replace(";", separator))
        assert [(row.rpps, row.name, row.department, row.checked_on) for row in file.rows] == [
            ("10003456788", "Ana Duval", "29", "01/11/2026")
        ]
        assert file.mails == ["ana@exemple.fr"] and "ana@" not in str(file.rows)


@pytest.mark.parametrize("text", ["", "rpps;nom", "nom;ville\nA;B", 'rpps;nom\n"1;A', "x" * 700_000])
def test_what_is_no_table_says_what_to_change(text: str) -> None:
    if text.startswith('rpps;nom\n"'):
        assert read(text).rows[0].name == ""  # an open quotation mark swallows the line, which is shown as unreadable
        return
    with pytest.raises(Unreadable):
        read(text)


def test_columns_that_say_nothing_here_are_left_aside_and_named() -> None:
    file = read("RPPS;Nom;Téléphone;Couleur\n10003456788;Ana Duval;0612345678;bleu\n")
    assert file.aside == ["Téléphone", "Couleur"] and "0612" not in str(file)


def test_the_public_extract_of_rpps_is_read_as_it_comes() -> None:
    head = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice"
    head += "|Libellé profession|Libellé savoir-faire|Numéro Voie (coord. structure)|Libellé Voie (coord. structure)"
    head += "|Code postal (coord. structure)|Libellé commune (coord. structure)|Adresse e-mail (coord. structure)|"
    rows = "8|10003456788|810003456788|MARTIN|Jean|Médecin|Psychiatrie|12|DE SIAM|29200|BREST|jm@exemple.org|\n"
    rows += "8||810003456788|LE GALL|Anne-Marie|Psychologue||||20200|BASTIA||\n"
    rows += "8|10003456796|810003456796|PETIT|Luc|Médecin|Radiodiagnostic||||||\n"
    file = read(f"{head}\n{rows}")
    told = [(row.rpps, row.name, row.profession, row.department, row.city, row.address) for row in file.rows]
    assert told == [
        ("10003456788", "Jean Martin", "psychiatre", "29", "Brest", "12 DE SIAM"),
        ("10003456788", "Anne-Marie Le Gall", "Psychologue", "2B", "Bastia", ""),
        ("10003456796", "Luc Petit", "Médecin", "", "", ""),
    ]
    assert file.mails == ["jm@exemple.org", "", ""] and file.aside == ["Type d'identifiant PP"]


def a_profile(**more: Any) -> Profile:
    told: dict[str, Any] = {
        "id": uuid4(),
        "version": 3,
        "active": True,
        "name": "Ana Duval",
        "title": "Psychologue",
        "profession": ExpertProfession.PSYCHOLOGIST,
        "rpps": None,
        "checked_at": date(2026, 6, 1),
        "specialties": {"anxiety": 0.93, "grief": 0.55},
        "audiences": ["health"],
        "languages": ["fr"],
        "modalities": [Modality.VIDEO],
        "places": [Practice(f"Ville {n}", "29", None, 48.0 + n, -4.0) for n in range(4)],
        "fee_cents": 5550,
        "fee_covered": False,
        "coverage": "",
        "gender": None,
        "crisis": False,
        "capacity": 2,
        "leave": [Away(date(2026, n, 1), date(2026, n, 9)) for n in range(1, 6)],
        "exclusions": [],
        "accessibility": [],
        "offered": True,
        "listed": False,
        "time_zone": "Europe/Paris",
        "charter_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Profile(**(told | more))


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    profile = a_profile()
    for coordination in (False, True):
        assert changes(as_typed(profile), profile, coordination=coordination) == ({}, {})


def test_only_what_was_typed_changes_and_finer_weights_stay() -> None:
    profile = a_profile()
    typed = {
        **as_typed(profile),
        "specialty": ["anxiety", "sleep"],
        "practice": [],
        "fee": ["60"],
        "listed": ["oui"],
        "city0": ["Brest"],
        "crisis": ["oui"],
    }
    told, wrong = changes(typed, profile)
    assert wrong == {} and set(told) == {"specialties", "fee_cents", "listed", "places"}
    assert told["specialties"] == {"anxiety": 0.93, "sleep": 1.0} and told["fee_cents"] == 6000
    assert [place["city"] for place in told["places"]] == ["Brest", "Ville 1", "Ville 2", "Ville 3"]
    assert told["places"][0]["latitude"] is None and told["places"][1]["latitude"] == 49.0


def test_what_cannot_be_read_is_named() -> None:
    profile = a_profile()
    typed = {
        **as_typed(profile),
        "capacity": ["deux"],
        "fee": ["cher"],
        "first0": ["2026-12-09"],
        "last0": ["2026-12-01"],
    }
    assert set(changes(typed, profile)[1]) == {"capacity", "fee", "leave"}


@pytest.mark.parametrize(("typed", "found"), [("", None), ("50", 5000), ("52,5 €", 5250), ("0", 0)])
def test_amounts_are_read_as_they_are_written(typed: str, found: int | None) -> None:
    assert cents(typed) == found
    assert cents(euros(found)) == found


@pytest.mark.parametrize("typed", ["cher", "-3", "1e9", "nan"])
def test_no_other_amount_is(typed: str) -> None:
    with pytest.raises(ValueError):
        cents(typed)


def test_every_departement_has_its_place_on_the_drawing() -> None:
    listed = [Listing("29", "Finistère", 48.0, -4.1, 3), Listing("75", "Paris", 48.857, 2.352, 1)]
    listed += [Listing("974", "La Réunion", -20.9, 55.4, 0), Listing("2A", "Corse-du-Sud", 41.9, 8.7, 0)]
    drawing = france.drawn(listed)
    assert [one.code for one in drawing.land] == ["29", "75", "2A"]
    assert all(one.outline.startswith("M") for one in drawing.land)
    assert [one.code for one in drawing.larger] == ["75"]
    assert [one.code for one in drawing.overseas] == ["974"]
    assert [one.depth for one in drawing.land] == [2, 1, 0]
