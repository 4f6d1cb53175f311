"""The rounds of the waiting list: time that came free is offered, offers that nobody answered pass on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.waiting import SlotOfferClosed, SlotOffered, SlotToTell, WaitingUnanswered
from kit import outbox
from services.booking.domain import waiting as rules
from services.booking.domain.slots import starts
from services.booking.domain.spans import Span, union
from services.booking.domain.waiting import Entry, Mode
from services.booking.store import waiting, waiting_offers
from services.booking.store.waiting_offers import FreeTime, Offer

SETTLES = timedelta(seconds=30)
"""How long after the first time that came free an agenda is looked at: who moves an hour often moves two."""
MOST_PER_ROUND = 40
KEPT = timedelta(days=30)
RECENT = timedelta(days=28)

Start = tuple[datetime, FreeTime]


async def offer_freed(db: AsyncConnection, now: datetime, *, settles: timedelta = SETTLES) -> int:
    """One round: every agenda that gave time back a moment ago, each with whom its hours suit; how many offers."""
    await waiting.settle(db, now)
    await waiting_offers.forget_freed_of_nobody(db)
    made = 0
    for expert_id, profession in await waiting_offers.freed(db, now - settles):
        for depth, spans in _by_depth(await waiting_offers.take_freed(db, expert_id)):
            made += await _offer(db, expert_id, profession, spans, depth, now)
    return made


def _by_depth(freed: Sequence[tuple[Span, int]]) -> list[tuple[int, list[Span]]]:
    return [(depth, union(span for span, each in freed if each == depth)) for depth in sorted({d for _, d in freed})]


async def _offer(
    db: AsyncConnection, expert_id: UUID, profession: str, spans: list[Span], depth: int, now: datetime
) -> int:
    """The free hours of these stretches, the earliest first, each to the first whom it suits."""
    hours: list[Start] = []
    for span in spans:
        if span.end > now:
            hours += _hours(await waiting_offers.free_time(db, expert_id, span), span, now)
    if not hours:
        return 0
    modalities = sorted({kind.modality.value for _, kind in hours})
    found = await waiting.for_expert(db, expert_id, profession, modalities, now)
    entries = [one for one in rules.in_order(found) if rules.may_be_asked(one, now)]
    size = rules.batch_size(*await waiting_offers.acceptance(db, now - RECENT)) if entries else 0
    made, taken_until = 0, now
    for starts_at, kinds in _together(hours):
        if not entries or made >= MOST_PER_ROUND:
            break
        if starts_at < taken_until:
            continue
        asked, ends_at = await _put(db, entries, expert_id, starts_at, kinds, size=size, depth=depth, now=now)
        if asked:
            made, taken_until = made + len(asked), ends_at
            entries = [one for one in entries if one.id not in asked]
    return made


def _hours(found: Sequence[FreeTime], span: Span, now: datetime) -> list[Start]:
    """The starts inside the stretch that could be booked now; those that begin before it when nothing else fits."""
    inside: list[Start] = []
    before: list[Start] = []
    for kind in found:
        soonest = now + timedelta(minutes=kind.minimum_notice)
        reach = timedelta(minutes=kind.shape.duration + kind.shape.buffer_after)
        for start in starts(kind.free, kind.shape, max(soonest, span.start - reach + timedelta(minutes=1))):
            if start >= span.end:
                break
            (inside if start >= span.start else before).append((start, kind))
    return sorted(inside or before, key=lambda one: (one[0], one[1].type_id))


def _together(hours: Sequence[Start]) -> list[tuple[datetime, list[FreeTime]]]:
    """The types that may begin at each start."""
    grouped: dict[datetime, list[FreeTime]] = {}
    for start, kind in hours:
        grouped.setdefault(start, []).append(kind)
    return sorted(grouped.items(), key=lambda one: one[0])


async def _put(
    db: AsyncConnection,
    entries: Sequence[Entry],
    expert_id: UUID,
    starts_at: datetime,
    kinds: Sequence[FreeTime],
    *,
    size: int,
    depth: int,
    now: datetime,
) -> tuple[set[UUID], datetime]:
    """One hour to whom it suits: to one alone, or to as many as a batch holds; who was asked, and its end."""
    wanted = 1 if rules.mode(starts_at, now) is Mode.EXCLUSIVE else size
    asked: set[UUID] = set()
    last = starts_at
    for entry in entries:
        for kind in kinds:
            ends_at = kind.shape.ends_at(starts_at)
            if not rules.suits(entry, starts_at, ends_at, kind.modality, kind.visit):
                continue
            offering = rules.offering(entry, starts_at, now)
            if offering is None:
                break
            offer_id = await waiting_offers.make(
                db,
                entry,
                offering,
                expert_id=expert_id,
                type_id=kind.type_id,
                span=Span(starts_at, ends_at),
                depth=depth,
                now=now,
            )
            if offer_id is not None:
                await _tell(db, entry, offer_id, offering, expert_id, starts_at)
                await waiting.offered(db, entry.id, now)
                asked.add(entry.id)
                last = max(last, ends_at)
            break
        if len(asked) >= wanted:
            break
    return asked, last


async def _tell(
    db: AsyncConnection, entry: Entry, offer_id: UUID, offering: rules.Offering, expert_id: UUID, starts_at: datetime
) -> None:
    """By a message where there is time for one, else to the desk, which says it by voice."""
    if offering.mode is Mode.CALL:
        told = SlotToTell(offer_id, entry.case_id, entry.referral_id, starts_at, offering.expires_at, "soon")
        await outbox.tell(db, told)
    else:
        offered = SlotOffered(
            offer_id=offer_id,
            version=1,
            entry_id=entry.id,
            case_id=entry.case_id,
            referral_id=entry.referral_id,
            starts_at=starts_at,
            expires_at=offering.expires_at,
            person_zone=entry.person_zone,
            say_at=offering.sent_at,
        )
        await outbox.tell(db, offered)
    await outbox.nudge(db, f"agenda:{expert_id}")


async def pass_on(db: AsyncConnection, now: datetime) -> int:
    """Offers whose time is over: counted, told, and their hour goes to the next; how many."""
    await close(db, await waiting_offers.gone(db, now), "lost", now)
    await waiting.forget_ended(db, now - KEPT)
    over = await waiting_offers.due(db, now)
    for entry_id in sorted({one.entry_id for one in over}):  # before their offers, as whoever answers does
        await waiting.load(db, entry_id)
    closed = await close(db, over, "expired", now)
    for offer in closed:
        if offer.mode is Mode.EXCLUSIVE:
            entry = await waiting.ignored(db, offer.entry_id)
            if entry.status == "worked" and entry.ignored == rules.MOST_IGNORED:
                told = WaitingUnanswered(entry.id, entry.version, entry.case_id, entry.referral_id)
                await outbox.tell(db, told)
    passed = {(one.expert_id, Span(one.starts_at, one.ends_at), one.depth) for one in closed if one.mode is Mode.BATCH}
    for expert_id, span, depth in sorted(passed):
        await waiting_offers.free_again(db, expert_id, span, depth)
    return len(closed)


async def close(db: AsyncConnection, offers: Sequence[Offer], outcome: str, now: datetime) -> list[Offer]:
    """These end so, unless they had ended already; nothing more is sent of those that this call ended."""
    if not offers:
        return []
    ended = set(await waiting_offers.answer(db, [one.id for one in offers], outcome, now))
    closed = [one for one in offers if one.id in ended]
    await outbox.tell(db, *(SlotOfferClosed(one.id, 2, one.case_id, outcome) for one in closed))
    return closed
