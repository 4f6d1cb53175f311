"""Who is at the desk: one row a person, of now alone."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import Debrief, Presence
from services.referral.domain import shift
from services.referral.domain.shift import UnknownDebrief
from services.referral.tables import colleague, contact, debrief, presence


async def put(db: AsyncConnection, account_id: UUID, state: str, *, now: datetime, post: str | None = None) -> None:
    """`account_id` is now in `state`; the same again only says that they are still there."""
    row = {
        "account_id": account_id,
        "state": state,
        "since": now,
        "touched_at": now,
        "pause_until": shift.pause_until(state, now),
        "post": post or "",
    }
    kept = {
        "state": state,
        "since": case((presence.c.state == state, presence.c.since), else_=now),
        "touched_at": now,
        "pause_until": row["pause_until"],
        "post": presence.c.post if post is None else post,
    }
    if state == "pause":
        kept["rest_offered_at"] = None
    if post:  # one person sits at one telephone
        moved = update(presence).where(presence.c.post == post, presence.c.account_id != account_id)
        await db.execute(moved.values(post=""))
    await db.execute(upsert(presence).values(row).on_conflict_do_update(index_elements=["account_id"], set_=kept))


async def after_call(db: AsyncConnection, account_id: UUID, *, writing: bool, heavy: bool, now: datetime) -> None:
    """A call of `account_id` is over: they write, or are free again, unless another is still open."""
    mine = (contact.c.listener_id == account_id) & contact.c.ended_at.is_(None) & contact.c.cut_at.is_(None)
    busy = await db.scalar(select(contact.c.id).where(mine).limit(1)) is not None
    state = "in_call" if busy else "writing" if writing else "available"
    values: dict[str, Any] = {"touched_at": now}
    if heavy:
        values["rest_offered_at"] = now
    here = update(presence).where(presence.c.account_id == account_id)
    await db.execute(here.values(values))
    moved = here.where(presence.c.state.in_(("in_call", "writing")), presence.c.state != state)
    await db.execute(moved.values(state=state, since=now))


async def offer_rest(db: AsyncConnection, account_id: UUID, *, now: datetime | None) -> None:
    """A heavy call has just ended: ten minutes are offered; None takes the offer away."""
    await db.execute(update(presence).where(presence.c.account_id == account_id).values(rest_offered_at=now))


async def present(db: AsyncConnection, *, now: datetime) -> list[Presence]:
    """Everyone at the desk who has a name here (a program has none)."""
    here = _presences().where(presence.c.state != "away", presence.c.touched_at > now - shift.ON_DUTY)
    here = here.where(colleague.c.id.is_not(None))
    return [_presence(row, now) for row in await db.execute(here.order_by("name"))]


async def of(db: AsyncConnection, account_id: UUID, *, now: datetime) -> Presence | None:
    """One's own, with the rest that is offered."""
    row = (await db.execute(_presences().where(presence.c.account_id == account_id))).first()
    if row is None or row.state == "away" or row.touched_at <= now - shift.ON_DUTY:
        return None
    return _presence(row, now, mine=True)


async def is_present(db: AsyncConnection, account_id: UUID, *, now: datetime) -> bool:
    """Whether someone is at the desk."""
    return await of(db, account_id, now=now) is not None


async def at_post(db: AsyncConnection, post: str, *, now: datetime) -> UUID | None:
    """Who sits at a telephone."""
    if not post:
        return None
    here = select(presence.c.account_id).where(presence.c.post == post, presence.c.state != "away")
    found: UUID | None = await db.scalar(here.where(presence.c.touched_at > now - shift.ON_DUTY).limit(1))
    return found


async def ask_debrief(db: AsyncConnection, account_id: UUID, *, now: datetime) -> None:
    """Someone would like to talk a call over; asking twice asks once."""
    waiting = (debrief.c.asked_by == account_id) & debrief.c.done_at.is_(None)
    if await db.scalar(select(debrief.c.id).where(waiting)) is None:
        await db.execute(insert(debrief).values(id=uuid4(), asked_at=now, asked_by=account_id))


async def debriefs(db: AsyncConnection) -> list[Debrief]:
    """Those that wait, the oldest first."""
    query = select(debrief, func.coalesce(colleague.c.display_name, "").label("name"))
    query = query.outerjoin(colleague, colleague.c.id == debrief.c.asked_by).where(debrief.c.done_at.is_(None))
    rows = await db.execute(query.order_by(debrief.c.asked_at).limit(50))
    return [Debrief(row.id, row.asked_at, row.name) for row in rows]


async def held(db: AsyncConnection, debrief_id: UUID, *, now: datetime) -> None:
    """It took place: who asked is forgotten."""
    done = update(debrief).where(debrief.c.id == debrief_id).values(done_at=now, asked_by=None)
    if (await db.execute(done.returning(debrief.c.id))).first() is None:
        raise UnknownDebrief()


def _presences() -> Select[Any]:
    name = func.coalesce(colleague.c.display_name, "").label("name")
    return select(presence, name).outerjoin(colleague, colleague.c.id == presence.c.account_id)


def _presence(row: Any, now: datetime, *, mine: bool = False) -> Presence:
    offered = row.rest_offered_at is not None and row.rest_offered_at > now - shift.REST_OFFERED
    return Presence(
        account_id=row.account_id,
        name=row.name,
        state=row.state,
        since=row.since,
        post=row.post,
        pause_until=row.pause_until,
        rest_offered=mine and offered,
    )
