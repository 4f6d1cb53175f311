"""When someone was faster: the three nearest slots, and what every hot write does once it is committed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from contracts.booking import Slot
from kit.db import AfterCommit
from kit.errors import Refusal
from kit.web import House
from services.booking.domain import refusals
from services.booking.domain.search import Search
from services.booking.domain.slots import nearest
from services.booking.domain.types import HORIZON_MOST
from services.booking.routes.slots import as_slots
from services.booking.store.booking import Wanted
from services.booking.store.slots import Found, search

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
SPANS = (timedelta(days=1), timedelta(days=8), timedelta(days=HORIZON_MOST + 2))
"""Mostly the day itself, else the week before and after, else all that is open."""
FINEST = timedelta(minutes=5)
"""The finest step that a type may have."""


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
    """The first span around the wanted start that holds three: all of it is read, before and after alike."""
    lines, notice = house.things["reading"], house.things["longest_notice"]
    found: list[Found] = []
    for span in SPANS:
        asked = Search(
            experts=(wanted.expert_id,),
            types=(wanted.type_id,),
            since=wanted.starts_at - span,
            until=wanted.starts_at + span,
            limit=2 * span // FINEST,
        )
        found = await search(lines, asked, now, notice)
        if len(found) >= 3:
            break
    near = set(nearest((one[0] for one in found), wanted.starts_at))
    return as_slots([one for one in found if one[0] in near]).slots


def announce(house: House, expert_id: UUID, *, told: bool) -> None:
    """After a commit of our own: wake the relay, and let live pages look again."""
    done = AfterCommit()
    done.told = told
    done.nudges.append(f"agenda:{expert_id}")
    house.after(done)
