"""A call in progress: cut, handed to a colleague, counted apart, corrected; nothing of it is lost."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import NonData, Revisions, Transfer
from contracts.referral import Contact
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import contacts, tasks
from services.referral.domain.contacts import ColleagueNotOnDuty, ContactFinal, ContactNotFinal, WithAColleague
from services.referral.routes.given import AT_THE_DESK, Sealing
from services.referral.routes.shown import contact_shown
from services.referral.store import contacts as store
from services.referral.store import presence
from services.referral.store import tasks as task_store
from services.referral.store.contacts import Call


class Line(Controller):
    path = "/contacts/{contact_id:uuid}"
    guards = (only(*AT_THE_DESK),)

    @post("/cut", status_code=200)
    async def cut(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """The line dropped: the call stays open on everyone's desk for two hours (care.md 10)."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.final:
            raise ContactFinal()
        if call.ended_at is None and call.cut_at is None:
            await dropped(db, call, at=instant, now=instant)
            await audit.note(db, caller, "cut", "contact", call.id)
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @post("/transfer", status_code=200)
    async def transfer(
        self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID], data: JSONBody[Transfer]
    ) -> Contact:
        """Ask a colleague at the desk to take it over; it stays mine until they do."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.final:
            raise ContactFinal()
        if call.listener_id != caller.subject:
            raise WithAColleague()
        if data.to is not None and (
            data.to == caller.subject or not await presence.is_present(db, data.to, now=instant)
        ):
            raise ColleagueNotOnDuty()
        offered_at = instant if data.to is not None else None
        await store.change(db, call.id, offered_to=data.to, offered_at=offered_at)
        await audit.note(db, caller, "offer", "contact", call.id)
        await outbox.nudge(db, "desk")
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @post("/accept", status_code=200)
    async def accept(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """It is mine now, with its sheet."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        contacts.may_accept(call.offered_to, caller.subject)
        await hand_to(db, call, caller.subject, now=instant)
        await audit.note(db, caller, "accept", "contact", call.id)
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @post("/decline", status_code=200)
    async def decline(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> None:
        """I cannot take it: it stays where it is, and that is said at once."""
        call = await store.load(db, vault, contact_id, to_change=True)
        contacts.may_accept(call.offered_to, caller.subject)
        await store.change(db, call.id, offered_to=None, offered_at=None)
        await audit.note(db, caller, "decline", "contact", call.id)
        await outbox.nudge(db, "desk", f"contact:{call.id}")

    @post("/notice", status_code=200)
    async def notice(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """The confidentiality notice was said aloud; saying so twice keeps the first hour."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.notice_at is None:
            await store.change(db, call.id, notice_at=instant)
            await audit.note(db, caller, "notice", "contact", call.id)
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @post("/non-data", status_code=200)
    async def non_data(
        self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID], data: JSONBody[NonData]
    ) -> Contact:
        """Nobody to help: counted apart and over, its sheet never final; null takes it back."""
        instant = now()
        kind = contacts.non_data(data.kind)
        call = await store.load(db, vault, contact_id, to_change=True)
        if call.final:
            raise ContactFinal()
        if call.listener_id != caller.subject:
            raise WithAColleague()
        ended_at = (call.ended_at or call.cut_at or instant) if kind else None
        await store.change(db, call.id, kind=kind, ended_at=ended_at, cut_at=None)
        if kind:
            await presence.after_call(db, caller.subject, writing=False, heavy=False, now=instant)
        else:
            await presence.put(db, caller.subject, "in_call", now=instant)
        await audit.note(db, caller, "write", "contact", call.id, why="non-data")
        await outbox.nudge(db, "desk")
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @post("/correct", status_code=200)
    async def correct(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Contact:
        """A final sheet may be typed on again; what it was stays, and making it final adds a version."""
        instant = now()
        call = await store.load(db, vault, contact_id, to_change=True)
        if not call.final:
            raise ContactNotFinal()
        if call.revision == 0:  # made final before versions were kept
            await store.keep_revision(db, call, written_by=call.listener_id, vault=vault, now=call.saved_at)
        await store.change(db, call.id, final=False)
        await audit.note(db, caller, "correct", "contact", call.id)
        return contact_shown(await store.load(db, vault, contact_id), instant)

    @get("/revisions")
    async def revisions(self, db: Db, caller: Me, vault: Sealing, contact_id: FromPath[UUID]) -> Revisions:
        """Every final state of its sheet."""
        call = await store.load(db, vault, contact_id)
        await audit.note(db, caller, "read", "contact", call.id, why="revisions")
        return Revisions(await store.revisions(db, vault, call))


async def dropped(db: AsyncConnection, call: Call, *, at: datetime, now: datetime) -> None:
    """Keep it open for whoever answers; from level 3 somebody must ring back, not only wait (care.md 7)."""
    await store.change(db, call.id, cut_at=at, offered_to=None, offered_at=None)
    await presence.after_call(db, call.listener_id, writing=True, heavy=False, now=now)
    level = call.sheet.level or 0
    due = tasks.follow_up_due("cut_call", level=level, by="person", now=now) if level >= tasks.TO_FOLLOW else None
    if due is not None:
        new = tasks.NewTask(
            "cut_call",
            call.case_id,
            due,
            now,
            referral_id=call.referral_id,
            contact_id=call.id,
            owner_id=call.listener_id,
            level=level,
        )
        await task_store.add(db, new)
    await outbox.nudge(db, "desk")


async def hand_to(db: AsyncConnection, call: Call, account_id: UUID, *, now: datetime) -> None:
    """The call goes on with `account_id`, its sheet as it stands."""
    again = {"ended_at": None, "cut_at": None, "offered_to": None, "offered_at": None}
    await store.change(db, call.id, listener_id=account_id, **again)
    await presence.put(db, account_id, "in_call", now=now)
    await presence.after_call(db, call.listener_id, writing=False, heavy=False, now=now)
    await outbox.nudge(db, "desk", f"contact:{call.id}")
