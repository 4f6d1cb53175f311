"""The grid of an expert: openings and absences, once or by a rule."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from contracts.caller import Caller
from contracts.words import Role
from services.booking.store.bulk import WholeAgenda
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, an_expert, local_noon, put
from tests.tokens import a_caller


async def an_empty_agenda(door: Door) -> tuple[UUID, Caller]:
    one = an_expert(time_zone="Europe/Paris")
    await put(door.address.app, WholeAgenda(one))
    return one.id, a_caller(Role.EXPERT, subject=one.id)


async def the_grid(door: Door, expert_id: UUID, caller: Caller, days: int = 40) -> dict[str, Any]:
    since, until = (quote((local_noon(day, hour=0)).isoformat()) for day in (0, days))
    answer = await door.get(f"/experts/{expert_id}/agenda?from={since}&to={until}", caller)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def weekly(day: int, **changed: Any) -> dict[str, Any]:
    first = local_noon(day).date()
    return {"first_day": first.isoformat(), "starts": "09:00:00", "ends": "12:00:00", "rrule": "FREQ=WEEKLY"} | changed


async def test_a_weekly_opening_is_offered_and_one_of_its_days_can_go(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    path = f"/experts/{expert_id}/openings"
    opened = await door.post(path, weekly(4), caller=expert)
    assert opened.status_code == 201, opened.text
    assert opened.json()["recurring"]
    shown = await the_grid(door, expert_id, expert)
    assert len(shown["openings"]) == 6
    assert shown["version"] == 2
    second = shown["openings"][1]
    assert (await door.call("DELETE", f"{path}/{second['id']}", caller=expert)).status_code == 204
    left = (await the_grid(door, expert_id, expert))["openings"]
    assert [one["id"] for one in left] == [one["id"] for one in shown["openings"] if one["id"] != second["id"]]
    assert (await door.book(expert_id, second["starts_at"])).json()["code"] == "slot-not-open"
    assert (await door.book(expert_id, left[0]["starts_at"])).status_code == 201
    last = left[-1]
    assert (await door.call("DELETE", f"{path}/{last['id']}?scope=following", caller=expert)).status_code == 204
    assert len((await the_grid(door, expert_id, expert))["openings"]) == 4
    assert (await door.call("DELETE", f"{path}/{last['id']}", caller=expert)).status_code == 404
    await door.proven()


async def test_one_day_or_the_whole_rule_is_moved_and_stretched(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    path = f"/experts/{expert_id}/openings"
    first = (await door.post(path, weekly(4), caller=expert)).json()
    later = {name: shift(first[name], hours=2) for name in ("starts_at", "ends_at")}
    stretched = await door.call("PATCH", f"{path}/{first['id']}", later, caller=expert)
    assert stretched.status_code == 200, stretched.text
    assert (stretched.json()["id"], stretched.json()["starts_at"]) == (first["id"], later["starts_at"])
    shown = (await the_grid(door, expert_id, expert))["openings"]
    assert shown[1]["starts_at"] == shift(first["starts_at"], days=7)
    tomorrow = {name: shift(first[name], days=1) for name in ("starts_at", "ends_at")}
    moved = await door.call("PATCH", f"{path}/{first['id']}", tomorrow, caller=expert)
    assert (moved.json()["recurring"], moved.json()["starts_at"]) == (False, tomorrow["starts_at"])
    second = shown[1]
    all_later = {name: shift(second[name], days=1, hours=1) for name in ("starts_at", "ends_at")} | {"scope": "all"}
    whole = await door.call("PATCH", f"{path}/{second['id']}", all_later, caller=expert)
    assert whole.status_code == 200, whole.text
    starts = [one["starts_at"] for one in (await the_grid(door, expert_id, expert))["openings"]]
    assert shift(second["starts_at"], days=1, hours=1) in starts
    assert shift(second["starts_at"], days=8, hours=1) in starts
    await door.proven()


async def test_an_absence_hides_slots_counts_appointments_and_may_be_taken_back(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    path = f"/experts/{expert_id}/absences"
    assert (await door.book(expert_id)).status_code == 201
    away = {"starts_at": local_noon(3, hour=7).isoformat(), "ends_at": local_noon(4, hour=14).isoformat()}
    absence = (await door.post(path, away, caller=expert)).json()
    assert absence["touched"] == 1
    assert (await door.book(expert_id, local_noon(4))).json()["code"] == "slot-not-open"
    await door.proven()
    shorter = away | {"ends_at": local_noon(4, hour=9).isoformat()}
    changed = await door.call("PATCH", f"{path}/{absence['id']}", shorter, caller=expert)
    assert changed.status_code == 200, changed.text
    assert (await door.book(expert_id, local_noon(4))).status_code == 201
    assert (await door.call("DELETE", f"{path}/{absence['id']}", caller=expert)).status_code == 204
    assert (await door.book(expert_id, local_noon(3, hour=15))).status_code == 201
    assert (await the_grid(door, expert_id, expert))["absences"] == []
    await door.proven()


async def test_an_agenda_is_its_owners_and_the_desk_may_read_it(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    secretary = a_caller(Role.SECRETARY, acts_for=(expert_id,))
    assert (await door.post(f"/experts/{expert_id}/openings", weekly(4), caller=secretary)).status_code == 201
    assert (await the_grid(door, expert_id, door.desk))["expert_id"] == str(expert_id)
    for stranger in (a_caller(Role.EXPERT), a_caller(Role.SECRETARY), door.desk):
        answer = await door.post(f"/experts/{expert_id}/openings", weekly(4), caller=stranger)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert expert.subject == expert_id
    for day in ("0001-01-01", "9999-12-31"):
        answer = await door.get(f"/experts/{expert_id}/visits?on={day}", expert)
        assert (answer.status_code, answer.json()["code"]) == (422, "unclear-time")


async def test_an_opening_that_comes_to_nothing_is_refused(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    path = f"/experts/{expert_id}/openings"
    for wrong in (
        weekly(4, ends="09:00:00"),
        weekly(-40, rrule=""),
        weekly(4, rrule="", first_day="0001-01-01"),
        weekly(4, rrule="", first_day="9999-12-31"),
    ):
        answer = await door.post(path, wrong, caller=expert)
        assert (answer.status_code, answer.json()["code"]) == (422, "opening-not-valid"), wrong
    answer = await door.post(path, weekly(4, rrule="FREQ=YEARLY"), caller=expert)
    assert (answer.status_code, answer.json()["code"]) == (422, "recurrence-not-followed")
    assert answer.json()["fields"] == {"rrule": "FREQ"}
    assert (await door.post(path, weekly(4, type_ids=[str(expert_id)]), caller=expert)).json()["code"] == "unknown-type"
    only = await door.post(path, weekly(4, type_ids=[str(FIRST_VIDEO.id)]), caller=expert)
    assert only.json()["type_ids"] == [str(FIRST_VIDEO.id)]
    backwards = {"starts_at": local_noon(3).isoformat(), "ends_at": local_noon(2).isoformat()}
    assert (await door.post(f"/experts/{expert_id}/absences", backwards, caller=expert)).status_code == 422


def shift(moment: str, **by: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(**by)).isoformat().replace("+00:00", "Z")
