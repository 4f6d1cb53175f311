"""Experts as booking knows them, and what their agendas have told the house."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AvailabilityChanged
from contracts.words import ExpertProfession, Modality
from services.booking.domain import refusals
from services.booking.domain.experts import Expert
from services.booking.store import agenda
from services.booking.tables import expert as table
from services.booking.tables import expert_agenda


async def find(db: AsyncConnection, expert_id: UUID) -> Expert:
    """The expert; `unknown-expert` when booking has not heard of them."""
    row = (await db.execute(select(table).where(table.c.id == expert_id))).first()
    if row is None:
        raise refusals.UnknownExpert
    return Expert(
        id=row.id,
        profession=ExpertProfession(row.profession),
        modalities=frozenset(Modality(one) for one in row.modalities),
        time_zone=row.time_zone,
        holiday_region=row.holiday_region,
        active=row.active,
    )


async def version(db: AsyncConnection, expert_id: UUID) -> int:
    """How often the agenda's openings were edited."""
    mine = expert_agenda.c.expert_id == expert_id
    return (await db.execute(select(expert_agenda.c.version).where(mine))).scalar() or 1


async def put(db: AsyncConnection, one: Expert, heard_version: int, now: datetime) -> bool:
    """Keep what was heard of an expert unless something newer was; whether it changed anything."""
    row = {
        "version": heard_version,
        "profession": one.profession.value,
        "modalities": sorted(modality.value for modality in one.modalities),
        "time_zone": one.time_zone,
        "holiday_region": one.holiday_region,
        "active": one.active,
    }
    new = insert(table).values(id=one.id, **row)
    newer = new.on_conflict_do_update(index_elements=["id"], set_=row, where=table.c.version < heard_version).returning(
        table.c.id
    )
    await agenda.lock(db, one.id)
    if (await db.execute(newer)).first() is None:
        return False
    today = now.date()
    shown = {"shown_until": today + agenda.DAYS_SHOWN, "written_until": today + agenda.AHEAD}
    mine = insert(expert_agenda).values(expert_id=one.id, version=1, told_version=0, told={}, **shown)
    await db.execute(mine.on_conflict_do_nothing())
    await agenda.refresh(db, one.id, first=today - timedelta(days=1), last=today + agenda.DAYS_SHOWN, now=now)
    return True


async def close(db: AsyncConnection, expert_id: UUID, now: datetime) -> None:
    """An account that is closed offers nothing any more."""
    await agenda.lock(db, expert_id)
    await db.execute(update(table).where(table.c.id == expert_id).values(active=False))
    today = now.date()
    await agenda.refresh(db, expert_id, first=today - timedelta(days=1), last=today + agenda.DAYS_SHOWN, now=now)


_CHANGED = text(
    """
    WITH due AS (
        DELETE FROM availability_due WHERE ctid IN (
            SELECT ctid FROM availability_due LIMIT 20000 FOR UPDATE SKIP LOCKED) RETURNING expert_id
    ), overtaken AS (
        SELECT expert_id FROM expert_agenda WHERE told_soonest < CAST(:now AS timestamptz) + interval '1 minute'
        ORDER BY told_soonest LIMIT 500
    ), asked AS (
        SELECT DISTINCT expert_id FROM (SELECT * FROM due UNION ALL SELECT * FROM overtaken) every
    ), seen AS (
        SELECT a.expert_id, coalesce((SELECT jsonb_object_agg(m.modality, m.first) FROM (
            SELECT d.modality, min(d.first_free) AS first FROM agenda_day d
            WHERE d.expert_id = a.expert_id AND d.visit = 'first' AND d.first_free > CAST(:now AS timestamptz)
            GROUP BY d.modality
        ) m), '{}') AS told
        FROM asked a
    )
    UPDATE expert_agenda e SET told = s.told, told_version = e.told_version + 1, told_soonest =
        (SELECT min(value::timestamptz) FROM jsonb_each_text(s.told))
    FROM seen s WHERE e.expert_id = s.expert_id AND (e.told IS DISTINCT FROM s.told OR e.told_version = 0
        OR e.told_soonest < CAST(:now AS timestamptz) + interval '1 minute')
    RETURNING e.expert_id, e.told_version, e.told
    """
)


async def availability_changes(db: AsyncConnection, now: datetime) -> list[AvailabilityChanged]:
    """The experts whose first free slots are no longer what the house was told, and what they are now."""
    rows = (await db.execute(_CHANGED, {"now": now})).all()
    return [
        AvailabilityChanged(
            expert_id=row.expert_id,
            version=row.told_version,
            first_free={Modality(name): datetime.fromisoformat(at) for name, at in row.told.items()},
        )
        for row in rows
    ]
