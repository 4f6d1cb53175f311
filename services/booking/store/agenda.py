"""The agenda of an expert: its lock, its derived days, and what an edit writes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.booking.domain.types import HORIZON_MOST

AHEAD = timedelta(days=405)
"""How far openings are written out: thirteen months and a week, since a tick moves this window on week by week."""
WRITTEN_EACH = timedelta(days=7)
DAYS_SHOWN = timedelta(days=HORIZON_MOST + 2)
"""How far the projection reaches: the longest horizon and two days for the zones."""
BATCH = 50

_LOCK = text("SELECT agenda_lock(:expert)").bindparams(bindparam("expert", type_=Uuid))
_REFRESH = text("SELECT agenda_refresh(:experts, :first, :last, :now)").bindparams(
    bindparam("experts", type_=ARRAY(Uuid))
)


async def lock(db: AsyncConnection, expert_id: UUID) -> None:
    """Have the agenda alone until the transaction ends; a statement of its own, so that what follows sees all."""
    await db.execute(_LOCK, {"expert": expert_id})


async def refresh(db: AsyncConnection, expert_id: UUID, *, first: date, last: date, now: datetime) -> None:
    """Derive these days of one agenda anew; under `lock`."""
    await db.execute(_REFRESH, {"experts": [expert_id], "first": first, "last": last, "now": now})


async def rebuild(connection: asyncpg.Connection, *, now: datetime, experts: Sequence[UUID] | None = None) -> int:
    """Derive every agenda day of these experts (all when None) anew; how many agendas."""
    if experts is None:
        experts = [row[0] for row in await connection.fetch("SELECT id FROM expert ORDER BY id")]
    first, last = now.date() - timedelta(days=1), now.date() + DAYS_SHOWN
    for at in range(0, len(experts), BATCH):
        some = list(experts[at : at + BATCH])
        async with connection.transaction():
            for expert_id in sorted(some):
                await connection.execute("SELECT agenda_lock($1)", expert_id)
            await connection.execute(
                "DELETE FROM agenda_day WHERE expert_id = ANY($1) AND day NOT BETWEEN $2 AND $3", some, first, last
            )
            await connection.execute("SELECT agenda_refresh($1, $2, $3, $4)", some, first, last, now)
    return len(experts)
