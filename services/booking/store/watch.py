"""What falls due by itself: appointments to tell the desk about, days that begin, openings to write further out."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.store import agenda, openings

_NOW = "CAST(:now AS timestamptz)"
_SPAN = "CAST(:span AS interval)"
_DUE = """
    UPDATE appointment SET {flag} = true, version = version + 1 WHERE id IN (
        SELECT id FROM appointment WHERE {which} AND NOT {flag} AND case_id IS NOT NULL
        ORDER BY starts_at LIMIT 200 FOR UPDATE SKIP LOCKED)
    RETURNING id, version, case_id, referral_id, expert_id, starts_at"""
_UNSEEN = text(
    _DUE.format(
        flag="told_unseen",
        which=f"status = 'booked' AND seen_at IS NULL AND starts_at > {_NOW} AND starts_at <= {_NOW} + {_SPAN}",
    )
)
_ALONE = text(_DUE.format(flag="told_alone", which=f"status = 'arrived' AND starts_at <= {_NOW} - {_SPAN}"))
_MISSED = text(
    _DUE.format(
        flag="told_missed",
        which=f"status = 'booked' AND starts_at <= {_NOW} - {_SPAN} AND starts_at > {_NOW} - interval '1 day'",
    )
)

_ADVANCE = text(
    """
    WITH longest AS (SELECT greatest((SELECT max(minimum_notice) FROM consultation_type),
        (SELECT max(minimum_notice) FROM expert_consultation_type)) AS notice)
    UPDATE agenda_day d SET first_free = first_start(d.free, d.duration, d.step, d.buffer_before, d.buffer_after,
        :now + d.minimum_notice * interval '1 minute')
    FROM (
        SELECT expert_id, day, type_id FROM agenda_day
        WHERE first_free IS NOT NULL AND day <= :now::date + 2 + (SELECT notice / 1440 FROM longest)
          AND first_free < :now + minimum_notice * interval '1 minute'
          AND first_free < :now + (SELECT notice FROM longest) * interval '1 minute'
        LIMIT 5000 FOR UPDATE SKIP LOCKED
    ) late WHERE (d.expert_id, d.day, d.type_id) = (late.expert_id, late.day, late.type_id)
    """.replace(":now", "CAST(:now AS timestamptz)")
)


async def unseen(db: AsyncConnection, now: datetime, before: timedelta) -> list[Any]:
    """Appointments that begin within `before` and that the professional has not seen; each once."""
    return list((await db.execute(_UNSEEN, {"now": now, "span": before})).all())


async def alone(db: AsyncConnection, now: datetime, after: timedelta) -> list[Any]:
    """People who arrived and wait `after` the hour with nobody there; each once."""
    return list((await db.execute(_ALONE, {"now": now, "span": after})).all())


async def missed(db: AsyncConnection, now: datetime, after: timedelta) -> list[Any]:
    """Appointments to which nobody had come `after` the hour; each once."""
    return list((await db.execute(_MISSED, {"now": now, "span": after})).all())


async def advance(db: AsyncConnection, now: datetime) -> None:
    """Move first free starts that time has overtaken, so that a search has none of them to work out."""
    await db.execute(_ADVANCE, {"now": now})


_BEHIND = text(
    """
    SELECT a.expert_id, a.shown_until, a.written_until, e.time_zone,
        (SELECT min(horizon_days) FROM consultation_type WHERE active) AS shortest
    FROM expert_agenda a JOIN expert e ON e.id = a.expert_id
    WHERE e.active AND a.shown_until < CAST(:until AS date)
      AND pg_try_advisory_xact_lock(uuid_hash_extended(a.expert_id, 0))
    LIMIT 10
    """
)  # few at a time: their agendas are locked until the commit, and somebody may be booking
_WRITTEN = text("UPDATE expert_agenda SET shown_until = :shown, written_until = :written WHERE expert_id = :expert")
_PAST = text("DELETE FROM agenda_day WHERE expert_id = :expert AND day < CAST(:first AS date)")


async def extend(db: AsyncConnection, now: datetime) -> int:
    """Show the day that has come within reach, write openings further out, drop what is over; how many agendas."""
    until = now.date() + agenda.DAYS_SHOWN
    behind = (await db.execute(_BEHIND, {"until": until})).all()
    for row in behind:
        written = row.written_until
        if written <= now.date() + agenda.AHEAD - agenda.WRITTEN_EACH:
            written = now.date() + agenda.AHEAD
            for one in await openings.rules_of(db, row.expert_id):
                await openings.write_out(db, one, since=row.written_until + timedelta(days=1), until=written)
        # The shortest horizon reaches new days first; a zone west of here had not reached its last ones yet.
        first = row.shown_until - agenda.DAYS_SHOWN + timedelta(days=(row.shortest or 0) - 3)
        await agenda.refresh(db, row.expert_id, first=first, last=until, now=now)
        await db.execute(_PAST, {"expert": row.expert_id, "first": now.date() - timedelta(days=2)})
        await db.execute(_WRITTEN, {"shown": until, "written": written, "expert": row.expert_id})
    return len(behind)
