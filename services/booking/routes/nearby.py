"""When someone was faster: the three nearest slots, and what every hot write does once it is committed."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.booking import Slot
from kit.db import AfterCommit
from kit.errors import Refusal
from kit.web import House
from services.booking.domain import refusals
from services.booking.domain.search import Search
from services.booking.domain.slots import nearest
from services.booking.routes.slots import as_slots
from services.booking.store.booking import Wanted
from services.booking.store.slots import search

OTHER_HOURS = (
    refusals.SlotTaken,
    refusals.SlotNotOpen,
    refusals.TooSoon,
    refusals.BeyondHorizon,
    refusals.DayFull,
    refusals.CaseOverlap,
    refusals.HoldExpired,
)
"""Refusals to which the answer is another hour."""
NEAR = timedelta(days=1)
GRID = 2 * 24 * 60 // 5
"""Starts of two days at the finest step that a type may have."""


async def with_nearest(house: House, refusal: Refusal, wanted: Wanted, now: datetime) -> Refusal:
    """The same refusal with the nearest free slots of the same expert and type."""
    return type(refusal)(alternatives=await nearest_slots(house, wanted, now))


async def slot_taken(house: House, wanted: Wanted, now: datetime) -> refusals.SlotTaken:
    """Someone was faster."""
    return refusals.SlotTaken(alternatives=await nearest_slots(house, wanted, now))


async def nearest_slots(house: House, wanted: Wanted, now: datetime) -> list[Slot]:
    """The three slots nearest to the wanted one.

    Whoever loses the same slot at the same instant shares one search: a slot that fifty want costs it once.
    """
    searching: dict[Wanted, asyncio.Task[list[Slot]]] = house.things["nearby"]
    task = searching.get(wanted)
    if task is None:
        task = searching[wanted] = asyncio.create_task(_nearby(house, wanted, now))
        task.add_done_callback(lambda _: searching.pop(wanted, None))
    return await asyncio.shield(task)


async def _nearby(house: House, wanted: Wanted, now: datetime) -> list[Slot]:
    """Within a day of the wanted start when three are there: all of that is read, since a grid may be fine."""
    earliest, latest = wanted.starts_at - NEAR, wanted.starts_at + NEAR
    asked = Search(experts=(wanted.expert_id,), types=(wanted.type_id,), since=earliest, until=latest, limit=GRID)
    lines, notice = house.things["reading"], house.things["longest_notice"]
    found = await search(lines, asked, now, notice)
    if len(found) < 3:
        found += await search(lines, replace(asked, since=latest, until=None, limit=3 - len(found)), now, notice)
    if len(found) < 3:  # at the end of what is open: then also the first that there are
        found = [
            *await search(lines, replace(asked, since=None, until=None, limit=3 - len(found)), now, notice),
            *found,
        ]
    near = set(nearest((one[0] for one in found), wanted.starts_at))
    return as_slots([one for one in dict.fromkeys(found) if one[0] in near]).slots


def announce(house: House, expert_id: UUID, *, told: bool) -> None:
    """After a commit of our own: wake the relay, and let live pages look again."""
    done = AfterCommit()
    done.told = told
    done.nudges.append(f"agenda:{expert_id}")
    house.after(done)
