"""Public holidays of every territory, 2026 to 2031, and how an expert keeps each open or closed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from contracts.regions import HOLIDAY_REGIONS
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from services.booking import listeners
from services.booking.domain import holidays as rules
from services.booking.store import holidays
from services.booking.store.bulk import WholeAgenda
from tests.booking.conftest import Door
from tests.booking.make import a_rule, an_expert, put
from tests.booking.test_listeners import changed
from tests.tokens import a_caller

YEARS = range(2026, 2032)
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))


def easter(year: int) -> date:
    """The Sunday of Gauss, in the Gregorian form of Meeus/Jones/Butcher: an oracle that the library does not share."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def every_where(year: int) -> set[date]:
    """The eleven of the whole country: eight by date, three by Easter."""
    moving = {easter(year) + timedelta(days=days) for days in (1, 39, 50)}
    return {date(year, month, day) for month, day in FIXED} | moving


OWN: dict[str, tuple[tuple[int, int], ...]] = {
    "metropole": (),
    "alsace-moselle": ((12, 26),),
    "971": ((5, 27), (7, 21)),
    "972": ((5, 22), (7, 21)),
    "973": ((6, 10),),
    "974": ((12, 20),),
    "975": (),
    "976": ((4, 27),),
    "977": ((10, 9),),
    "978": ((5, 28), (7, 21)),
    "984": (),
    "986": ((4, 28), (6, 29), (7, 29)),
    "987": ((3, 5), (11, 20)),
    "988": ((9, 24),),
}
GOOD_FRIDAY = {"alsace-moselle", "971", "987"}
MID_LENT = {"971"}


@pytest.mark.parametrize("region", sorted(HOLIDAY_REGIONS))
def test_every_territory_keeps_its_days_from_2026_to_2031(region: str) -> None:
    for year in YEARS:
        found = {one.day for one in rules.between(region, first=date(year, 1, 1), last=date(year, 12, 31))}
        wanted = every_where(year) | {date(year, month, day) for month, day in OWN[region]}
        wanted |= {easter(year) - timedelta(days=2)} if region in GOOD_FRIDAY else set()
        wanted |= {easter(year) - timedelta(days=24)} if region in MID_LENT else set()
        assert found == wanted, (region, year)


def test_alsace_has_good_friday_and_the_day_after_christmas_and_an_unknown_region_is_the_mainland() -> None:
    year = {"first": date(2027, 1, 1), "last": date(2027, 12, 31)}
    alsace = {one.day: one.name for one in rules.between("alsace-moselle", **year)}
    assert alsace[date(2027, 3, 26)] == "Vendredi saint"
    assert date(2027, 12, 26) in alsace
    assert rules.between("atlantis", **year) == rules.between("metropole", **year)


def test_a_day_lasts_from_one_local_midnight_to_the_next() -> None:
    spans = {zone: rules.whole_day(date(2027, 10, 31), zone) for zone in ("Europe/Paris", "Pacific/Noumea")}
    assert spans["Europe/Paris"].end - spans["Europe/Paris"].start == timedelta(hours=25)
    assert spans["Pacific/Noumea"].start.isoformat() == "2027-10-30T13:00:00+00:00"


def the_next(region: str = "metropole") -> list[rules.Holiday]:
    today = now().date()
    return rules.between(region, first=today + timedelta(days=1), last=today + timedelta(days=395))


async def an_open_expert(door: Door, **changed_: Any) -> UUID:
    one = an_expert(holiday_region="metropole", **changed_)
    await put(door.address.app, WholeAgenda(one, (a_rule(one),)))
    return one.id


async def test_holidays_are_closed_until_their_expert_opens_them(door: Door, database: Database) -> None:
    expert_id = await an_open_expert(door)
    expert = a_caller(Role.EXPERT, subject=expert_id)
    async with database.transaction() as db:
        while await holidays.fill(db, now(), most=500):
            pass
    sql = "SELECT day FROM busy_block WHERE expert_id = $1 AND source = 'holiday' ORDER BY day"
    written = [row["day"] for row in await door.rows(sql, expert_id)]
    assert {one.day for one in the_next()} <= set(written)
    await door.proven()
    path = f"/experts/{expert_id}/holidays"
    shown = (await door.get(path, expert)).json()
    assert (shown["region_name"], shown["closed"]) == ("France métropolitaine", True)
    assert not any(day["open"] for day in shown["days"])
    some = shown["days"][0]["day"]
    chosen = await door.call("PUT", path, {"open_days": [some], "closed": True}, caller=expert)
    assert [day["day"] for day in chosen.json()["days"] if day["open"]] == [some]
    left = {row["day"].isoformat() for row in await door.rows(sql, expert_id)}
    assert some not in left and shown["days"][1]["day"] in left
    everything = {"open_days": [day["day"] for day in shown["days"]], "closed": False}
    assert (await door.call("PUT", path, everything, caller=expert)).status_code == 200
    assert [row["day"] for row in await door.rows(sql, expert_id) if row["day"] > now().date()] == []
    await door.proven()
    assert (await door.get(path, a_caller(Role.EXPERT))).status_code == 403
    assert (await door.get(path, door.desk)).status_code == 403


async def test_agendas_that_are_filled_at_once_are_closed_on_holidays_from_the_first_second(
    door: Door, database: Database
) -> None:
    one = an_expert(holiday_region="974", time_zone="Indian/Reunion")
    days_off = tuple(rules.days_off(one, today=now().date()))
    await put(door.address.app, WholeAgenda(one, (a_rule(one),), days_off=days_off))
    async with database.transaction() as db:
        behind = text("SELECT count(*) FROM holiday_plan WHERE expert_id = :one AND written_until >= :far")
        far = now().date() + timedelta(days=370)
        assert (await db.execute(behind, {"one": one.id, "far": far})).scalar() == 1  # the tick has nothing to add
    sql = "SELECT day FROM agenda_day WHERE expert_id = $1 AND free && $2::tstzrange"
    for _, span in days_off:
        assert await door.rows(sql, one.id, asyncpg.Range(span.start, span.end)) == []
    await door.proven()


async def test_a_move_to_alsace_is_followed_and_a_day_that_closes_tells_of_its_appointments(
    door: Door, database: Database
) -> None:
    expert_id = await an_open_expert(door)
    expert = a_caller(Role.EXPERT, subject=expert_id)
    near = [one for one in the_next() if (one.day - now().date()).days <= 55]
    path = f"/experts/{expert_id}/holidays"
    everything = {"open_days": [one.day.isoformat() for one in the_next()], "closed": False}
    assert (await door.call("PUT", path, everything, caller=expert)).status_code == 200
    if near:
        hour = now().replace(hour=12, minute=0, second=0, microsecond=0) + (near[0].day - now().date())
        assert (await door.book(expert_id, hour)).status_code == 201
        nothing = {"open_days": [], "closed": True}
        closed = (await door.call("PUT", path, nothing, caller=expert)).json()
        assert [day["appointments"] for day in closed["days"] if day["day"] == near[0].day.isoformat()] == [1]
        assert len(await door.events("AppointmentUncovered", "expert_id", expert_id)) == 1
    async with database.transaction() as db:
        await listeners.expert_changed(db, changed(expert_id, 7, holiday_region="alsace-moselle"))
        while await holidays.fill(db, now(), most=500):
            pass
    sql = "SELECT day FROM busy_block WHERE expert_id = $1 AND source = 'holiday'"
    days = {(row["day"].month, row["day"].day) for row in await door.rows(sql, expert_id)}
    assert ((12, 26) in days) == bool(near)
    await door.proven()
