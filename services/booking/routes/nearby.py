"""When someone was faster: the three nearest slots, and what every hot write does once it is committed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from contracts.booking import Slot
from kit.db import AfterCommit
from kit.web import House
from services.booking.domain import refusals
from services.booking.domain.search import Search
from services.booking.domain.slots import nearest
from services.booking.routes.slots import as_slots
from services.booking.store.booking import Wanted
from services.booking.store.slots import search


async def slot_taken(house: House, wanted: Wanted, now: datetime) -> refusals.SlotTaken:
    """The refusal with the nearest free slots of the same expert and type.

    Whoever loses the same slot at the same instant shares one search: a slot that fifty want costs it once.
    """
    searching: dict[Wanted, asyncio.Task[list[Slot]]] = house.things["nearby"]
    task = searching.get(wanted)
    if task is None:
        task = searching[wanted] = asyncio.create_task(_nearby(house, wanted, now))
        task.add_done_callback(lambda _: searching.pop(wanted, None))
    return refusals.SlotTaken(alternatives=await asyncio.shield(task))


async def _nearby(house: House, wanted: Wanted, now: datetime) -> list[Slot]:
    asked = Search(
        experts=(wanted.expert_id,), types=(wanted.type_id,), since=wanted.starts_at - timedelta(days=1), limit=60
    )
    found = await search(house.things["lines"], asked, now, house.things["longest_notice"])
    near = set(nearest((one[0] for one in found), wanted.starts_at))
    return as_slots([one for one in found if one[0] in near]).slots


def announce(house: House, expert_id: UUID, *, told: bool) -> None:
    """After a commit of our own: wake the relay, and let live pages look again."""
    done = AfterCommit()
    done.told = told
    done.nudges.append(f"agenda:{expert_id}")
    house.after(done)
