"""The waiting list, for those who wait and for the desk: join, look, say yes or no, leave in one gesture."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.permits import BookPermit
from contracts.waiting import NewWaiting, Waiting, WaitingList, WaitingOffer
from contracts.words import ExpertProfession, Role
from kit import audit, outbox
from kit.auth import NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.permits import PermitRefused
from kit.web import HousePermits, NamedHouse
from services.booking.deliver import waiting_answers
from services.booking.domain import refusals
from services.booking.domain import waiting as rules
from services.booking.domain.appointments import Party
from services.booking.domain.waiting import Entry, Mode
from services.booking.domain.zones import instant
from services.booking.routes.nearby import slot_taken
from services.booking.routes.rights import DESK, party, shown
from services.booking.store import appointments, types, waiting, waiting_offers
from services.booking.store import permits as permits_kept
from services.booking.store.booking import Wanted
from services.booking.store.waiting_offers import Offer

EITHER = (*DESK, Role.PERSON)


class WaitingEntries(Controller):
    path = "/waiting"
    guards = (only(*EITHER),)

    @get()
    async def several(self, db: Db, caller: Me, case_id: FromQuery[UUID | None] = None) -> WaitingList:
        """A person's own; for the desk one case's, or everyone's in the order in which hours are offered."""
        of = caller.case_id or case_id
        if of is None:
            entries = await waiting.open_ones(db)
        else:
            await audit.note(db, caller, "read", "case", of)
            entries = await waiting.of_case(db, of)
        return await _list(db, entries)

    @post(status_code=200)
    async def join(self, data: JSONBody[NewWaiting], db: Db, caller: Me, permits: HousePermits) -> Waiting:
        """Wait for an hour, or for an earlier one; once more changes what was said."""
        moment = now()
        windows = rules.checked(data.windows)
        stands_at: datetime | None = None
        if data.appointment_id is not None:
            permit, stands_at = await _earlier(db, caller, data, moment)
        elif data.permit is not None and caller.has(*DESK):
            permit = await permits.read(data.permit, BookPermit)
            if data.modalities:
                permit = msgspec.structs.replace(permit, modalities=tuple(data.modalities))
        else:
            raise PermitRefused
        ends = [moment + rules.LONGEST]
        if data.until is not None and not 2000 <= data.until.year <= 2199:
            raise rules.WishNotValid(fields={"until": "a day to come"})
        if data.until is not None:
            ends.append(instant(data.until + timedelta(days=1), time(0), permit.person_zone))
        if stands_at is not None:
            ends.append(stands_at)
        until = min(ends)
        if until <= moment:
            raise rules.WishNotValid(fields={"until": "a day to come"})
        entry_id = await waiting.add(
            db,
            permit,
            professions=[one.value for one in data.professions],
            windows=windows,
            from_hour=data.from_hour.replace(tzinfo=None) if data.from_hour else None,
            to_hour=data.to_hour.replace(tzinfo=None) if data.to_hour else None,
            until=until,
            appointment_id=data.appointment_id,
            now=moment,
        )
        await audit.note(db, caller, "wait", "case", permit.case_id)
        await outbox.nudge(db, "waiting")
        return (await _list(db, [await waiting.load(db, entry_id)])).entries[0]

    @post("/{entry_id:uuid}/leave", status_code=204)
    async def leave(self, entry_id: FromPath[UUID], db: Db, caller: Me) -> None:
        """« Je ne veux plus attendre »: one gesture, no question; twice changes nothing."""
        entry = _of(caller, await waiting.load(db, entry_id))
        await waiting_answers.leave(db, entry.id, now())
        await audit.note(db, caller, "write", "case", entry.case_id)


