"""Calls in progress over HTTP: cut, taken up, handed over, counted apart, made final and corrected."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller
from contracts.events import AccountOpened
from contracts.words import Role
from kit.clock import now
from services.referral.invariants import DESK_RULES
from services.referral.store import desk as desk_store
from tests.referral.conftest import Desk
from tests.tokens import a_caller


async def a_colleague(desk: Desk, name: str = "Sami", *, state: str | None = "available") -> Caller:
    """Someone of the desk, known by name, and present unless `state` is None."""
    colleague = a_caller(Role.PSYCHOLOGIST)
    await desk.hears(AccountOpened(colleague.subject, 1, (Role.PSYCHOLOGIST,), name))
    if state is not None:
        assert (await desk.ask("PUT", "/presence/me", {"state": state}, caller=colleague)).status_code == 200
    return colleague


async def shown(desk: Desk, contact: dict[str, Any]) -> dict[str, Any]:
    return dict((await desk.get(f"/contacts/{contact['id']}")).json())


async def test_a_cut_call_is_on_everyones_desk_and_taken_up_by_whoever_answers(desk: Desk) -> None:
    colleague = await a_colleague(desk)
    contact = await desk.call(level=2, notes="au milieu d'une phrase")
    cut = (await desk.post(f"/contacts/{contact['id']}/cut")).json()
    assert cut["cut_at"] is not None and cut["ended_at"] is None
    seen = (await desk.get("/desk", caller=colleague)).json()["cut"]
    assert contact["id"] in [one["id"] for one in seen]
    taken = (await desk.post(f"/contacts/{contact['id']}/reopen", caller=colleague)).json()
    assert (taken["listener_id"], taken["cut_at"]) == (str(colleague.subject), None)
    assert taken["sheet"]["notes"] == "au milieu d'une phrase"
    seen = (await desk.get("/desk", caller=colleague)).json()["cut"]
    assert contact["id"] not in [one["id"] for one in seen]


async def test_nobody_takes_a_call_from_a_colleague_who_is_on_it(desk: Desk) -> None:
    contact = await desk.call()
    answer = await desk.post(f"/contacts/{contact['id']}/reopen", caller=a_caller(Role.VOLUNTEER))
    assert (answer.status_code, answer.json()["code"]) == (409, "with-a-colleague")


async def test_after_two_hours_a_cut_call_is_over_and_from_level_3_somebody_must_ring_back(desk: Desk) -> None:
    light, heavy = await desk.call(level=2), await desk.call(level=4)
    for contact in (light, heavy):
        await desk.post(f"/contacts/{contact['id']}/cut")
    tasks = (await desk.get("/tasks")).json()["tasks"]
    assert [(one["kind"], one["contact_id"]) for one in tasks] == [("cut_call", heavy["id"])]
    await desk.sql("UPDATE contact SET cut_at = cut_at - interval '121 minutes' WHERE cut_at IS NOT NULL")
    listed = [one["id"] for one in (await desk.get("/desk")).json()["cut"]]
    assert light["id"] not in listed and heavy["id"] not in listed
    answer = await desk.post(f"/contacts/{light['id']}/reopen", caller=a_caller(Role.VOLUNTEER))
    assert (answer.status_code, answer.json()["code"]) == (410, "take-up-over")
    async with desk.listening.database.transaction() as db:
        await desk_store.tidy(db)
    assert (await shown(desk, light))["ended_at"] is not None
    assert [one["kind"] for one in (await desk.get("/tasks")).json()["tasks"]] == ["cut_call"]
    assert (await desk.post(f"/contacts/{heavy['id']}/reopen")).status_code == 200, "one's own is always found again"
    assert (await desk.get("/tasks")).json()["tasks"] == []


async def test_a_call_goes_to_a_colleague_at_the_desk_with_its_sheet_once_they_accept(desk: Desk) -> None:
    colleague, absent = await a_colleague(desk), await a_colleague(desk, "Nina", state=None)
    contact = await desk.call(level=3, first_name="Alix")
    path = f"/contacts/{contact['id']}"
    answer = await desk.post(f"{path}/transfer", {"to": str(absent.subject)})
    assert (answer.status_code, answer.json()["code"]) == (409, "colleague-not-on-duty")
    await desk.post(f"{path}/transfer", {"to": str(colleague.subject)})
    assert [one["id"] for one in (await desk.get("/desk", caller=colleague)).json()["offered"]] == [contact["id"]]
    assert (await shown(desk, contact))["listener_id"] == str(desk.me.subject), "mine until they take it"
    answer = await desk.post(f"{path}/accept", caller=absent)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-offered-to-you")
    taken = (await desk.post(f"{path}/accept", caller=colleague)).json()
    assert (taken["listener_id"], taken["sheet"]["first_name"]) == (str(colleague.subject), "Alix")
    answer = await desk.post(f"{path}/transfer", {"to": str(colleague.subject)})
    assert answer.json()["code"] == "with-a-colleague"


async def test_a_colleague_who_cannot_leaves_the_call_where_it_is(desk: Desk) -> None:
    colleague = await a_colleague(desk)
    contact = await desk.call()
    await desk.post(f"/contacts/{contact['id']}/transfer", {"to": str(colleague.subject)})
    await desk.post(f"/contacts/{contact['id']}/decline", caller=colleague)
    found = await shown(desk, contact)
    assert (found["offered_to"], found["listener_id"]) == (None, str(desk.me.subject))


async def test_silent_calls_are_counted_apart_and_can_be_taken_back(desk: Desk) -> None:
    since = now()
    contact, other = await desk.call(), await desk.call(level=1)
    path = f"/contacts/{contact['id']}/non-data"
    assert (await desk.post(path, {"kind": "boring"})).json()["code"] == "unknown-kind"
    apart = (await desk.post(path, {"kind": "silent"})).json()
    assert apart["kind"] == "silent" and apart["ended_at"] is not None
    coordinator = a_caller(Role.COORDINATOR)
    query = f"since={_z(since)}&until={_z(now() + timedelta(minutes=1))}"
    counted = (await desk.get(f"/telephone/figures?{query}", caller=coordinator)).json()
    assert (counted["contacts"], counted["non_data"]) == (1, {"silent": 1})
    back = (await desk.post(path, {"kind": None})).json()
    assert (back["kind"], back["ended_at"]) == (None, None)
    assert other["id"]


async def test_a_final_sheet_is_corrected_and_every_version_stays(desk: Desk) -> None:
    contact = await desk.call(level=2, notes="première")
    path = f"/contacts/{contact['id']}"
    assert (await desk.post(f"{path}/correct")).json()["code"] == "contact-not-final"
    assert (await desk.post(f"{path}/finalize")).json()["revision"] == 1
    assert (await desk.type(contact["id"], notes="x")).json()["code"] == "contact-final"
    assert not (await desk.post(f"{path}/correct")).json()["final"]
    await desk.type(contact["id"], notes="seconde", level=3)
    assert (await desk.post(f"{path}/finalize")).json()["revision"] == 2
    versions = (await desk.get(f"{path}/revisions")).json()["revisions"]
    assert [(one["revision"], one["sheet"]["notes"], one["sheet"]["level"]) for one in versions] == [
        (1, "première", 2),
        (2, "seconde", 3),
    ]
    assert {one["vocabulary"] for one in versions} == {1}
    kept = await desk.sql("SELECT typed FROM contact_revision WHERE contact_id = $1", UUID(contact["id"]))
    assert all("première".encode() not in bytes(row["typed"]) for row in kept)


async def test_the_notice_is_said_once(desk: Desk) -> None:
    contact = await desk.call()
    first = (await desk.post(f"/contacts/{contact['id']}/notice")).json()["notice_at"]
    assert first and (await desk.post(f"/contacts/{contact['id']}/notice")).json()["notice_at"] == first


async def test_presence_follows_the_call_and_after_a_heavy_one_ten_minutes_are_offered(desk: Desk) -> None:
    async def mine() -> dict[str, Any]:
        return dict((await desk.get("/desk")).json()["me"])

    contact = await desk.call(level=4)
    assert (await mine())["state"] == "in_call"
    await desk.post(f"/contacts/{contact['id']}/close")
    assert ((await mine())["state"], (await mine())["rest_offered"]) == ("writing", True)
    await desk.ask("PUT", "/presence/me", {"state": "pause"})
    paused = await mine()
    assert paused["rest_offered"] is False and paused["pause_until"] is not None
    light = await desk.call(level=2)
    await desk.post(f"/contacts/{light['id']}/finalize")
    assert ((await mine())["state"], (await mine())["rest_offered"]) == ("available", False)
    assert (await desk.ask("PUT", "/presence/me", {"state": "asleep"})).json()["code"] == "unknown-state"
    await desk.ask("PUT", "/presence/me", {"state": "away"})
    assert (await desk.get("/desk")).json()["me"] is None


async def test_whoever_supervises_sees_levels_and_waits_and_no_word_that_was_typed(desk: Desk) -> None:
    manager = a_caller(Role.DUTY_MANAGER)
    await a_colleague(desk, "Awa")
    contact = await desk.call(level=4, notes="phrase secrète", first_name="Camille")
    answer = await desk.get("/desk/now", caller=manager)
    found = answer.json()
    assert contact["id"] in [one["id"] for one in found["calls"]] and "Awa" in [one["name"] for one in found["present"]]
    assert "secrète" not in answer.text and "Camille" not in answer.text
    assert (await desk.get("/desk/now")).json()["code"] == "not-allowed"


async def test_a_debrief_that_was_held_forgets_who_asked(desk: Desk) -> None:
    colleague = await a_colleague(desk, "Lou")
    for _ in range(2):
        await desk.post("/presence/me/debrief", caller=colleague)
    manager = a_caller(Role.DUTY_MANAGER)
    asked = [one for one in (await desk.get("/desk/now", caller=manager)).json()["debriefs"] if one["name"] == "Lou"]
    assert len(asked) == 1
    await desk.post(f"/debriefs/{asked[0]['id']}/held", caller=manager)
    row = (await desk.sql("SELECT * FROM debrief WHERE id = $1", UUID(asked[0]["id"])))[0]
    assert row["asked_by"] is None and row["done_at"] is not None
    assert (await desk.post(f"/debriefs/{uuid4()}/held", caller=manager)).json()["code"] == "unknown-debrief"


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PERSON, Role.SECRETARY, Role.COORDINATOR])
async def test_only_the_desk_cuts_transfers_and_corrects(desk: Desk, role: Role) -> None:
    contact = await desk.call()
    for what in ("cut", "accept", "decline", "notice", "correct"):
        answer = await desk.post(f"/contacts/{contact['id']}/{what}", caller=a_caller(role))
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def _z(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")


async def test_a_sheet_made_final_before_versions_were_kept_loses_nothing_when_it_is_corrected(desk: Desk) -> None:
    contact = await desk.call(level=2, notes="d'avant")
    await desk.sql("UPDATE contact SET final = true, ended_at = now() WHERE id = $1", UUID(contact["id"]))
    path = f"/contacts/{contact['id']}"
    await desk.post(f"{path}/correct")
    await desk.type(contact["id"], notes="d'après")
    await desk.post(f"{path}/finalize")
    versions = (await desk.get(f"{path}/revisions")).json()["revisions"]
    assert [one["sheet"]["notes"] for one in versions] == ["d'avant", "d'après"]


async def test_what_the_desk_promises_holds_of_what_these_tests_did(desk: Desk) -> None:
    for rule, query in DESK_RULES.items():
        values = [now()] if "$1" in query else []
        assert await desk.sql(query, *values) == [], rule
