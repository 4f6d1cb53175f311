"""Figures of the network's agendas, counted where they stand; no name of a person, no case."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OPENED = text(
    """
    SELECT date_bin('7 days', lower(o.during), CAST(:since AS timestamptz)) AS week,
        sum(extract(epoch FROM upper(o.during) - lower(o.during)))::bigint / 60 AS minutes
    FROM opening_occurrence o
    WHERE o.day BETWEEN CAST(:since AS date) - 1 AND CAST(:now AS date) + 1
      AND lower(o.during) >= CAST(:since AS timestamptz) AND lower(o.during) < CAST(:now AS timestamptz)
    GROUP BY week
    """
)
_BOOKED = text(
    """
    SELECT date_bin('7 days', a.starts_at, CAST(:since AS timestamptz)) AS week,
        sum(extract(epoch FROM a.ends_at - a.starts_at)) FILTER (WHERE a.status NOT LIKE 'cancelled%')::bigint / 60
            AS minutes,
        count(*) FILTER (WHERE a.status NOT LIKE 'cancelled%') AS appointments,
        count(*) FILTER (WHERE a.status = 'noshow') AS no_shows
    FROM appointment a
    WHERE a.starts_at >= CAST(:since AS timestamptz) AND a.starts_at < CAST(:now AS timestamptz)
    GROUP BY week ORDER BY week
    """
)
_CANCELLED = text(
    """
    SELECT count(*) AS cancels,
        count(*) FILTER (WHERE e.at > a.starts_at - interval '24 hours') AS late,
        count(*) FILTER (WHERE EXISTS (
            SELECT 1 FROM appointment b WHERE b.expert_id = a.expert_id AND b.created_at > e.at
            AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at AND b.starts_at > a.starts_at - interval '1 day'
            AND b.status NOT LIKE 'cancelled%')) AS retaken
    FROM appointment a JOIN LATERAL (
        SELECT max(x.at) AS at FROM appointment_event x WHERE x.appointment_id = a.id AND x.kind = 'cancelled'
    ) e ON e.at IS NOT NULL  -- cancelled, taken back and cancelled again is one
    WHERE a.starts_at >= CAST(:since AS timestamptz) AND a.starts_at < CAST(:now AS timestamptz)
      AND a.status LIKE 'cancelled%'
    """
)
_DELAY = text(
    """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM starts_at - created_at) / 3600) AS hours
    FROM appointment
    WHERE starts_at >= CAST(:since AS timestamptz) AND starts_at < CAST(:now AS timestamptz)
      AND visit = 'first' AND status NOT LIKE 'cancelled%' AND created_at < starts_at
    """
)
_AHEAD = text(
    """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first - CAST(:now AS timestamptz)) / 3600)
    FROM (SELECT min(d.first_free) AS first FROM agenda_day d JOIN expert e ON e.id = d.expert_id
          WHERE e.active AND d.visit = 'first' AND d.first_free > CAST(:now AS timestamptz) GROUP BY d.expert_id) each
    """
)
_EXPERTS = text(
    """
    SELECT e.id, e.profession, last.at AS last_opening, free.first_free, coalesce(free.days, 0) AS days
    FROM expert e
    LEFT JOIN LATERAL (
        SELECT upper(o.during) AS at FROM opening_occurrence o WHERE o.expert_id = e.id ORDER BY o.day DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
        SELECT min(d.first_free) AS first_free,
            count(DISTINCT d.day) FILTER (WHERE d.day <= CAST(:now AS date) + 14) AS days
        FROM agenda_day d
        WHERE d.expert_id = e.id AND d.visit = 'first' AND d.first_free > CAST(:now AS timestamptz)
    ) free ON true
    WHERE e.active ORDER BY last.at NULLS FIRST, e.id
    """
)


async def opened(db: AsyncConnection, since: datetime, now: datetime) -> dict[datetime, int]:
    """Minutes opened, by the week that begins at the key."""
    rows = await db.execute(_OPENED, {"since": since, "now": now})
    return {row.week: int(row.minutes) for row in rows}


async def booked(db: AsyncConnection, since: datetime, now: datetime) -> list[Any]:
    """Rows (week, minutes, appointments, no_shows)."""
    return list((await db.execute(_BOOKED, {"since": since, "now": now})).all())


async def cancelled(db: AsyncConnection, since: datetime, now: datetime) -> Any:
    """One row (cancels, late, retaken); late is within a day of the hour."""
    return (await db.execute(_CANCELLED, {"since": since, "now": now})).one()


async def delay_hours(db: AsyncConnection, since: datetime, now: datetime) -> float | None:
    """Median hours from booking to a first visit."""
    return _rounded((await db.execute(_DELAY, {"since": since, "now": now})).scalar())


async def ahead_hours(db: AsyncConnection, now: datetime) -> float | None:
    """Median hours to the first free slot of those who have one."""
    return _rounded((await db.execute(_AHEAD, {"now": now})).scalar())


async def experts(db: AsyncConnection, now: datetime) -> list[Any]:
    """Rows of every active expert, those without any opening first."""
    return list((await db.execute(_EXPERTS, {"now": now})).all())


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(float(hours), 1)
