"""What the telephone system tells: a signed hook while calls go on, and a list of calls afterwards; never a number."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller, Grant
from contracts.desk import CallFigures, Imported, TelephoneEvent
from contracts.words import Role
from kit import audit, outbox
from kit.auth import NOBODY, PUBLIC, only
from kit.clock import now
from kit.db import Db, Me
from kit.vault import Vault
from kit.web import NamedHouse
from services.referral.domain import telephone
from services.referral.domain.contacts import HEAVY
from services.referral.domain.telephone import EventRefused, NoTelephone
from services.referral.routes.given import Sealing
from services.referral.routes.line import dropped, hand_to
from services.referral.routes.shown import utc
from services.referral.store import contacts, presence
from services.referral.store import telephone as store

SIGNATURE = "x-veilleuse-signature"
KEEPING = (Role.DUTY_MANAGER, Role.COORDINATOR, Role.ADMIN)
BY_HAND = timedelta(minutes=2)
"""A sheet opened by hand this shortly before is the sheet of the call that the telephone speaks of."""
THE_TELEPHONE = Caller(subject=NOBODY, grants=(Grant(Role.SERVICE),))


class Telephone(Controller):
    path = "/telephone"

    @post("/events", opt=PUBLIC, status_code=200)
    async def heard(self, request: Request[Any, Any, Any], db: Db, vault: Sealing, house: NamedHouse) -> None:
        """A call rings, is answered at a post, is moved to another, or ends: signed, and each word heard once."""
        secret: str = house.settings.telephone_secret
        if not secret:
            raise NoTelephone()
        instant, body = now(), await request.body()
        signature = telephone.signed(secret, request.headers.get(SIGNATURE, ""), body, now=instant)
        event = _event(body, instant)
        if await store.heard_before(db, signature, now=instant):
            return
        row = await store.told(db, event)
        opened = event.kind == "answered" and await _answered(db, row, instant)
        if event.kind == "transferred" and row.post_at == event.at:
            await _transferred(db, vault, row, instant)
        if row.ended_at is not None and (opened or (event.kind == "ended" and row.news)):
            await _ended(db, vault, row, instant)
        await outbox.nudge(db, "desk")

    @post("/imports", guards=[only(*KEEPING)], status_code=200)
    async def load(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, dry_run: FromQuery[bool] = True
    ) -> Imported:
        """A CSV of `line,start,end,answered`; nothing is written unless `dry_run=false`."""
        calls, refused = telephone.call_list(telephone.as_text(await request.body()))
        new = await store.add_past(db, calls, keep=not dry_run)
        if not dry_run:
            await audit.note(db, caller, "import", "telephone", caller.subject)
        return Imported(rows=len(calls), new=new, refused=refused[:50])

    @get("/figures", guards=[only(*KEEPING)])
    async def figures(self, db: Db, since: FromQuery[datetime], until: FromQuery[datetime]) -> CallFigures:
        """Calls with a sheet, calls counted apart, and what the lines told; not measured is not zero."""
        first, last = utc(since), utc(until)
        assert first is not None and last is not None  # both are asked
        return await store.figures(db, since=first, until=last)


def _event(body: bytes, instant: datetime) -> TelephoneEvent:
    try:
        event = msgspec.json.decode(body, type=TelephoneEvent)
    except msgspec.MsgspecError as error:
        raise EventRefused(fields={"body": str(error)[:200]}) from error
    if event.kind not in telephone.KINDS or event.at.tzinfo is None:
        raise EventRefused(fields={"kind": "unknown"} if event.kind not in telephone.KINDS else {"at": "no zone"})
    if not instant - telephone.LONGEST_AGO < event.at < instant + telephone.WINDOW:
        raise EventRefused(fields={"at": "not of now"})
    post_ = telephone.label(event.post, "post") if event.post else ""
    return msgspec.structs.replace(
        event, line=telephone.label(event.line, "line"), call=telephone.label(event.call, "call"), post=post_
    )


async def _answered(db: AsyncConnection, row: Any, instant: datetime) -> bool:
    """Open the sheet for whoever sits at the post, unless they opened it themselves a moment ago; whether it was."""
    if row.contact_id is not None or row.answered_at < instant - telephone.STILL_AT_THE_POST:
        return False
    account_id = await presence.at_post(db, row.post, now=instant)
    if account_id is None:
        return False
    contact_id = await contacts.opened_by_hand(db, account_id, after=row.answered_at - BY_HAND)
    if contact_id is None:
        contact_id = uuid4()
        await contacts.start(
            db, contact_id=contact_id, case_id=uuid4(), listener_id=account_id, now=min(row.answered_at, instant)
        )
        await presence.put(db, account_id, "in_call", now=instant)
        await audit.note(db, THE_TELEPHONE, "start", "contact", contact_id)
    await store.join(db, row.id, contact_id)
    return True


async def _transferred(db: AsyncConnection, vault: Vault, row: Any, instant: datetime) -> None:
    """The sheet goes with the call, to whoever sits at the other post."""
    account_id = await presence.at_post(db, row.post, now=instant)
    if account_id is None or row.contact_id is None:
        return
    call = await contacts.load(db, vault, row.contact_id, to_change=True)
    if call.listener_id == account_id or call.final:
        return
    if call.ended_at is None and call.cut_at is None:
        await hand_to(db, call, account_id, now=instant)
    else:  # over before this word came: its sheet is theirs to finish
        await contacts.change(db, call.id, listener_id=account_id)
    await audit.note(db, THE_TELEPHONE, "transfer", "contact", call.id)


async def _ended(db: AsyncConnection, vault: Vault, row: Any, instant: datetime) -> None:
    """Hung up: the call is over and its sheet still a draft. Dropped: it stays open on everyone's desk."""
    contact_id = await store.joined(db, row.id)
    if contact_id is None:
        return
    call = await contacts.load(db, vault, contact_id, to_change=True)
    if call.ended_at is not None or call.cut_at is not None or call.final:
        return
    at = max(min(row.ended_at, instant), call.started_at)
    if row.dropped:
        await dropped(db, call, at=at, now=instant)
    else:
        await contacts.end(db, call.id, final=False, now=at)
        heavy = (call.sheet.level or 0) >= HEAVY
        await presence.after_call(db, call.listener_id, writing=True, heavy=heavy, now=instant)
    await audit.note(db, THE_TELEPHONE, "end", "contact", call.id)
