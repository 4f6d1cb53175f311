"""The public list: those who consented to stand there, by département and name."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.referral.domain.experts import CREDENTIALS_LIVE, Expert
from services.referral.store.experts import from_row
from services.referral.tables import expert

PAGE: Final = 60
_HOME = expert.c.places[0]["department"].astext


async def page(
    db: AsyncConnection, *, department: str, profession: str, after: tuple[str, UUID] | None, today: date
) -> list[Expert]:
    """One more than a page, so that one knows whether it goes on."""
    query = select(expert).where(_public(today)).order_by(expert.c.name, expert.c.id).limit(PAGE + 1)
    if department:
        query = query.where(expert.c.places.contains([{"department": department}]))
    if profession:
        query = query.where(expert.c.profession == profession)
    if after is not None:
        query = query.where(tuple_(expert.c.name, expert.c.id) > tuple_(*after))
    return [from_row(row) for row in await db.execute(query)]


async def counts(db: AsyncConnection, *, today: date) -> dict[str, int]:
    """How many stand in the list, by département of their first place."""
    query = select(_HOME, func.count()).where(_public(today)).group_by(_HOME)
    return {row[0]: row[1] for row in await db.execute(query) if row[0]}


def _public(today: date) -> ColumnElement[bool]:
    """Listed, of the network, and checked within the year."""
    return and_(expert.c.listed, expert.c.active, expert.c.checked_at >= today - CREDENTIALS_LIVE)
