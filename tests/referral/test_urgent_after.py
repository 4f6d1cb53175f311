"""After the gesture: handed over, confirmed, closed by two; details under a title; whose turn it is."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.caller import Caller
from contracts.permits import FactorPermit
from contracts.words import Role
from kit.clock import now
from kit.permits import Permits
from services.referral.deliver import late
from services.referral.deliver.changing_hands import try_the_ladder
from tests.referral.conftest import POSTS, Desk
from tests.referral.network import a_colleague
from tests.tokens import a_caller

COLLEAGUE = a_caller(Role.DUTY_MANAGER)
COORDINATOR = a_caller(Role.COORDINATOR)


def proof(desk: Desk, caller: Caller) -> str:
    """What identity signs when someone shows their second factor."""
    return Permits("identity", desk.keys.rings["identity"], {}).sign(FactorPermit(caller.subject))


async def raised(desk: Desk, **told: str) -> Any:
    return (await desk.post("/urgent-actions", told)).json()


async def test_it_is_handed_over_confirmed_and_closed_by_two_people(desk: Desk) -> None:
    await desk.duty(*POSTS)
    path = f"/urgent-actions/{(await raised(desk))['id']}"
    assert (await desk.post(f"{path}/take")).json()["code"] == "second-person-needed", "they are with the person"
    taken = (await desk.post(f"{path}/take", caller=COLLEAGUE)).json()
    assert (taken["status"], taken["has_it"]) == ("acknowledged", True)
    assert (await desk.post(f"{path}/hand-over", {"to": "nobody"})).json()["code"] == "unknown-hand-over"
    over = (await desk.post(f"{path}/hand-over", {"to": "15"})).json()
    assert (over["status"], over["handed_over_to"]) == ("handed_over", "15")
    assert (await desk.post(f"{path}/end")).json()["code"] == "not-confirmed-yet"
    assert (await desk.post(f"{path}/confirm")).json()["status"] == "confirmed"
    ended = (await desk.post(f"{path}/end")).json()
    assert ended["status"] == "ended" and ended["ended_by_me"]
    assert (await desk.post(f"{path}/review")).json()["code"] == "second-person-needed"
    assert len((await desk.get("/urgent-actions")).json()["actions"]) == 1, "it waits for the second person"
    assert (await desk.post(f"{path}/review", caller=COLLEAGUE)).json()["status"] == "closed"
    assert (await desk.get("/urgent-actions")).json()["actions"] == []


async def test_handed_over_or_not_the_post_is_rung_until_someone_has_it(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = await raised(desk)
    await desk.post(f"/urgent-actions/{action['id']}/hand-over", {"to": "15"})
    await desk.sql("UPDATE urgent_action SET triggered_at = triggered_at - interval '2 minutes'")
    await desk.ringer.once()
    who = {one["who"] for one in (await desk.get(f"/urgent-actions/{action['id']}")).json()["attempts"]}
    assert who == {"Dr Lefèvre", "Dr Costa"}


async def test_details_ask_for_the_second_factor_and_later_for_a_second_person(desk: Desk) -> None:
    action = await raised(desk, place="12 rue des Lilas")
    path = f"/urgent-actions/{action['id']}"
    assert (await desk.get(f"{path}/details")).json()["place"] == "12 rue des Lilas", "on the line"
    shut = await desk.get(f"{path}/details", caller=COLLEAGUE)
    assert (shut.status_code, shut.json()["code"]) == (403, "second-factor-needed")
    stolen = {"factor": proof(desk, COORDINATOR)}
    assert (await desk.post(f"{path}/details/open", stolen, caller=COLLEAGUE)).status_code == 403
    mine = {"factor": proof(desk, COLLEAGUE)}
    assert (await desk.post(f"{path}/details/open", mine, caller=COLLEAGUE)).json()["place"] == "12 rue des Lilas"
    await desk.post(f"{path}/call-back")
    late = await desk.post(f"{path}/details/open", mine, caller=COLLEAGUE)
    assert late.json()["code"] == "glass-needed"
    asked = (await desk.post(f"{path}/glass", {"reason": "rescue_asks"}, caller=COLLEAGUE)).json()["asked"][0]
    alone = await desk.post(f"{path}/glass/{asked['id']}/allow", caller=COLLEAGUE)
    assert alone.json()["code"] == "second-person-needed"
    assert (await desk.post(f"{path}/glass/{asked['id']}/allow", caller=COORDINATOR)).status_code == 200
    assert (await desk.post(f"{path}/details/open", mine, caller=COLLEAGUE)).status_code == 200
    await the_reading_is_reviewed(desk, action["id"])
    await desk.sql("UPDATE glass SET allowed_at = allowed_at - interval '30 minutes'")
    assert (await desk.post(f"{path}/details/open", mine, caller=COLLEAGUE)).json()["code"] == "glass-needed"
    looks = await desk.sql("SELECT why FROM audit WHERE thing_id = $1 AND action = 'read'", UUID(action["id"]))
    assert [row["why"] for row in looks] == ["details on_the_line", "details on_call", "details glass"]


async def the_reading_is_reviewed(desk: Desk, action_id: str) -> None:
    """The privacy officer is told in their own hours, and looks at it within three days."""
    officer = await a_colleague(desk, Role.PRIVACY_OFFICER)
    for waited in (timedelta(hours=71), timedelta(hours=2)):
        await desk.sql("UPDATE glass SET allowed_at = allowed_at - $1::interval, told_at = NULL", waited)
        async with desk.listening.database.transaction() as db:
            await late.look(db)
    told = [one for one in await desk.told("ManagerNeeded") if one["account_ids"]]
    assert [one["account_ids"] for one in told] == [[str(officer.subject)]]  # once it was late; then half a day's rest
    (reading,) = (await desk.get("/readings", caller=officer)).json()["readings"]
    assert (reading["urgent_action_id"], reading["reads"], reading["reason"]) == (action_id, 1, "rescue_asks")
    path = f"/readings/{reading['id']}/review"
    assert (await desk.post(path, {"verdict": "fine"}, caller=officer)).json()["code"] == "unknown-verdict"
    assert (await desk.post(path, {"verdict": "justified"}, caller=COLLEAGUE)).status_code == 403
    assert (await desk.post(path, {"verdict": "justified"}, caller=officer)).json()["readings"] == []
    again = await desk.post(path, {"verdict": "to_discuss"}, caller=officer)
    assert again.json()["code"] == "nothing-to-review"
    await desk.sql("UPDATE glass SET allowed_at = now()")


async def test_an_urgent_action_left_open_for_a_day_is_said_to_the_managers_and_never_closed_by_it(desk: Desk) -> None:
    action = await raised(desk)
    for hours in (23, 2, 0, 13):
        await desk.sql(
            "UPDATE urgent_action SET triggered_at = triggered_at - make_interval(hours => $1),"
            " late_told_at = late_told_at - make_interval(hours => $1)",
            hours,
        )
        async with desk.listening.database.transaction() as db:
            await late.look(db)
    told = [one["task_id"] for one in await desk.told("ManagerNeeded")]
    assert told == [action["id"]] * 2  # once past its day, and again half a day later
    assert (await desk.get(f"/urgent-actions/{action['id']}")).json()["status"] == "triggered"


async def test_the_line_of_the_samu_is_that_of_the_person_and_is_never_invented(desk: Desk) -> None:
    call = await desk.call(department="29")
    action = await raised(desk, contact_id=call["id"])
    assert (action["samu"]["department"], action["samu"]["number"]) == ("29", None)
    today = now().date().isoformat()
    line = {"number": "02 98 00 11 22", "dated": today}
    assert (await desk.ask("PUT", "/samu-lines/29", line)).status_code == 403, "only the coordinator"
    kept = await desk.ask("PUT", "/samu-lines/29", line, caller=COORDINATOR)
    assert kept.json()["display"] == "02\u00a098\u00a000\u00a011\u00a022"
    shown = (await desk.get(f"/urgent-actions/{action['id']}")).json()["samu"]
    assert (shown["number"], shown["dated"], shown["old"]) == ("+33298001122", today, False)
    elsewhere = await desk.ask("PATCH", f"/urgent-actions/{action['id']}/details", {"department": "974"})
    assert elsewhere.status_code == 204
    assert (await desk.get(f"/urgent-actions/{action['id']}")).json()["samu"]["number"] is None
    for wrong in ({"number": "15", "dated": today}, {"number": "0298001122", "dated": "2999-01-01"}):
        assert (await desk.ask("PUT", "/samu-lines/35", wrong, caller=COORDINATOR)).json()["code"] == "line-not-valid"
    lines = (await desk.get("/samu-lines")).json()["lines"]
    assert len(lines) == 101 and [one["department"] for one in lines if one["number"]] == ["29"]


async def test_whose_turn_it_is_is_rung_first_and_a_change_of_hands_is_tried_in_silence(desk: Desk) -> None:
    await desk.duty(*POSTS)
    start = now() - timedelta(minutes=1)
    turn = {
        "name": "Dr Nuit",
        "number": "01 99 00 00 09",
        "push": "tel-9",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=12)).isoformat(),
    }
    assert (await desk.post("/on-call/turns", turn)).status_code == 403, "set by the coordinator or a manager"
    shown = (await desk.post("/on-call/turns", turn, caller=COORDINATOR)).json()
    assert [one["name"] for one in shown["ladder"]] == ["Dr Nuit", "Dr Lefèvre", "Dr Costa"]
    assert shown["gaps"] and shown["gaps"][0]["starts_at"] == shown["turns"][0]["ends_at"]
    for _ in range(2):  # twice: a change of hands is noticed once
        async with desk.listening.database.transaction() as db:
            await try_the_ladder(db)
    await desk.ringer.once()
    async with asyncio.timeout(120):
        while any(one["outcome"] == "pending" for one in (await desk.get("/on-call")).json()["tests"]):
            await asyncio.sleep(0.02)
    tests = (await desk.get("/on-call")).json()["tests"]
    assert len(tests) == 7 and all(one["outcome"] == "taken" and one["why"] == "change" for one in tests)
    silent = [one for one in desk.telephone.rung if "Essai silencieux" in one[2]]
    assert {channel for channel, _, _ in silent} == {"sms", "push"}, "a test rings nobody"
    action = await raised(desk)
    assert {(one["who"], one["channel"]) for one in action["attempts"]} == {
        ("Dr Nuit", "voice"),
        ("Dr Nuit", "sms"),
        ("Dr Nuit", "push"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"number": "15"},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"rank": 9},
        {"starts_at": "2026-01-01T00:00:00"},
    ],
)
async def test_a_turn_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    start = now()
    turn = {
        "name": "Dr Jour",
        "number": "0199000009",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=8)).isoformat(),
    }
    answer = await desk.post("/on-call/turns", {**turn, **wrong}, caller=COORDINATOR)
    assert (answer.status_code, answer.json()["code"]) == (422, "turn-not-valid")
