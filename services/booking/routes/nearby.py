"""When someone was faster: the three nearest slots, and what every hot write does once it is committed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request

from contracts.caller import Caller
from kit.auth import role_name
from kit.db import AfterCommit
from kit.log import request_id
from kit.transaction import KEY_LENGTH, BadKey
from kit.web import House
from services.booking.domain import refusals
from services.booking.domain.search import Search
from services.booking.domain.slots import nearest
from services.booking.routes.slots import as_slots
from services.booking.store.booking import Asker, Wanted
from services.booking.store.slots import search


async def slot_taken(house: House, wanted: Wanted, now: datetime) -> refusals.SlotTaken:
    """The refusal with the nearest free slots of the same expert and type."""
    asked = Search(
        experts=(wanted.expert_id,), types=(wanted.type_id,), since=wanted.starts_at - timedelta(days=1), limit=60
    )
    found = await search(house.things["lines"], asked, now, house.things["longest_notice"])
    near = set(nearest((one[0] for one in found), wanted.starts_at))
    slots = as_slots([one for one in found if one[0] in near]).slots
    return refusals.SlotTaken(alternatives=slots)


def asker(request: Request[Any, Any, Any], caller: Caller) -> Asker:
    """The caller with the request's idempotency key, as the booking functions write it themselves."""
    transaction = request.scope["transaction"]  # type: ignore[typeddict-item]
    if transaction.key is not None and not 1 <= len(transaction.key) <= KEY_LENGTH:
        raise BadKey
    return Asker(caller.subject, role_name(caller), request_id.get(), transaction.key, transaction.request_hash)


def announce(house: House, expert_id: UUID, *, told: bool) -> None:
    """After a commit of our own: wake the relay, and let live pages look again."""
    done = AfterCommit()
    done.told = told
    done.nudges.append(f"agenda:{expert_id}")
    house.after(done)
