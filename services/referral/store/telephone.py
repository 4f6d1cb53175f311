"""What the lines told: calls that rang, were answered, moved and ended; and what can be counted of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import CallFigures, TelephoneEvent, Waiting
from services.referral.domain.telephone import PastCall
from services.referral.tables import contact, telephone_call, telephone_event

STILL_RINGING = timedelta(minutes=15)
"""A line that has rung for longer has hung up without telling."""
JOINED = timedelta(days=1)
"""The telephone is joined to the house when it told something within this time."""


async def heard_before(db: AsyncConnection, signature: bytes, *, now: datetime) -> bool:
    """Whether this very word was heard already."""
    word = insert(telephone_event).values(signature=signature, at=now).on_conflict_do_nothing()
    return (await db.execute(word.returning(telephone_event.c.at))).first() is None


async def forget_words(db: AsyncConnection, *, before: datetime) -> None:
    """Words too old to be told again need not be remembered."""
    await db.execute(telephone_event.delete().where(telephone_event.c.at < before))


async def told(db: AsyncConnection, event: TelephoneEvent) -> Any:
    """The row of the call that `event` speaks of, and `news`: false when the end was known before. Words may come in
    any order: the earliest start, the latest post and the first end are kept."""
    mine = (telephone_call.c.line == event.line) & (telephone_call.c.call == event.call)
    known = (await db.execute(select(telephone_call.c.ended_at).where(mine).with_for_update())).first()
    row: dict[str, Any] = {
        "id": uuid4(),
        "line": event.line,
        "call": event.call,
        "started_at": event.at,
        "told": "hook",
    }
    kept: dict[str, Any] = {"started_at": func.least(telephone_call.c.started_at, event.at)}
    if event.kind in ("answered", "transferred"):
        row |= {"post": event.post, "post_at": event.at}
        later = func.coalesce(telephone_call.c.post_at <= event.at, true())
        kept["post"] = case((later, event.post), else_=telephone_call.c.post)
        kept["post_at"] = func.greatest(telephone_call.c.post_at, event.at)
    if event.kind == "answered":
        row |= {"answered_at": event.at, "answered": True}
        kept |= {"answered_at": event.at, "answered": True}
    elif event.kind == "ended":
        row |= {"ended_at": event.at, "dropped": event.dropped}
        first = telephone_call.c.ended_at.is_(None)
        kept["ended_at"] = func.coalesce(telephone_call.c.ended_at, event.at)
        kept["dropped"] = case((first, event.dropped), else_=telephone_call.c.dropped)
    written = insert(telephone_call).values(row)
    written = written.on_conflict_do_update(index_elements=["line", "call"], set_=kept)
    news = literal(known is None or known.ended_at is None).label("news")
    return (await db.execute(written.returning(telephone_call, news))).one()


async def join(db: AsyncConnection, telephone_id: UUID, contact_id: UUID) -> None:
    """The sheet that was opened for this call."""
    await db.execute(update(telephone_call).where(telephone_call.c.id == telephone_id).values(contact_id=contact_id))


async def joined(db: AsyncConnection, telephone_id: UUID) -> UUID | None:
    """The sheet of this call, if somebody has one."""
    found: UUID | None = await db.scalar(select(telephone_call.c.contact_id).where(telephone_call.c.id == telephone_id))
    return found


async def add_past(db: AsyncConnection, calls: Sequence[PastCall], *, keep: bool) -> int:
    """Calls of an import; those known already are not counted twice. How many are new."""
    if not calls:
        return 0
    lines = {call.line for call in calls}
    first, last = min(call.started_at for call in calls), max(call.started_at for call in calls)
    near = telephone_call.c.line.in_(lines) & telephone_call.c.started_at.between(first, last)
    known = {
        (row.line, row.started_at)
        for row in await db.execute(select(telephone_call.c.line, telephone_call.c.started_at).where(near))
    }
    rows = [
        {
            "id": uuid4(),
            "line": call.line,
            "call": call.call,
            "started_at": call.started_at,
            "answered_at": call.started_at if call.answered else None,
            "ended_at": call.ended_at,
            "answered": call.answered,
            "told": "import",
        }
        for call in calls
        if (call.line, call.started_at) not in known
    ]
    if rows and keep:
        await db.execute(insert(telephone_call).on_conflict_do_nothing(), rows)
    return len(rows)


async def ringing(db: AsyncConnection, *, now: datetime) -> list[Waiting]:
    """Lines that ring and that nobody has answered, the longest first."""
    unanswered = telephone_call.c.ended_at.is_(None) & ~telephone_call.c.answered
    query = select(telephone_call.c.line, telephone_call.c.started_at)
    query = query.where(unanswered, telephone_call.c.started_at > now - STILL_RINGING)
    rows = await db.execute(query.order_by(telephone_call.c.started_at).limit(50))
    return [Waiting(row.line, row.started_at) for row in rows]


async def is_joined(db: AsyncConnection, *, now: datetime) -> bool:
    """Whether the telephone tells what happens on its lines."""
    recent = select(telephone_call.c.id).where(telephone_call.c.started_at > now - JOINED).limit(1)
    return await db.scalar(recent) is not None


async def figures(db: AsyncConnection, *, since: datetime, until: datetime) -> CallFigures:
    """Calls with a sheet, those counted apart, and what the lines told: None when they told nothing."""
    within = contact.c.started_at.between(since, until)
    kinds = select(contact.c.kind, func.count()).where(within).group_by(contact.c.kind)
    counted = {row[0]: int(row[1]) for row in await db.execute(kinds)}
    rang = telephone_call.c.started_at.between(since, until) & telephone_call.c.ended_at.is_not(None)
    lines = select(func.count(), func.count().filter(telephone_call.c.answered)).where(rang)
    received, answered = (await db.execute(lines)).one()
    told_anything = bool(received)
    return CallFigures(
        contacts=counted.pop(None, 0),
        non_data={str(kind): count for kind, count in sorted(counted.items())},
        received=received if told_anything else None,
        answered=answered if told_anything else None,
        abandoned=received - answered if told_anything else None,
    )
