"""What takes an expert's time within a window: absences, holidays, other calendars, appointments and holds."""

from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from services.booking.domain.explain import Block
from services.booking.domain.spans import Span

_TAKEN = text(
    """
    SELECT b.source AS code, b.id::text AS id, lower(b.during) AS opens, upper(b.during) AS closes
    FROM busy_block b WHERE b.expert_id = :expert AND b.during && tstzrange(:since, :until)
    UNION ALL
    SELECT c.kind, coalesce(c.appointment_id::text, c.id::text), lower(c.during), upper(c.during)
    FROM claim c WHERE c.expert_id = :expert AND c.active
      AND lower(c.during) > CAST(:since AS timestamptz) - interval '1 day' AND lower(c.during) < :until
      AND upper(c.during) > :since
    ORDER BY 3, 4
    """
).bindparams(
    bindparam("expert", type_=Uuid),
    bindparam("since", type_=DateTime(True)),
    bindparam("until", type_=DateTime(True)),
)
CLAIMS = ("appointment", "hold")


async def blocks(db: AsyncConnection, expert_id: UUID, window: Span) -> list[Block]:
    """Everything in `window`, by its beginning."""
    rows = await db.execute(_TAKEN, {"expert": expert_id, "since": window.start, "until": window.end})
    return [Block(row.code, row.id, Span(row.opens, row.closes)) for row in rows.all()]


async def spans(db: AsyncConnection, expert_id: UUID, window: Span) -> tuple[list[Span], list[Span]]:
    """The same as busy time and claims."""
    found = await blocks(db, expert_id, window)
    busy = [one.span for one in found if one.code not in CLAIMS]
    return busy, [one.span for one in found if one.code in CLAIMS]
