"""Calls as colleagues see them: a reference, a level, an hour; nothing sealed is opened for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import DeskCall
from kit.clock import now
from services.referral.domain.contacts import OPEN_TO_ALL, reference
from services.referral.domain.telephone import WINDOW
from services.referral.store import contacts, telephone
from services.referral.tables import colleague, contact

NAME: ColumnElement[str] = func.coalesce(colleague.c.display_name, "")
LEVEL: ColumnElement[int] = contact.c.codes["level"].as_string().cast(Integer)
_COLUMNS = (
    contact.c.id,
    contact.c.case_id,
    contact.c.number,
    contact.c.listener_id,
    contact.c.started_at,
    contact.c.cut_at,
    contact.c.ended_at,
    contact.c.offered_to,
)


async def cut(db: AsyncConnection, *, now: datetime) -> list[DeskCall]:
    """Calls that dropped in the last two hours, the latest first: anyone takes them up."""
    dropped = contact.c.ended_at.is_(None) & (contact.c.cut_at > now - OPEN_TO_ALL)
    return await _listed(db, _calls().where(dropped).order_by(contact.c.cut_at.desc()))


async def offered_to(db: AsyncConnection, account_id: UUID) -> list[DeskCall]:
    """Calls that a colleague wishes to hand over to `account_id`."""
    asked = (contact.c.offered_to == account_id) & contact.c.ended_at.is_(None)
    return await _listed(db, _calls().where(asked).order_by(contact.c.offered_at))


async def going_on(db: AsyncConnection) -> list[DeskCall]:
    """Every call that is open, the highest level first, then the oldest: a long list hides no urgent one."""
    open_now = _calls().where(contact.c.ended_at.is_(None))
    return await _listed(db, open_now.order_by(LEVEL.desc().nulls_last(), contact.c.started_at))


async def unfinished(db: AsyncConnection, *, since: datetime) -> list[DeskCall]:
    """Calls that ended with a sheet that is still a draft, the latest first."""
    draft = contact.c.ended_at.is_not(None) & ~contact.c.final & (contact.c.started_at > since)
    return await _listed(db, _calls().where(draft).order_by(contact.c.started_at.desc()))


async def tidy(db: AsyncConnection) -> None:
    """Calls cut two hours ago leave everyone's desk (from level 3 their task stays); old signed words are forgotten."""
    instant = now()
    await contacts.end_long_cut(db, before=instant - OPEN_TO_ALL)
    await telephone.forget_words(db, before=instant - 2 * WINDOW)


def _calls() -> Select[Any]:
    calls = select(*_COLUMNS, NAME.label("listener"), LEVEL.label("level"))
    return calls.outerjoin(colleague, colleague.c.id == contact.c.listener_id).limit(100)


async def _listed(db: AsyncConnection, query: Select[Any]) -> list[DeskCall]:
    return [
        DeskCall(
            id=row.id,
            case_id=row.case_id,
            reference=reference(row.number),
            listener_id=row.listener_id,
            listener=row.listener,
            started_at=row.started_at,
            level=row.level,
            cut_at=row.cut_at,
            ended_at=row.ended_at,
            offered_to=row.offered_to,
        )
        for row in await db.execute(query)
    ]
