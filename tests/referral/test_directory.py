"""The importer: rows checked, sources kept, a dry run first, and nothing of spring 2020 in public."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from kit.clock import now
from services.referral.domain import directory
from services.referral.importer import NotADirectory, bring_in
from services.referral.store import directory as store
from tests.referral.conftest import Desk

SEED = Path(__file__).resolve().parents[2] / "infra" / "embedded" / "seed" / "resources_seed.json"


def a_structure(**changes: Any) -> dict[str, Any]:
    return {"id": "s1", "source": "essai", "source_seed": ["000"], "nom": "CLSM", "kind": "clsm", **changes}


def a_service(**changes: Any) -> dict[str, Any]:
    return {
        "id": "v1",
        "source": "essai",
        "source_seed": ["003"],
        "structure_id": "s1",
        "nom": "Ligne d'écoute",
        "kind": "ligne-ecoute",
        "statut": "active",
        "diffusable": True,
        "date_maj": "2020-04-01",
        "date_maj_precision": "borne-inferieure",
        **changes,
    }


def a_document(*services: dict[str, Any], structures: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"structures": [a_structure()] if structures is None else structures, "services": list(services)}


@pytest.mark.parametrize(
    "changes",
    [
        {"statut": "peut-être"},
        {"departement": "99"},
        {"telephone": "appelez-moi"},
        {"date_maj": "hier"},
        {"date_maj_precision": "au doigt mouillé"},
        {"nom": ""},
        {"nom": "x\x00"},
        {"nom": "x" * 501},
        {"structure_id": "absente"},
        {"source": ""},
        {"kind": None},
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_taken(changes: dict[str, Any]) -> None:
    rows, refused = directory.checked(a_document(a_service(id="bad", **changes), a_service()))
    assert [row.external_id for row in rows if row.kind == "service"] == ["v1"]
    assert len(refused) == 1 and refused[0].external_id == "bad" and refused[0].why


def test_a_row_that_is_no_object_and_one_that_stands_twice_are_refused() -> None:
    document = a_document(a_service(), a_service(nom="encore"))
    document["services"].append("texte")
    rows, refused = directory.checked(document)
    assert len(rows) == 2 and len(refused) == 2


@pytest.mark.parametrize(
    ("status", "may_be_shown", "public"),
    [
        ("active", True, True),
        ("active", False, False),
        ("active", None, False),
        ("historique-2020", True, False),
        ("historique-2018", True, False),
        ("projet-2020", True, False),
    ],
)
def test_only_what_is_alive_and_attested_is_public(status: str, may_be_shown: Any, public: bool) -> None:
    row = directory.service(a_service(statut=status, diffusable=may_be_shown))
    assert row.columns["public"] is public


def test_a_structure_without_services_is_valid() -> None:
    rows, refused = directory.checked(a_document())
    assert len(rows) == 1 and refused == []


def test_the_same_label_of_two_documents_is_two_figures() -> None:
    figure = {"libelle": "affiches", "operateur": "=", "valeur": 250, "periode": None}
    rows, refused = directory.checked(
        {"chiffres": [{**figure, "source_seed": "003"}, {**figure, "source_seed": "004"}]}
    )
    assert len(rows) == 2 and refused == [] and rows[0].id != rows[1].id


async def _bring_in(desk: Desk, document: Any, *, dry_run: bool = False) -> Any:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    async with desk.listening.database.transaction() as db:
        return await bring_in(db, content, now=now(), dry_run=dry_run)


@pytest.fixture
async def empty(desk: Desk) -> Desk:
    for table in ("source_record", "service", "structure", "figure"):
        await desk.sql(f"DELETE FROM {table}")
    return desk


async def test_a_dry_run_says_what_would_change_and_changes_nothing(empty: Desk) -> None:
    told = await _bring_in(empty, a_document(a_service()), dry_run=True)
    assert (told.new, told.changed, told.unchanged, told.gone, told.import_id) == (2, 0, 0, 0, None)
    async with empty.listening.database.transaction() as db:
        assert set((await store.counts(db)).values()) == {0}


async def test_the_same_twice_changes_nothing_and_a_change_is_seen(empty: Desk) -> None:
    await _bring_in(empty, a_document(a_service()))
    again = await _bring_in(empty, a_document(a_service()))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    renamed = await _bring_in(empty, a_document(a_service(nom="Autre nom")))
    assert (renamed.new, renamed.changed, renamed.unchanged) == (0, 1, 1)
    records = await empty.sql("SELECT kind, documents FROM source_record ORDER BY id")
    assert [row["kind"] for row in records] == ["structure", "service", "service"]
    assert records[1]["documents"] == ["003"]
    gone = await _bring_in(empty, a_document())
    assert gone.gone == 1
    assert len(await empty.sql("SELECT 1 FROM service")) == 1  # a person judges


async def test_the_database_too_refuses_to_show_what_is_over(empty: Desk) -> None:
    await _bring_in(empty, a_document(a_service(statut="historique-2020", diffusable=True)))
    with pytest.raises(asyncpg.CheckViolationError):
        await empty.sql("UPDATE service SET public = true")


@pytest.mark.parametrize("document", [b"{", b"[]", b'{"services": 3}'])
async def test_what_is_no_directory_is_refused(empty: Desk, document: bytes) -> None:
    with pytest.raises(NotADirectory):
        await _bring_in(empty, document)


async def test_the_sample_directory_comes_in_whole(empty: Desk) -> None:
    told = await _bring_in(empty, SEED.read_bytes())
    assert told.refused == () and told.new == 46 + 96 + 20
    public = await empty.sql("SELECT status, count(*) FROM service WHERE public GROUP BY status")
    assert [tuple(row) for row in public] == [("active", 8)]
    dated = await empty.sql("SELECT 1 FROM service WHERE dated IS NOT NULL AND dated_precision IS NOT NULL")
    assert len(dated) == 96
