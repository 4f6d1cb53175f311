"""A call: its sheet saved as it is typed, its ranked experts, and the permit to book for it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts.events import CaseExclusionsChanged
from contracts.referral import BookingPermit, Candidates, Contact, SheetChange
from contracts.referral import Contacts as ContactList
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits
from services.referral.domain import referrals, sheets
from services.referral.domain.contacts import HEAVY, ContactFinal, may_take_up
from services.referral.domain.matching.ranking import ranked
from services.referral.domain.matching.wanted import OTHERS, wanted
from services.referral.routes.given import AT_THE_DESK, Knowing, Sealing
from services.referral.routes.shown import contact_shown, utc
from services.referral.store import contacts as store
from services.referral.store import experts, offers, presence, tasks
from services.referral.store import referrals as kept

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Wider = Annotated[int, QueryParameter(ge=0, le=OTHERS)]


class Contacts(Controller):
    path = "/contacts"
    guards = (only(*AT_THE_DESK),)

    @post()
    async def start(self, db: Db, caller: Me, vault: Sealing) -> Contact:
        """Start a call: a case (an id, nothing else) and its first contact."""
        instant, contact_id = now(), uuid4()
        await store.start(db, contact_id=contact_id, case_id=uuid4(), listener_id=caller.subject, now=instant)
        call = await store.load(db, vault, contact_id)
        await presence.put(db, caller.subject, "in_call", now=instant)
        await audit.note(db, caller, "start", "contact", call.id)
        await outbox.nudge(db, "desk")
        return contact_shown(call, instant)

    @get()
    async def mine(self, db: Db, caller: Me, vault: Sealing, open: FromQuery[bool] = True) -> ContactList:
        """The caller's own calls: those still open, or the latest."""
        calls = await (store.open_of if open else store.recent)(db, vault, caller.subject)
        for call in calls:
            await audit.note(db, caller, "read", "contact", call.id)
        instant = now()
        return ContactList([contact_shown(call, instant) for call in calls])

    @get("/{contact_id:uuid}")
    async def show(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        contact_id: FromPath[UUID],
        starts_at: FromQuery[datetime | None] = None,
    ) -> Contact:
        """One call; with `starts_at` (the slot being chosen), whether its plan must be asked."""
        call = await store.load(db, vault, contact_id)
        await audit.note(db, caller, "read", "contact", call.id)
        return contact_shown(call, now(), starts_at)

    @patch("/{contact_id:uuid}/sheet")
    async def change_sheet(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        contact_id: FromPath[UUID],
        data: JSONBody[SheetChange],
        starts_at: FromQuery[datetime | None] = None,
    ) -> Contact:
        """Save what was typed: only the fields that changed."""
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.final:
            raise ContactFinal()
        instant = now()
        sheet = sheets.changed(call.sheet, data.changes)
        if sheet != call.sheet:
            await store.save_sheet(db, vault, call, sheet, now=instant)
            await audit.note(db, caller, "write", "contact", call.id)
            call = await store.load(db, vault, contact_id)
        return contact_shown(call, instant, starts_at)

    @get("/{contact_id:uuid}/candidates")
    async def candidates(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        known: Knowing,
        contact_id: FromPath[UUID],
        limit: Limit = 20,
        wider: Wider = 0,
    ) -> Candidates:
        """The ranked experts for this call as its sheet now stands, or beyond it."""
        instant = now()
        call = await store.load(db, vault, contact_id)
        network = await known.network(db, now=instant)
        met = await experts.met_by(db, call.case_id)
        await audit.note(db, caller, "rank", "contact", call.id)
        unwanted = await offers.excluded(db, call.case_id)
        wishes = wanted(call.sheet, case_id=call.case_id, known=met, not_again=unwanted, wider=wider)
        return ranked(network, wishes, now=instant, limit=limit, version=call.version)

    @post("/{contact_id:uuid}/permit")
    async def permit(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        permits: HousePermits,
        contact_id: FromPath[UUID],
        starts_at: FromQuery[datetime | None] = None,
    ) -> BookingPermit:
        """The sheet becomes a need and a referral, and this is the permit to book for it.

        Asked again, it is the same referral; a sheet that changed since makes a new need, never an edited one.
        """
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        level = sheets.submittable(call.sheet, starts_at=utc(starts_at), now=instant)
        unwanted = await offers.excluded(db, call.case_id)
        if call.referral_id is None:
            referral, steps = referrals.submitted(
                referral_id=uuid4(),
                case_id=call.case_id,
                contact_id=call.id,
                need_id=uuid4(),
                level=level,
                owner_id=caller.subject,
                now=instant,
            )
            await store.add_need(db, vault, call, need_id=referral.need_id, level=level, now=instant)
            await kept.add(db, referral, steps, actor=str(caller.subject), now=instant)
            await store.attach(db, call.id, referral.id)
        else:
            referral = await kept.load(db, call.referral_id, to_change=True)
            asked = await store.need_of(db, vault, referral.need_id)
            if asked != call.sheet:
                need_id = uuid4()
                referral = referrals.with_need(referral, need_id=need_id, level=level)
                await store.add_need(db, vault, call, need_id=need_id, level=level, now=instant)
                await kept.save(db, referral, [], actor=str(caller.subject), now=instant)
            if asked.not_experts != call.sheet.not_experts:
                version = await store.exclusions_changed(db, call.case_id)
                excluded = tuple({*call.sheet.not_experts, *unwanted})
                await outbox.tell(db, CaseExclusionsChanged(call.case_id, version, excluded))
        permit = referrals.book_permit(referral, call.sheet, unwanted=unwanted)
        await audit.note(db, caller, "permit", "referral", referral.id)
        await outbox.nudge(db, f"referral:{referral.id}")
        return BookingPermit(permits.sign(permit), call.case_id, referral.id)

    @post("/{contact_id:uuid}/close", status_code=200)
    async def close(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """The call is over; it may be taken up again as long as it is not final."""
        return await self._end(db, caller, vault, contact_id, final=False)

    @post("/{contact_id:uuid}/finalize", status_code=200)
    async def finalize(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """The call is over and its sheet no longer changes."""
        return await self._end(db, caller, vault, contact_id, final=True)

    @post("/{contact_id:uuid}/reopen", status_code=200)
    async def reopen(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """Take up a call that was cut, by whoever has the person on the line."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        mine = call.listener_id == caller.subject
        may_take_up(mine=mine, final=call.final, cut_at=call.cut_at, ended_at=call.ended_at, now=instant)
        await store.reopen(db, call.id, listener_id=caller.subject)
        await tasks.close_of_case(db, call.case_id, "cut_call", now=instant)
        await presence.put(db, caller.subject, "in_call", now=instant)
        await audit.note(db, caller, "reopen", "contact", call.id)
        await outbox.nudge(db, "desk")
        return contact_shown(await store.load(db, vault, contact_id), instant)

    async def _end(self, db: Db, caller: Me, vault: Sealing, contact_id: UUID, *, final: bool) -> Contact:
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.ended_at is None or (final and not call.final):
            if final:
                await store.keep_revision(db, call, written_by=caller.subject, vault=vault, now=instant)
            await store.end(db, call.id, final=final, now=call.ended_at or call.cut_at or instant)
            heavy = call.ended_at is None and (call.sheet.level or 0) >= HEAVY
            await presence.after_call(db, call.listener_id, writing=not final, heavy=heavy, now=instant)
            await audit.note(db, caller, "close", "contact", call.id)
            await outbox.nudge(db, "desk")
            call = await store.load(db, vault, contact_id)
        return contact_shown(call, instant)
