"""Call-backs as rows: asked for, claimed by one person at a time, each attempt written once and for all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.call_backs import CallBackAttempt
from kit.clock import now as clock
from services.referral.domain import call_backs
from services.referral.domain.call_backs import CallBack
from services.referral.tables import call_back, call_back_attempt, care_case, contact

NAMES = CallBack.__slots__
BATCH = 500


async def open_case(db: AsyncConnection, case_id: UUID, *, now: datetime) -> None:
    """A case for someone who asked alone: an id, nothing else; theirs already when they ask once more."""
    await db.execute(upsert(care_case).values(id=case_id, created_at=now).on_conflict_do_nothing())


async def case_of(db: AsyncConnection, contact_id: UUID) -> tuple[UUID, int | None] | None:
    """The case of a call, and the level that its sheet says."""
    level = contact.c.codes["level"].as_integer()
    row = (await db.execute(select(contact.c.case_id, level.label("level")).where(contact.c.id == contact_id))).first()
    return (row.case_id, row.level) if row else None


async def add(db: AsyncConnection, new: CallBack) -> bool:
    """Write it; False when one waits for this case already."""
    row = {name: getattr(new, name) for name in NAMES}
    once = (
        upsert(call_back)
        .values(row)
        .on_conflict_do_nothing(index_elements=["case_id"], index_where=text("status = 'waiting'"))
    )
    return (await db.execute(once.returning(call_back.c.id))).first() is not None


async def load(db: AsyncConnection, call_back_id: UUID, *, to_change: bool = False) -> CallBack:
    """One call-back; two who would change it come one after the other."""
    query = select(call_back).where(call_back.c.id == call_back_id)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    if row is None:
        raise call_backs.UnknownCallBack()
    return _call_back(row)


async def of_case(db: AsyncConnection, case_id: UUID, *, to_change: bool = False) -> CallBack | None:
    """The latest one of a case."""
    query = select(call_back).where(call_back.c.case_id == case_id).order_by(call_back.c.asked_at.desc()).limit(1)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    return _call_back(row) if row else None


async def save(db: AsyncConnection, after: CallBack) -> CallBack:
    """Keep what changed, and count the change."""
    values = {name: getattr(after, name) for name in NAMES if name not in ("id", "version")}
    changed = update(call_back).where(call_back.c.id == after.id).values(**values, version=call_back.c.version + 1)
    return _call_back((await db.execute(changed.returning(call_back))).one())


async def end_of_case(db: AsyncConnection, case_id: UUID, *, now: datetime) -> None:
    """The case is erased: nobody rings."""
    waiting = (call_back.c.case_id == case_id) & call_back.c.ended_at.is_(None)
    ended = {"status": "cancelled", "ended_at": now, "claimed_by": None, "claimed_until": None}
    await db.execute(update(call_back).where(waiting).values(**ended, version=call_back.c.version + 1))


async def open_ones(db: AsyncConnection, *, limit: int = 200) -> list[CallBack]:
    """Those that wait, the soonest to be over first."""
    waiting = call_back.c.status.in_(("waiting", "unreached"))
    rows = await db.execute(select(call_back).where(waiting).order_by(call_back.c.window_to).limit(limit))
    return [_call_back(row) for row in rows]


async def forget(db: AsyncConnection) -> None:
    """Those that were over a month ago, with every call that was made; a person closes one, the clock only forgets."""
    old = select(call_back.c.id).where(call_back.c.ended_at < clock() - call_backs.FORGOTTEN_AFTER).limit(BATCH)
    await db.execute(delete(call_back).where(call_back.c.id.in_(old.with_for_update(skip_locked=True))))


async def add_attempt(db: AsyncConnection, call_back_id: UUID, outcome: str, *, by: UUID, now: datetime) -> None:
    """One call that was made."""
    row = {"call_back_id": call_back_id, "at": now, "made_by": by, "outcome": outcome}
    await db.execute(insert(call_back_attempt).values(row))


async def attempts_of(db: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, list[CallBackAttempt]]:
    """Every call made for each."""
    mine = call_back_attempt.c.call_back_id.in_(ids)
    found: dict[UUID, list[CallBackAttempt]] = {}
    for row in await db.execute(select(call_back_attempt).where(mine).order_by(call_back_attempt.c.id)):
        found.setdefault(row.call_back_id, []).append(CallBackAttempt(row.at, row.outcome))
    return found


def _call_back(row: Any) -> CallBack:
    return CallBack(**{name: getattr(row, name) for name in NAMES})
