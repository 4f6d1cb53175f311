"""Another way to meet at the same hour, written down; and whether an hour is open for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.caller import Caller
from services.booking.domain.appointments import Appointment
from services.booking.store import appointments
from services.booking.tables import appointment as table

_OPEN = text(
    """
    SELECT coalesce(range_agg(o.during) @> tstzrange(:since, :until), false)
    FROM opening_occurrence o JOIN opening_rule_type r ON r.rule_id = o.rule_id AND r.type_id = :type
    WHERE o.expert_id = :expert AND o.during && tstzrange(:since, :until)
      AND o.day BETWEEN CAST(:since AS date) - 2 AND CAST(:since AS date) + 1
    """
).bindparams(
    *(bindparam(name, type_=DateTime(True)) for name in ("since", "until")),
    *(bindparam(name, type_=Uuid) for name in ("type", "expert")),
)


async def open_for(db: AsyncConnection, one: Appointment, type_id: UUID) -> bool:
    """Whether an opening of the expert covers the hour for this type: a room to be received in is not everywhere."""
    asked = {"expert": one.expert_id, "type": type_id, "since": one.starts_at, "until": one.ends_at}
    return bool((await db.execute(_OPEN, asked)).scalar())


async def save(db: AsyncConnection, before: Appointment, after: Appointment, *, caller: Caller, now: datetime) -> None:
    """Write how they meet, with its event; the row is locked by `appointments.find`."""
    await db.execute(
        update(table)
        .where(table.c.id == after.id)
        .values(type_id=after.type_id, modality=after.modality.value, calls=after.calls, version=after.version)
    )
    told = {
        "before": {"modality": before.modality.value, "calls": before.calls or ""},
        "after": {"modality": after.modality.value, "calls": after.calls or ""},
    }
    await appointments.note(db, after.id, what="otherwise", caller=caller, now=now, **told)
