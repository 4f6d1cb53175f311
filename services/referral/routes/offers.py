"""What targets are asked: an expert on their own page, a structure or a service behind a link or by telephone."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.orientations import Decline, Declined, MyOffer, MyOffers, OfferStatus, TargetKind
from contracts.referral import BookingPermit
from contracts.words import LinkPurpose, ReferralStatus, Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits
from services.referral.deliver import asking, offering, passing
from services.referral.domain import offers as rules
from services.referral.domain import sheets, shown_offers, tasks
from services.referral.domain.offers import DeclineRefused, NoHourAwaited, Offer, UnknownOffer
from services.referral.domain.referrals import Referral, book_permit
from services.referral.routes.given import ABOUT_REFERRALS, Knowing, Sealing
from services.referral.routes.shown import utc
from services.referral.store import contacts, offers_read, referrals
from services.referral.store import offers as store

RECENT: Final = timedelta(days=30)
TARGETS: Final = (Role.EXPERT, Role.PERSON)
Motive = Annotated[str, QueryParameter(max_length=40)]


class Offers(Controller):
    path = "/offers"
    guards = (only(*TARGETS, *ABOUT_REFERRALS),)

    @get(guards=[only(*TARGETS)])
    async def mine(self, db: Db, caller: Me, vault: Sealing) -> MyOffers:
        """What waits for the caller's answer, then what they answered of late; codes only before the accept."""
        rows = await _mine(db, caller)
        await audit.note(db, caller, "read", "offers", caller.subject)
        return MyOffers([await offers_read.shown(db, vault, row) for row in rows])

    @get("/{offer_id:uuid}", guards=[only(*TARGETS)])
    async def show(self, db: Db, caller: Me, vault: Sealing, offer_id: FromPath[UUID]) -> MyOffer:
        """One of them."""
        row = next((each for each in await _mine(db, caller) if each.id == offer_id), None)
        if row is None:
            raise UnknownOffer()
        await audit.note(db, caller, "read", "offer", offer_id)
        return await offers_read.shown(db, vault, row)

    @post("/{offer_id:uuid}/seen", status_code=200, guards=[only(*TARGETS)])
    async def seen(self, db: Db, caller: Me, vault: Sealing, offer_id: FromPath[UUID]) -> MyOffer:
        """« J'ai vu »: the desk knows that somebody reads it."""
        instant = now()
        referral, before = await _to_answer(db, caller, offer_id)
        after = rules.seen(before, now=instant)
        await store.save(db, before, after, "seen", actor=_actor(caller), now=instant)
        await outbox.nudge(db, f"referral:{referral.id}")
        return await self.show.fn(self, db, caller, vault, offer_id)

    @post("/{offer_id:uuid}/accept", status_code=200)
    async def accept(self, db: Db, caller: Me, offer_id: FromPath[UUID]) -> Declined:
        """Yes: `offer-expired` (410) past its hour, `offer-taken` when another was faster; again is the same yes."""
        instant = now()
        referral, before = await _to_answer(db, caller, offer_id)
        if before.status is not OfferStatus.ACCEPTED:
            after = rules.accepted(before, now=instant)
            await offering.won(db, referral, before, after, actor=_actor(caller), now=instant)
            await audit.note(db, caller, "accept", "offer", offer_id)
        return Declined(offer_id, OfferStatus.ACCEPTED)

    @post("/{offer_id:uuid}/permit", status_code=200, guards=[only(Role.EXPERT)])
    async def permit(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        permits: HousePermits,
        offer_id: FromPath[UUID],
        starts_at: FromQuery[datetime | None] = None,
    ) -> BookingPermit:
        """Who said yes books the hour themself, in their own agenda and nobody else's; the desk has to tell it.

        With `starts_at` it is the press itself: refused past the target of the level without a plan until then.
        """
        instant = now()
        referral, mine = await _to_answer(db, caller, offer_id)
        if mine.status is not OfferStatus.ACCEPTED or referral.status is not ReferralStatus.ACCEPTED:
            raise NoHourAwaited()
        sheet = await contacts.need_of(db, vault, referral.need_id)
        sheets.submittable(sheet, starts_at=utc(starts_at), now=instant)
        if starts_at is not None:
            due = tasks.follow_up_due("own_hour", level=referral.level, by="expert", now=instant)
            await asking.ask(db, "own_hour", referral, now=instant, due_at=due)
        await audit.note(db, caller, "permit", "referral", referral.id)
        signed = permits.sign(book_permit(referral, sheet, only=(caller.subject,)))
        return BookingPermit(signed, referral.case_id, referral.id)

    @post("/{offer_id:uuid}/decline", status_code=200)
    async def decline(
        self, db: Db, caller: Me, known: Knowing, offer_id: FromPath[UUID], data: JSONBody[Decline]
    ) -> Declined:
        """No, with a coded reason that has its effect; or otherwise, with another hour or another way."""
        instant, actor = now(), _actor(caller)
        referral, before = await _to_answer(db, caller, offer_id)
        if data.motive is not None and data.motive not in shown_offers.MOTIVES:
            raise DeclineRefused(fields={"motive": "unknown"})
        after = rules.declined(before, data, now=instant)
        network = await known.network(db, now=instant)
        await offering.lost_one(db, network, referral, before, after, "declined", actor=actor, now=instant)
        current = await referrals.load(db, referral.id)
        may_stop = await passing.effects(db, current, after, data, now=instant)
        await audit.note(db, caller, "decline", "offer", offer_id, why=data.reason.value)
        return Declined(offer_id, after.status, may_stop)

    @post("/stop-motive", status_code=204, guards=[only(Role.EXPERT)])
    async def stop_motive(self, db: Db, caller: Me, motive: Motive) -> None:
        """« Ne plus me proposer ce motif »: only once it was declined three times."""
        if not await passing.stop_motive(db, caller.subject, motive):
            raise DeclineRefused(fields={"motive": "not declined three times"})
        await audit.note(db, caller, "write", "expert", caller.subject, why="motive stopped")


async def _mine(db: AsyncConnection, caller: Caller) -> list[Any]:
    if caller.has(Role.EXPERT):
        return await store.of_target(db, caller.subject, since=now() - RECENT)
    if _by_link(caller):
        one = await store.find(db, caller.subject)
        rows = await store.of_target(db, one.target_id, since=one.sent_at - timedelta(seconds=1))
        return [row for row in rows if row.id == one.id]
    raise UnknownOffer()


async def _to_answer(db: AsyncConnection, caller: Caller, offer_id: UUID) -> tuple[Referral, Offer]:
    """The orientation, locked first, and the offer, if it is the caller's to answer."""
    found = await store.find(db, offer_id)
    own = caller.has(Role.EXPERT) and found.target_kind is TargetKind.EXPERT and found.target_id == caller.subject
    linked = _by_link(caller) and caller.subject == offer_id
    by_telephone = caller.has(*ABOUT_REFERRALS) and found.target_kind is not TargetKind.EXPERT
    if not (own or linked or by_telephone):
        raise UnknownOffer()
    referral = await referrals.load(db, found.referral_id, to_change=True)
    return referral, await store.load(db, offer_id)


def _by_link(caller: Caller) -> bool:
    return any(grant.role is Role.PERSON and grant.scope == LinkPurpose.OFFER for grant in caller.grants)


def _actor(caller: Caller) -> str:
    return str(caller.subject)
