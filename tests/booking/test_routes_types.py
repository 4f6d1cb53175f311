"""Types that change, minutes of one's own and days that are full: every agenda follows in the same breath."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.words import Role, VisitKind
from kit.clock import now
from services.booking.domain.types import HORIZON_MOST
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, a_permit, a_rule, an_agenda, an_expert, local_noon, put
from tests.booking.test_routes_rules import why
from tests.tokens import a_caller

COORDINATOR = a_caller(Role.COORDINATOR)


async def test_a_type_that_changes_changes_every_agenda_in_the_same_breath(door: Door) -> None:
    new = {"public_name": "Échange de quinze minutes", "private_name": "Tri", "duration": 15, "step": 15}
    made = await door.post("/consultation-types", new | {"visit": "follow_up", "modality": "video"}, caller=COORDINATOR)
    assert made.status_code == 201, made.text
    kind = made.json()
    experts = [an_expert(), an_expert(time_zone="Pacific/Noumea")]
    await put(
        door.address.app,
        *(an_agenda(one, a_rule(one, type_ids=frozenset({UUID(kind["id"])}))) for one in experts),
    )
    path = f"/consultation-types/{kind['id']}"

    async def change(**changed: Any) -> Any:
        nonlocal kind
        edit = {name: value for name, value in kind.items() if name not in ("id", "version")} | changed
        answer = await door.call("PUT", path, edit, caller=COORDINATOR, if_match=f'"{kind["version"]}"')
        if answer.status_code == 200:
            kind = answer.json()
            await door.proven()
        return answer

    async def days() -> list[Any]:
        sql = "SELECT count(*), min(first_free), max(duration) FROM agenda_day WHERE type_id = $1"
        return list((await door.rows(sql, UUID(kind["id"])))[0])

    days_60, _, _ = await days()
    assert (
        await change(instructions_before="Un endroit calme.", privacy="silent", bookable_by="line")
    ).status_code == 200
    permit = a_permit(visit=VisitKind.FOLLOW_UP)
    booked = await door.book(experts[0].id, local_noon(2), type_id=UUID(kind["id"]), permit=permit)
    assert booked.status_code == 201, booked.text
    (row,) = await door.rows("SELECT privacy FROM appointment WHERE id = $1", UUID(booked.json()["id"]))
    assert row["privacy"] == "silent"
    person = a_caller(Role.PERSON, subject=permit.case_id)
    own = f"/appointments/{booked.json()['id']}"
    assert (await door.get(own, person)).json()["instructions"] == "Un endroit calme."
    assert (await door.get(own)).json()["instructions"] == ""
    moved = await door.post(f"{own}/move", {"starts_at": local_noon(3).isoformat()}, caller=person)
    assert (moved.status_code, moved.json()["code"]) == (403, "type-not-allowed")
    asked = f"/slots?expert={experts[0].id}&type={kind['id']}"
    assert (await door.get(asked)).json()["slots"] and not (await door.get(asked, person)).json()["slots"]
    assert (await door.post(f"{own}/cancel", {})).status_code == 200
    assert (await change(duration=50, buffer_after=10, minimum_notice=3 * 1440)).status_code == 200
    later, first, long = await days()
    assert (later, long) == (days_60, 50)
    assert first >= now() + timedelta(days=3)
    assert (await change(horizon_days=HORIZON_MOST)).status_code == 200
    assert (await days())[0] == days_60 + 2 * (HORIZON_MOST - 60)
    assert (await change(horizon_days=7)).status_code == 200
    assert (await days())[0] < 2 * 11
    assert (await change(active=False)).status_code == 200
    assert (await days())[0] == 0
    refused = await door.book(experts[0].id, local_noon(5), type_id=UUID(kind["id"]))
    assert refused.json()["code"] in ("slot-not-open", "type-not-allowed")
    assert (await change(active=True, horizon_days=60)).status_code == 200
    assert (await days())[0] == days_60
    for wrong in (
        {"duration": 0},
        {"horizon_days": 91},
        {"public_name": " "},
        {"colour": "red"},
        {"modality": "phone"},
    ):
        answer = await change(**wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "type-not-valid"), wrong
    for seen in ('"1"', 'W/"1"', "1e3", '"-1"', '"99999999999999999999"', ""):
        stale = await door.call("PUT", path, new, caller=COORDINATOR, if_match=seen)
        assert (stale.status_code, stale.json()["code"]) == (412, "changed"), seen
    assert (await door.call("PUT", path, new, caller=door.desk)).status_code == 403
    shown = (await door.get("/consultation-types", a_caller(Role.PERSON))).json()
    assert {one["private_name"] for one in shown} == {""}
    assert (await change(active=False, minimum_notice=15)).status_code == 200


async def test_an_expert_has_minutes_of_their_own_and_days_that_are_full(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    path = f"/experts/{expert_id}"
    own = {"duration": 60, "buffer_before": 5, "minimum_notice": 2 * 1440}
    said = await door.call("PUT", f"{path}/consultation-types/{FIRST_VIDEO.id}", own, caller=expert)
    assert said.status_code == 200, said.text
    await door.proven()
    soon = await door.book(expert_id, local_noon(1))
    assert (soon.status_code, soon.json()["code"]) == (409, "too-soon")
    assert len(soon.json()["extra"]["alternatives"]) == 3
    assert (await door.call("PUT", f"{path}/daily-limit", {"daily_limit": 2}, caller=expert)).status_code == 200
    first, second = [await door.book(expert_id, local_noon(4, hour=hour)) for hour in (9, 11)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert datetime.fromisoformat(first.json()["ends_at"]) == local_noon(4, hour=10)
    await door.proven()
    third = await door.book(expert_id, local_noon(4, hour=15))
    assert (third.status_code, third.json()["code"]) == (409, "day-full")
    assert (await door.hold(expert_id, local_noon(4, hour=15))).json()["code"] == "day-full"
    told = await why(door, expert_id, day=local_noon(4).date())
    assert {one["code"] for one in told["blockers"]} == {"appointment", "daily-limit"}
    assert told["free"] == [] and len(told["alternatives"]) == 3
    move = {"starts_at": local_noon(4, hour=16).isoformat()}
    assert (await door.post(f"/appointments/{first.json()['id']}/move", move, caller=expert)).status_code == 200
    assert (await door.post(f"/appointments/{second.json()['id']}/cancel", {}, caller=expert)).status_code == 200
    await door.proven()
    assert (await door.book(expert_id, local_noon(4, hour=9))).status_code == 201
    assert (await door.call("PUT", f"{path}/daily-limit", {"daily_limit": 0}, caller=expert)).status_code == 422
    back = await door.call("PUT", f"{path}/consultation-types/{FIRST_VIDEO.id}", {}, caller=expert)
    assert back.json()["own"]["duration"] is None
    types = (await door.get(f"{path}/consultation-types", expert)).json()
    assert types["daily_limit"] == 2
    assert all(one["own"]["step"] is None for one in types["types"])
    await door.proven()
