"""The versions of the weights: one row each, never rewritten."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.matching import Weighting
from contracts.matching import Weights as Told
from services.referral.domain.matching.weights import STANDARD, Weights, WeightsChanged, as_told, checked
from services.referral.tables import colleague, weighting


async def current(db: AsyncConnection) -> Weights:
    """The weights that count now."""
    newest = select(weighting).order_by(weighting.c.version.desc()).limit(1)
    row = (await db.execute(newest)).first()
    return checked(msgspec.convert(row.weights, Weighting), version=row.version) if row else STANDARD


async def add(db: AsyncConnection, new: Weights, *, after: int, why: str, by: UUID, now: datetime) -> None:
    """Keep a new version; `weights-changed` unless it follows the version that was shown."""
    await db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('weighting', 0))"))
    if (await current(db)).version != after:
        raise WeightsChanged()
    row = {
        "version": new.version,
        "at": now,
        "by": by,
        "why": why,
        "weights": msgspec.to_builtins(as_told(new)),
    }
    await db.execute(insert(weighting).values(row))


async def history(db: AsyncConnection, *, most: int = 30) -> list[Told]:
    """The newest first; the design's own stands last when nothing was changed often."""
    query = select(weighting, colleague.c.display_name).outerjoin(colleague, colleague.c.id == weighting.c.by)
    rows = (await db.execute(query.order_by(weighting.c.version.desc()).limit(most))).all()
    return [*map(_told, rows), Told(version=0, weighting=as_told(STANDARD), why="Celles du départ")]


def _told(row: Any) -> Told:
    weights = msgspec.convert(row.weights, Weighting)
    return Told(row.version, weights, row.why, row.at, row.by, row.display_name or "")
