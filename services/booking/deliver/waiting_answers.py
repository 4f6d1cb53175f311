"""What those who wait answer: yes, which books or moves in one transaction; no; and « je ne veux plus attendre ».

Locks are taken in one order by whoever takes several: the entry, the agendas (smallest id first), appointments, offers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.permits import BookPermit
from contracts.words import AppointmentStatus
from kit import outbox
from services.booking.deliver.waiting_rounds import close
from services.booking.domain import appointments as life
from services.booking.domain import refusals, telling, telling_made
from services.booking.domain import waiting as rules
from services.booking.domain.appointments import Appointment, Party
from services.booking.domain.waiting import Entry
from services.booking.store import appointments, experts, placing, waiting, waiting_offers
from services.booking.store.booking import Wanted
from services.booking.store.ids import new_id
from services.booking.store.waiting_offers import Offer

_DEPTH = text("SELECT set_config('app.freed_depth', :depth, true)")


@dataclass(frozen=True)
class Accepted:
    """What a yes made: a new appointment, or the former one at its new hour."""

    appointment: Appointment
    former: Appointment | None


def permit_of(entry: Entry) -> BookPermit:
    """The permit that the entry keeps."""
    return BookPermit(
        case_id=entry.case_id,
        referral_id=entry.referral_id,
        visit=entry.visit,
        modalities=entry.modalities,
        experts=entry.experts,
        not_experts=entry.not_experts,
        priority=entry.priority,
        nickname=entry.nickname,
        person_zone=entry.person_zone,
    )


async def accept(db: AsyncConnection, offer_id: UUID, *, caller: Caller, party: Party, now: datetime) -> Accepted:
    """Yes: the hour is theirs; an appointment that they had moves there and its own hour is free, in one go.

    `offer-over` (410) past its time, `slot-taken` when another was faster; the same yes again is the same answer.
    """
    seen = await waiting_offers.find(db, offer_id)
    had = (await waiting.load(db, seen.entry_id)).appointment_id
    former_expert = (await appointments.find(db, had)).expert_id if had else seen.expert_id
    await placing.agendas_alone(db, [seen.expert_id, former_expert], now)
    offer, entry = await _open(db, offer_id, now)
    former = await appointments.find(db, had, to_change=True) if had else None
    if former is not None and former.status is not AppointmentStatus.BOOKED:
        former = None
    others = await waiting_offers.others_of_slot(db, offer)
    await _let_go(db, [offer], now)
    await db.execute(_DEPTH, {"depth": str(offer.depth + 1)})
    wanted = Wanted(offer.expert_id, offer.type_id, offer.starts_at)
    if former is not None and former.expert_id == offer.expert_id:
        after = await appointments.move(
            db, former, starts_at=offer.starts_at, type_id=offer.type_id, caller=caller, now=now
        )
        events = telling.moved(after, party)
    elif former is not None:
        after = await replaced(db, former, wanted, permit_of(entry), caller=caller, party=party, now=now)
        events = telling_made.replaced(after, former, party)
    else:
        new = placing.Placing(permit_of(entry), new_id())
        after = await placing.place(db, wanted, new, caller=caller, now=now)
        events = telling_made.booked(after)
    await close(db, [offer], "accepted", now)
    await close(db, others, "lost", now)
    await _withdraw(db, entry, now)
    await waiting.end(db, entry.id, "served", now)
    await outbox.tell(db, *events)
    await _last(db, after, now)
    await outbox.nudge(db, f"agenda:{offer.expert_id}", f"agenda:{former_expert}", f"appointment:{after.id}", "waiting")
    return Accepted(after, former)


async def replaced(
    db: AsyncConnection,
    former: Appointment,
    wanted: Wanted,
    permit: BookPermit,
    *,
    caller: Caller,
    party: Party,
    now: datetime,
) -> Appointment:
    """Another hour with another expert: the former ends and the new one stands, joined; both agendas are locked."""
    status = life.CANCELLED_BY[party]
    await appointments.cancel(db, former, status, reason="replaced", caller=caller, now=now)
    new = placing.Placing(permit, new_id(), privacy=former.privacy, replaces_id=former.id)
    return await placing.place(db, wanted, new, caller=caller, now=now)


async def decline(db: AsyncConnection, offer_id: UUID, now: datetime) -> Entry:
    """No: the hour goes to the next, and they go on waiting; nothing is held against them."""
    seen = await waiting_offers.find(db, offer_id)
    await waiting.load(db, seen.entry_id)
    await placing.agendas_alone(db, [seen.expert_id], now)
    offer, entry = await _open(db, offer_id, now)
    await db.execute(_DEPTH, {"depth": str(offer.depth)})
    await _let_go(db, [offer], now)
    await close(db, [offer], "declined", now)
    await outbox.nudge(db, f"agenda:{offer.expert_id}", "waiting")
    return entry


async def leave(db: AsyncConnection, entry_id: UUID, now: datetime, *, status: str = "left") -> None:
    """Out of the list; what was held for them is free again. Twice changes nothing."""
    entry = await waiting.load(db, entry_id)
    if not entry.live:
        return
    await _withdraw(db, entry, now)
    await waiting.end(db, entry_id, status, now)
    await outbox.nudge(db, "waiting")


async def withdraw_from(
    db: AsyncConnection, entry_ids: Iterable[UUID], not_experts: Iterable[UUID], now: datetime
) -> None:
    """Open offers of experts that a case no longer wants end at once."""
    unwanted = set(not_experts)
    found = [one for one in await waiting_offers.open_of(db, entry_ids, now) if one.expert_id in unwanted]
    await placing.agendas_alone(db, [one.expert_id for one in found], now)
    await _let_go(db, found, now)
    await close(db, found, "withdrawn", now)


async def _open(db: AsyncConnection, offer_id: UUID, now: datetime) -> tuple[Offer, Entry]:
    """The offer and its entry, locked, when a yes or a no still counts."""
    offer = await waiting_offers.find(db, offer_id, to_change=True)
    entry = await waiting.load(db, offer.entry_id)
    if offer.answer == "lost":
        raise refusals.SlotTaken
    if offer.answer is not None or offer.expires_at <= now:
        raise rules.OfferOver
    if not entry.live:
        raise rules.NoLongerWaiting
    return offer, entry


async def _withdraw(db: AsyncConnection, entry: Entry, now: datetime) -> None:
    """Every other offer of this entry ends; their agendas are not locked, so their holds end by the next sweep."""
    others = await waiting_offers.open_of(db, [entry.id], now)
    await waiting_offers.end_holds(db, [one.claim_id for one in others if one.claim_id is not None], now)
    await close(db, others, "withdrawn", now)


async def _let_go(db: AsyncConnection, offers: list[Offer], now: datetime) -> None:
    """Their holds end and their time is free in the projection; the agendas are locked."""
    held = [one for one in offers if one.claim_id is not None]
    await waiting_offers.let_go(db, [one.claim_id for one in held if one.claim_id is not None])
    for offer in held:
        zone = (await experts.find(db, offer.expert_id)).time_zone
        await placing.refresh_around(db, offer.expert_id, [offer.starts_at], zone, now)


async def _last(db: AsyncConnection, one: Appointment, now: datetime) -> None:
    """Until when the links of the case open."""
    if one.case_id is None:
        return
    last = await appointments.last_end(db, one.case_id)
    if last is not None:
        await outbox.tell(db, telling.last_appointment(one.case_id, last, now))
