"""Absences once and by a rule, leave from the profile, and appointments that a professional hands back."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from contracts.words import Role
from kit.clock import now
from kit.db import Database
from services.booking import listeners
from services.booking.domain import absences as rules
from services.booking.domain.absences import AbsenceNotValid
from services.booking.domain.spans import Span
from tests.booking.conftest import Door
from tests.booking.make import a_permit, local_noon
from tests.booking.test_listeners import changed
from tests.tokens import a_caller

PARIS = ZoneInfo("Europe/Paris")


def in_paris(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PARIS)


def a_span(day: date, first: int, last: int) -> Span:
    return Span(in_paris(day, first), in_paris(day, last))


def test_an_absence_every_week_keeps_its_local_hours_over_a_clock_change() -> None:
    monday = date(2027, 3, 22)
    rule = rules.recurring(uuid4(), uuid4(), a_span(monday, 14, 18), "Europe/Paris", "FREQ=WEEKLY")
    (_, before), (_, after) = rule.spans(first=monday, last=monday + timedelta(days=7))
    assert [before.start.hour, after.start.hour] == [13, 12]
    assert after.end - after.start == timedelta(hours=4)
    assert rule.without(monday).spans(first=monday, last=monday) == []
    ended = rule.before(monday + timedelta(days=7))
    assert len(ended.spans(first=monday, last=monday + timedelta(days=300))) == 1


def test_an_absence_of_several_days_may_recur() -> None:
    friday = date(2027, 1, 1)
    span = Span(in_paris(friday, 18), in_paris(friday + timedelta(days=3), 8))
    rule = rules.recurring(uuid4(), uuid4(), span, "Europe/Paris", "FREQ=WEEKLY;INTERVAL=2")
    days = [day for day, _ in rule.spans(first=friday, last=friday + timedelta(days=30))]
    assert days == [friday, friday + timedelta(days=14), friday + timedelta(days=28)]


@pytest.mark.parametrize("rrule", ["FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;UNTIL=20260101"])
def test_what_is_not_followed_or_falls_on_no_day_is_refused(rrule: str) -> None:
    with pytest.raises(AbsenceNotValid):
        rules.recurring(uuid4(), uuid4(), a_span(date(2027, 1, 4), 9, 12), "Europe/Paris", rrule)


def test_an_absence_longer_than_a_month_does_not_recur() -> None:
    span = Span(in_paris(date(2027, 1, 4), 0), in_paris(date(2027, 3, 4), 0))
    with pytest.raises(AbsenceNotValid):
        rules.recurring(uuid4(), uuid4(), span, "Europe/Paris", "FREQ=MONTHLY")


def away(first: datetime, last: datetime, rrule: str = "") -> dict[str, str]:
    return {"starts_at": first.isoformat(), "ends_at": last.isoformat(), "rrule": rrule}


async def test_whom_an_absence_touches_is_told_before_anything_is_kept(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    first = (await door.book(expert_id)).json()
    later = (await door.book(expert_id, local_noon(10))).json()
    weekly = away(local_noon(3, 11), local_noon(3, 14), "FREQ=WEEKLY")
    told = await door.post(f"/experts/{expert_id}/absences?dry_run=true", weekly, caller=expert)
    assert told.status_code == 200, told.text
    assert [one["id"] for one in told.json()["appointments"]] == [first["id"], later["id"]]
    assert (told.json()["id"], told.json()["touched"], told.json()["occurrences"] > 50) == (0, 2, True)
    assert await door.rows("SELECT 1 FROM busy_block WHERE expert_id = $1", expert_id) == []
    assert await door.events("AppointmentUncovered", "expert_id", expert_id) == []
    uneven = away(local_noon(3, 11) + timedelta(seconds=7), local_noon(3, 14) + timedelta(seconds=1))
    rounded = (await door.post(f"/experts/{expert_id}/absences?dry_run=true", uneven, caller=expert)).json()
    assert [rounded[edge][17:19] for edge in ("starts_at", "ends_at")] == ["00", "00"]  # no slot begins at a second
    kept = await door.post(f"/experts/{expert_id}/absences", weekly, caller=expert)
    assert kept.status_code == 201
    uncovered = await door.events("AppointmentUncovered", "expert_id", expert_id)
    assert {one["appointment_id"] for one in uncovered} == {first["id"], later["id"]}
    await door.proven()


async def test_one_day_of_an_absence_or_all_that_follow_are_changed_and_taken_back(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    path = f"/experts/{expert_id}/absences"
    await door.post(path, away(local_noon(3, 11), local_noon(3, 14), "FREQ=WEEKLY"), caller=expert)
    listed = "SELECT id, lower(during) AS since FROM busy_block WHERE expert_id = $1 ORDER BY during"

    async def blocks() -> list[Any]:
        return await door.rows(listed, expert_id)

    whole = await blocks()
    assert len(whole) >= 52
    alone = await door.call(
        "PATCH", f"{path}/{whole[1]['id']}", away(local_noon(10, 15), local_noon(10, 16)), caller=expert
    )
    assert alone.status_code == 200, alone.text
    assert (await door.book(expert_id, local_noon(10))).status_code == 201
    other_day = away(local_noon(18, 9), local_noon(18, 10))
    refused = await door.call("PATCH", f"{path}/{whole[2]['id']}?scope=all", other_day, caller=expert)
    assert refused.json()["code"] == "absence-not-valid"
    later = away(local_noon(17, 8), local_noon(17, 10))
    assert (await door.call("PATCH", f"{path}/{whole[2]['id']}?scope=all", later, caller=expert)).status_code == 200
    assert (await door.book(expert_id, local_noon(24))).status_code == 201
    now_there = await blocks()
    assert len(now_there) == len(whole)
    assert (await door.call("DELETE", f"{path}/{now_there[0]['id']}", caller=expert)).status_code == 204
    assert (await door.call("DELETE", f"{path}/{now_there[3]['id']}?scope=all", caller=expert)).status_code == 204
    assert [one["id"] for one in await blocks()] == [now_there[1]["id"], now_there[2]["id"]]
    assert (await door.call("DELETE", f"{path}/{now_there[0]['id']}", caller=expert)).status_code == 404
    await door.proven()


async def test_what_a_professional_cannot_hold_is_handed_back_once(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    mine = (await door.book(expert_id, permit=a_permit(priority=4))).json()
    elsewhere = (await door.book(await door.an_expert(), local_noon(5))).json()
    both = {"appointment_ids": [mine["id"], elsewhere["id"]]}
    path = f"/experts/{expert_id}/handed-back"
    assert (await door.post(path, both, caller=expert)).json() == {"appointment_ids": [mine["id"]]}
    assert (await door.post(path, both, caller=expert)).json() == {"appointment_ids": []}
    (event,) = await door.events("AppointmentHandedBack", "expert_id", expert_id)
    assert (event["appointment_id"], event["version"]) == (mine["id"], 2)
    shown = (await door.get(f"/appointments/{mine['id']}", expert)).json()
    assert (shown["handed_back"], shown["status"]) == (True, "booked")
    assert (await door.post(path, both, caller=a_caller(Role.EXPERT))).status_code == 403
    assert (await door.post(f"{path}/undo", both, caller=a_caller(Role.EXPERT))).status_code == 403
    assert (await door.post(f"{path}/undo", both, caller=expert)).json() == {"appointment_ids": [mine["id"]]}
    (kept,) = await door.events("AppointmentKept", "expert_id", expert_id)
    stands = (await door.get(f"/appointments/{mine['id']}", expert)).json()
    assert (kept["version"], stands["handed_back"], stands["version"]) == (3, False, 3)
    assert (await door.post(path, both, caller=expert)).json() == {"appointment_ids": [mine["id"]]}
    moved = await door.post(f"/appointments/{mine['id']}/move", {"starts_at": local_noon(6).isoformat()}, caller=expert)
    assert moved.json()["handed_back"] is False
    assert (await door.post(f"{path}/undo", both, caller=expert)).json() == {"appointment_ids": []}
    await door.proven()


async def test_leave_told_in_the_profile_is_time_away_in_the_agenda(door: Door, database: Database) -> None:
    expert_id = await door.an_expert()
    booked = (await door.book(expert_id, local_noon(5))).json()
    first, last = local_noon(4).date(), local_noon(6).date()

    async def hear(version: int, leave: tuple[tuple[date, date], ...]) -> list[tuple[datetime, datetime]]:
        async with database.transaction() as db:
            await listeners.expert_changed(db, changed(expert_id, version, leave=leave))
        sql = "SELECT lower(during), upper(during) FROM busy_block WHERE expert_id = $1 AND source = 'leave'"
        return [(row[0], row[1]) for row in await door.rows(sql, expert_id)]

    told = await hear(5, ((first, last), (last + timedelta(days=1), last + timedelta(days=2))))
    assert told == [(in_paris(first, 0), in_paris(last + timedelta(days=3), 0))]
    assert (await door.book(expert_id, local_noon(8))).json()["code"] == "slot-not-open"
    (event,) = await door.events("AppointmentUncovered", "expert_id", expert_id)
    assert event["appointment_id"] == booked["id"]
    await door.proven()
    assert await hear(4, ()) == told
    assert await hear(6, ()) == []
    assert (await door.book(expert_id, local_noon(8))).status_code == 201
    await door.proven()


async def test_rules_are_written_a_year_ahead_by_a_tick(door: Door, database: Database) -> None:
    from services.booking.store import absences

    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    monthly = away(local_noon(3, 11), local_noon(3, 14), "FREQ=WEEKLY;INTERVAL=4")
    await door.post(f"/experts/{expert_id}/absences", monthly, caller=expert)
    count = "SELECT count(*) FROM busy_block WHERE expert_id = $1"
    before = (await door.rows(count, expert_id))[0][0]
    async with database.transaction() as db:
        await absences.extend(db, now() + timedelta(days=120))
    assert (await door.rows(count, expert_id))[0][0] >= before + 4
    async with database.transaction() as db:
        await absences.extend(db, now() + timedelta(days=120))
    assert (await door.rows(count, UUID(str(expert_id))))[0][0] < before + 6