class WaitingOffers(Controller):
    path = "/waiting-offers/{offer_id:uuid}"
    guards = (only(*EITHER),)

    @post("/accept", status_code=200)
    async def accept(
        self, request: Request[Any, Any, Any], offer_id: FromPath[UUID], db: Db, caller: Me, house: NamedHouse
    ) -> shapes.Appointment:
        """Yes; `offer-over` past its time, `slot-taken` when another was faster."""
        moment = now()
        offer = _offer_of(caller, await waiting_offers.find(db, offer_id))
        who = Party.PERSON if caller.case_id is not None else Party.STAFF
        try:
            done = await waiting_answers.accept(db, offer_id, caller=caller, party=who, now=moment)
        except refusals.SlotTaken:
            wanted = Wanted(offer.expert_id, offer.type_id, offer.starts_at)
            raise await slot_taken(house, wanted, moment) from None
        await audit.note(db, caller, "write", "case", offer.case_id)
        kinds = await types.every(db)
        return shown(done.appointment, kinds[done.appointment.type_id], caller, moment)

    @post("/decline", status_code=200)
    async def decline(self, offer_id: FromPath[UUID], db: Db, caller: Me) -> WaitingList:
        """No: it goes to the next, and one goes on waiting."""
        offer = _offer_of(caller, await waiting_offers.find(db, offer_id))
        entry = await waiting_answers.decline(db, offer_id, now())
        await audit.note(db, caller, "write", "case", offer.case_id)
        return await _list(db, [await waiting.load(db, entry.id)])


async def _earlier(
    db: AsyncConnection, caller: Caller, data: NewWaiting, moment: datetime
) -> tuple[BookPermit, datetime]:
    """The permit that an appointment keeps, for an hour before its own."""
    assert data.appointment_id is not None
    one = await appointments.find(db, data.appointment_id)
    if party(caller, one) is Party.EXPERT or one.case_id is None or one.referral_id is None:
        raise NotAllowed
    if one.status.value != "booked" or one.starts_at - moment < rules.GAIN:
        raise refusals.NotInThisState
    kept = await permits_kept.kept_by(db, one.id)
    experts = (one.expert_id,) if data.same_expert else kept.experts
    permit = BookPermit(
        case_id=one.case_id,
        referral_id=one.referral_id,
        visit=one.visit,
        modalities=tuple(data.modalities) or (one.modality,),
        experts=experts,
        not_experts=kept.not_experts,
        priority=kept.level,
        nickname=one.nickname,
        person_zone=one.person_zone,
    )
    return permit, one.starts_at


def _of(caller: Caller, entry: Entry) -> Entry:
    if caller.case_id is not None and caller.case_id != entry.case_id:
        raise rules.UnknownWaiting
    return entry


def _offer_of(caller: Caller, offer: Offer) -> Offer:
    if caller.case_id is not None and caller.case_id != offer.case_id:
        raise rules.UnknownOfferedHour
    return offer


async def _list(db: AsyncConnection, entries: list[Entry]) -> WaitingList:
    found = await waiting_offers.open_of(db, [one.id for one in entries], now())
    return WaitingList([_shown(one, [each for each in found if each.entry_id == one.id]) for one in entries])


def _shown(entry: Entry, offers: list[Offer]) -> Waiting:
    return Waiting(
        id=entry.id,
        case_id=entry.case_id,
        referral_id=entry.referral_id,
        status=entry.status,
        created_at=entry.created_at.astimezone(UTC),
        until=entry.until,
        person_zone=entry.person_zone,
        professions=[ExpertProfession(one) for one in entry.professions],
        modalities=list(entry.modalities),
        windows=list(entry.windows),
        version=entry.version,
        priority=entry.priority,
        from_hour=entry.from_hour,
        to_hour=entry.to_hour,
        appointment_id=entry.appointment_id,
        same_expert=entry.appointment_id is not None and len(entry.experts) == 1,
        offers=[
            WaitingOffer(
                id=one.id,
                expert_id=one.expert_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                modality=one.modality,
                expires_at=one.expires_at,
                held=one.mode is Mode.EXCLUSIVE,
                answer=one.answer,
            )
            for one in offers
        ],
    )
