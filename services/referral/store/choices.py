"""Choices that listeners made, with what stood on their list; forgotten after 90 days."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.matching import Choice, Overrides, ReasonCount
from kit.clock import now
from services.referral.domain.matching.choices import KEPT, ReasonGiven, UnknownChoice
from services.referral.tables import choice, expert

_CHOSEN = expert.alias("chosen")
_FIRST = expert.alias("first")


async def add(
    db: AsyncConnection,
    *,
    contact_id: UUID,
    expert_id: UUID,
    first_id: UUID | None,
    place: int | None,
    weights_version: int,
    inputs: Any,
    by: UUID,
    at: datetime,
) -> Choice:
    """Keep one choice."""
    row = {
        "id": uuid4(),
        "contact_id": contact_id,
        "at": at,
        "by": by,
        "expert_id": expert_id,
        "first_id": first_id,
        "place": place,
        "weights_version": weights_version,
        "inputs": inputs,
    }
    await db.execute(insert(choice).values(row))
    found = (await db.execute(_choices().where(choice.c.id == row["id"]))).one()
    return _shown(found)


async def of_contact(db: AsyncConnection, contact_id: UUID) -> list[Choice]:
    """The latest first."""
    query = _choices().where(choice.c.contact_id == contact_id).order_by(choice.c.at.desc())
    return [_shown(row) for row in await db.execute(query)]


async def give_reason(db: AsyncConnection, choice_id: UUID, reason: str, *, by: UUID) -> Choice:
    """Once, by whoever chose."""
    found = (await db.execute(_choices().where(choice.c.id == choice_id, choice.c.by == by))).first()
    if found is None:
        raise UnknownChoice()
    said = update(choice).where(choice.c.id == choice_id, choice.c.reason.is_(None)).values(reason=reason)
    if not (await db.execute(said)).rowcount and found.reason != reason:
        raise ReasonGiven()
    return _shown((await db.execute(_choices().where(choice.c.id == choice_id))).one())


async def overrides(db: AsyncConnection, *, since: datetime) -> Overrides:
    """How often someone else than the first was chosen, and why; by nobody's name."""
    recent = choice.c.at >= since
    other = choice.c.first_id.is_not(None) & (choice.c.first_id != choice.c.expert_id)
    counts = (await db.execute(select(func.count(), func.count().filter(other)).where(recent))).one()
    given = select(choice.c.reason, func.count()).where(recent, choice.c.reason.is_not(None))
    reasons = await db.execute(given.group_by(choice.c.reason).order_by(func.count().desc()))
    return Overrides(counts[0], counts[1], [ReasonCount(row[0], row[1]) for row in reasons])


async def forget(db: AsyncConnection) -> None:
    """What is older than 90 days."""
    await db.execute(delete(choice).where(choice.c.at < now() - KEPT))


def _choices() -> Select[Any]:
    query = select(choice, _CHOSEN.c.name.label("chosen_name"), _FIRST.c.name.label("first_name"))
    query = query.outerjoin(_CHOSEN, _CHOSEN.c.id == choice.c.expert_id)
    return query.outerjoin(_FIRST, _FIRST.c.id == choice.c.first_id)


def _shown(row: Any) -> Choice:
    return Choice(
        id=row.id,
        contact_id=row.contact_id,
        at=row.at,
        expert_id=row.expert_id,
        expert_name=row.chosen_name or "",
        place=row.place,
        first_id=row.first_id,
        first_name=row.first_name or "",
        asks=row.first_id is not None and row.first_id != row.expert_id and row.reason is None,
        reason=row.reason,
    )
