"""The stream that keeps a list of slots true: a colleague's press strikes a slot out within a second."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import count
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from contracts.booking import Slot
from contracts.words import Modality
from gateway.guards import LISTENERS_ONLY, UNTOUCHED
from gateway.house import House
from gateway.page import NamedPage
from gateway.pages.tasks import KINDS
from kit.errors import Refusal
from kit.http import PeerAway, PeerProblem

MOST_EXPERTS = 16
PER_EXPERT = 40
"""How far ahead the page can tell that a slot is gone."""


class Free(msgspec.Struct, frozen=True):
    """What is free with one expert: `slots` as `type@start`, complete until `until`."""

    expert: UUID
    slots: list[str]
    until: datetime | None  # None: these are all


@get("/appels/{contact_id:uuid}/flux", opt={**LISTENERS_ONLY, **UNTOUCHED})
async def stream(contact_id: FromPath[UUID], page: NamedPage) -> Stream:
    """Server-sent events: `libres` when an agenda moves, `poste` for the desk, `appel` for this call, `battement`.

    The last is a sign of life.
    """
    experts = _experts(page.request.query_params.getall("pro", []))
    modalities = [one for one in Modality if one.value in page.request.query_params.getall("mode", [])]
    own = page.request.query_params.get("a_moi") == "oui"
    lines = told(page, page.house, contact_id, experts, modalities, own=own)
    return Stream(
        lines, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


@get("/appels/flux", opt={**LISTENERS_ONLY, **UNTOUCHED})
async def desk_stream(page: NamedPage) -> Stream:
    """Server-sent events: `poste` whenever something moves at the desk, and every quarter of a minute."""
    return Stream(
        _moves(page), media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


async def _moves(page: NamedPage) -> AsyncIterator[bytes]:
    feed = page.gateway.live.listen(lambda name: name == "desk" or name.startswith("urgent:"))
    try:
        yield b"retry: 1500\n\n"
        async for _ in feed:
            yield event("poste", {})
    finally:
        await feed.aclose()  # type: ignore[attr-defined]


async def told(
    page: NamedPage,
    house: House,
    contact_id: UUID,
    experts: list[UUID],
    modalities: list[Modality],
    *,
    own: bool = False,
) -> AsyncIterator[bytes]:
    """First everything as it stands, then what moves; every quarter of a minute everything again.

    `own`: the page shows the call as its reader's, so that it is told, at once and each minute, when it no longer is.
    """
    wanted = {f"agenda:{each}": each for each in experts}
    call = f"contact:{contact_id}"
    feed = page.gateway.live.listen(lambda name: name in wanted or name in ("desk", call))
    upcoming: asyncio.Future[str | None] = asyncio.ensure_future(anext(feed))  # hears before it asks
    try:
        yield b"retry: 1500\n\n"
        name: str | None = None
        beats = count()
        while True:
            try:
                if own and name is None and next(beats) % 4 == 0:
                    own = (await house.referral.contact(contact_id)).listener_id == page.subject
                    name = name if own else call
                asked = [wanted[name]] if name in wanted else experts if name in (None, call) else []
                for each in await free(house, asked, modalities):
                    yield event("libres", each)
                if name in (None, "desk"):
                    yield event("poste", await waiting(house))
                if name == call:
                    yield event("appel", {})
                yield event("battement", {})
            except (PeerAway, PeerProblem):
                yield event("absent", {})
            except Refusal:
                return  # the session has ended
            name = await upcoming
            upcoming = asyncio.ensure_future(anext(feed))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await feed.aclose()  # type: ignore[attr-defined]


class Waiting(msgspec.Struct, frozen=True):
    """What waits at the desk: how many things nobody has taken, and the most pressing in five words."""

    count: int
    words: str = ""


async def waiting(house: House) -> Waiting:
    """Told on every open call, so that nobody in a waiting room depends on one screen."""
    free_tasks = [task for task in await house.referral.tasks() if task.owner_id is None]
    if not free_tasks:
        return Waiting(0)
    first = min(free_tasks, key=lambda task: (task.kind != "waiting_alone", task.due_at))
    return Waiting(len(free_tasks), KINDS.get(first.kind, first.words))


async def free(house: House, experts: list[UUID], modalities: list[Modality]) -> list[Free]:
    """What is free now, one answer per expert asked for."""
    if not experts:
        return []
    if len(experts) == 1:
        found = await house.booking.slots(experts=experts, modality=modalities, per_expert=PER_EXPERT, limit=PER_EXPERT)
        return [free_of(experts[0], found, PER_EXPERT)]
    each_has = max(1, 100 // len(experts))
    found = await house.booking.slots(experts=experts, modality=modalities, per_expert=each_has, limit=100)
    return [free_of(one, [slot for slot in found if slot.expert_id == one], each_has) for one in experts]


def free_of(expert: UUID, slots: list[Slot], asked: int) -> Free:
    """As many as were asked for: there may be more after the last."""
    return Free(
        expert=expert,
        slots=[f"{slot.type_id}@{_iso(slot.starts_at)}" for slot in slots],
        until=slots[-1].starts_at if len(slots) >= asked else None,
    )


def event(name: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _experts(given: list[str]) -> list[UUID]:
    found = []
    for text in given[:MOST_EXPERTS]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


HANDLERS = [stream, desk_stream]
