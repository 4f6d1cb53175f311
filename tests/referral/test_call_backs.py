"""Call-backs in the service: two never ring the same person, permits carry what referral must not know."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.caller import Caller, Grant
from contracts.words import Role
from kit.clock import now
from services.referral.store import call_backs
from tests.referral.conftest import Desk
from tests.tokens import a_caller


def window(hours: float = 2, after: float = 0) -> dict[str, str]:
    start = now() + timedelta(hours=after)
    return {"window_from": start.isoformat(), "window_to": (start + timedelta(hours=hours)).isoformat()}


def person(case_id: str) -> Caller:
    return Caller(subject=UUID(case_id), grants=(Grant(Role.PERSON),))


async def asked(desk: Desk, **more: Any) -> dict[str, Any]:
    call = await desk.call(level=3)
    answer = await desk.post("/call-backs", {"contact_id": call["id"], **window(), **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_of_forty_who_claim_at_once_one_rings(desk: Desk) -> None:
    waiting = await asked(desk)
    team = [a_caller(Role.PSYCHOLOGIST) for _ in range(40)]
    path = f"/call-backs/{waiting['id']}/claim"
    answers = await asyncio.gather(*(desk.post(path, caller=one) for one in team))
    codes = sorted(one.status_code for one in answers)
    assert codes == [200] + [409] * 39
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"call-back-taken"}
    listed = (await desk.get("/call-backs")).json()["call_backs"]
    assert [one["standing"] for one in listed] == ["taken"]


async def test_the_number_is_nowhere_here_and_whoever_claims_gets_a_permit_of_their_own(desk: Desk) -> None:
    waiting = await asked(desk, discreet=True)
    given = (await desk.post(f"/call-backs/{waiting['id']}/claim")).json()
    assert given["reveal"].count(".") == 2 and "phone" not in str(given)
    columns = await desk.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'call_back'")
    assert not {row["column_name"] for row in columns} & {"phone", "number", "name", "notes"}
    audited = await desk.sql("SELECT 1 FROM audit WHERE action = 'claim' AND thing_id = $1", UUID(waiting["id"]))
    assert len(audited) == 1


async def test_three_attempts_then_a_task_with_a_name_and_no_timer(desk: Desk) -> None:
    waiting = await asked(desk)
    for _ in range(3):
        assert (await desk.post(f"/call-backs/{waiting['id']}/claim")).status_code == 200
        after = (await desk.post(f"/call-backs/{waiting['id']}/attempts", {"outcome": "no_answer"})).json()
    assert (after["status"], after["attempts_left"], len(after["attempts"])) == ("unreached", 0, 3)
    assert (await desk.post(f"/call-backs/{waiting['id']}/claim")).json()["code"] == "no-attempts-left"
    rows = await desk.sql("SELECT kind, owner_id, level FROM task WHERE case_id = $1", UUID(waiting["case_id"]))
    assert [(row["kind"], row["owner_id"], row["level"]) for row in rows] == [
        ("call_back_unreached", desk.me.subject, 3)
    ]


@pytest.mark.parametrize(("level", "minutes"), [(3, 60), (4, 0), (5, 0)])
async def test_nobody_reached_is_followed_at_once_from_level_4(desk: Desk, level: int, minutes: int) -> None:
    waiting = await asked(desk)
    await desk.sql("UPDATE call_back SET level = $2 WHERE id = $1", UUID(waiting["id"]), level)
    for _ in range(3):
        await desk.post(f"/call-backs/{waiting['id']}/claim")
        await desk.post(f"/call-backs/{waiting['id']}/attempts", {"outcome": "no_answer"})
    (row,) = await desk.sql("SELECT due_at - created_at AS due FROM task WHERE case_id = $1", UUID(waiting["case_id"]))
    assert row["due"] == timedelta(minutes=minutes)


async def test_overdue_ones_rise_above_what_is_due_now_and_later(desk: Desk) -> None:
    later = await asked(desk, **window(1, 3))
    due = await asked(desk)
    late = await asked(desk)
    await desk.sql(
        "UPDATE call_back SET window_from = now() - interval '1 hour', window_to = now() - interval '1 minute'"
        " WHERE id = $1",
        UUID(late["id"]),
    )
    listed = (await desk.get("/call-backs")).json()["call_backs"]
    assert [(one["id"], one["standing"]) for one in listed] == [
        (late["id"], "overdue"),
        (due["id"], "now"),
        (later["id"], "later"),
    ]


async def test_someone_alone_asks_changes_and_cancels_by_code_without_a_name(desk: Desk) -> None:
    begun = (await desk.http.post("/call-backs/begin", content=b'{"origin": "here"}')).json()
    assert begun["code"] and begun["keep_number"]
    body = {**window(), "permit": begun["code"], "origin": "here"}
    made = await desk.http.post("/call-backs", content=msgspec.json.encode(body))
    assert made.status_code == 201 and made.json()["asked_by"] == "page"
    again = await desk.http.post("/call-backs", content=msgspec.json.encode(body))
    assert (again.status_code, again.json()["code"]) == (409, "already-waiting")
    me = person(begun["case_id"])
    assert (await desk.post("/call-backs", window(), caller=me)).json()["code"] == "already-waiting"
    mine = (await desk.get("/call-backs/mine", caller=me)).json()["call_backs"][0]
    assert mine["standing"] == "now" and mine["level"] is None
    moved = await desk.ask("PATCH", "/call-backs/mine", {**window(1, 5), "discreet": True}, caller=me)
    assert moved.json()["standing"] == "later" and moved.json()["discreet"] is True
    assert (await desk.get("/call-backs/mine", caller=person(str(uuid4())))).json()["call_backs"] == []
    assert (await desk.ask("DELETE", "/call-backs/mine", caller=me)).status_code == 204
    told = await desk.told("CallBackCancelled")
    assert [one["case_id"] for one in told] == [begun["case_id"]]
    assert (await desk.get("/call-backs")).json()["call_backs"] == []


async def test_nobody_alone_asks_for_a_case_that_begin_did_not_give_them(desk: Desk) -> None:
    call = await desk.call(level=3)
    begun = (await desk.http.post("/call-backs/begin", content=b'{"origin": "there"}')).json()
    for proof in ({}, {"case_id": call["case_id"]}, {"permit": begun["keep_number"]}):
        body = {**window(), **proof, "origin": "there"}
        answer = await desk.http.post("/call-backs", content=msgspec.json.encode(body))
        assert (answer.status_code, answer.json()["code"]) == (403, "permit-refused"), proof
    assert await desk.sql("SELECT 1 FROM call_back") == []


async def test_a_colleague_of_elsewhere_has_no_call_to_ask_for(desk: Desk) -> None:
    expert = a_caller(Role.EXPERT)
    assert (await desk.post("/call-backs", window(), caller=expert)).status_code == 404
    assert (await desk.get("/call-backs", caller=expert)).status_code == 403


async def test_an_erased_case_is_rung_by_nobody(desk: Desk) -> None:
    waiting = await asked(desk)
    assert (await desk.post(f"/cases/{waiting['case_id']}/erase")).status_code == 200
    assert (await desk.get("/call-backs")).json()["call_backs"] == []
    assert (await desk.post(f"/call-backs/{waiting['id']}/claim")).json()["code"] == "call-back-over"


async def test_a_call_back_is_forgotten_a_month_after_its_end_and_never_before_it(desk: Desk) -> None:
    kept, over = await asked(desk), await asked(desk)
    await desk.post(f"/call-backs/{over['id']}/claim")
    await desk.post(f"/call-backs/{over['id']}/attempts", {"outcome": "reached"})
    await desk.sql("UPDATE call_back SET asked_at = asked_at - interval '40 days'")
    for days, left in ((29, 2), (2, 1)):
        await desk.sql("UPDATE call_back SET ended_at = ended_at - make_interval(days => $1)", days)
        async with desk.listening.database.transaction() as db:
            await call_backs.forget(db)
        assert len(await desk.sql("SELECT 1 FROM call_back")) == left
    assert [str(row["id"]) for row in await desk.sql("SELECT id FROM call_back")] == [kept["id"]]
    assert await desk.sql("SELECT 1 FROM call_back_attempt") == []
