"""Data sets that grow out of a roomy one: 70 and 99 % of all free time booked, and a year of the past behind it.

Written in bulk, then derived by the product's own rebuild; made once and kept like the others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from kit.clock import now
from services.booking.store.agenda import rebuild

EACH = 1000
"""Past appointments of each expert: a million in all."""

FREE = """
    CREATE TEMPORARY TABLE chosen AS
    SELECT gen_random_uuid() AS id, f.* FROM (
        SELECT d.expert_id, d.type_id, d.modality, d.visit, d.duration, d.buffer_before, d.buffer_after,
            generate_series(lower(part) + d.buffer_before * interval '1 minute',
                upper(part) - (d.duration + d.buffer_after) * interval '1 minute',
                (d.buffer_before + d.duration + d.buffer_after) * interval '1 minute') AS starts_at
        FROM (SELECT DISTINCT ON (expert_id, day) * FROM agenda_day ORDER BY expert_id, day, visit, type_id) d,
            unnest(d.free) AS part
    ) f WHERE f.starts_at > now() + interval '1 day' AND random() < $1
"""
PAST = """
    CREATE TEMPORARY TABLE chosen AS
    SELECT gen_random_uuid() AS id, e.id AS expert_id, t.id AS type_id, t.modality, t.visit, t.duration,
        t.buffer_before, t.buffer_after,
        date_trunc('day', now()) - (1 + n / 4) * interval '1 day' + (7 + 2 * (n % 4)) * interval '1 hour' AS starts_at
    FROM expert e, generate_series(1, $1::int) n,
        (SELECT * FROM consultation_type WHERE visit = 'first' AND modality = 'video' LIMIT 1) t
"""
WRITTEN = (
    """
    INSERT INTO appointment (id, expert_id, type_id, case_id, referral_id, starts_at, ends_at, expert_zone, person_zone,
        status, modality, visit, ical_uid, created_by, created_by_role, created_at)
    SELECT c.id, c.expert_id, c.type_id, gen_random_uuid(), gen_random_uuid(), c.starts_at,
        c.starts_at + c.duration * interval '1 minute', e.time_zone, e.time_zone,
        CASE WHEN c.starts_at < now() THEN 'fulfilled' ELSE 'booked' END, c.modality, c.visit, c.id::text, c.expert_id,
        'service', least(now(), c.starts_at)
    FROM chosen c JOIN expert e ON e.id = c.expert_id ORDER BY c.expert_id, c.starts_at
    """,
    """
    INSERT INTO claim (expert_id, during, kind, appointment_id, holder_id)
    SELECT expert_id, tstzrange(starts_at - buffer_before * interval '1 minute',
        starts_at + (duration + buffer_after) * interval '1 minute'), 'appointment', id, expert_id
    FROM chosen ORDER BY expert_id, starts_at ON CONFLICT DO NOTHING
    """,
    """
    DELETE FROM appointment a USING chosen c
    WHERE a.id = c.id AND NOT EXISTS (SELECT FROM claim k WHERE k.appointment_id = a.id)
    """,
    """
    INSERT INTO appointment_event (appointment_id, seq, at, actor, actor_role, kind)
    SELECT a.id, 1, a.created_at, a.created_by, 'service', 'booked' FROM appointment a JOIN chosen c ON c.id = a.id
    """,
    "DROP TABLE chosen",
)


async def _write(db: asyncpg.Connection, chosen: str, argument: Any) -> None:
    async with db.transaction():
        await db.execute(chosen.replace("$1", str(argument)))
        for text in WRITTEN:
            await db.execute(text)
    await rebuild(db, now=now())
    await db.execute("DELETE FROM availability_due")  # nobody waits for what a bench made
    await db.execute("VACUUM ANALYZE")


async def _seventy(db: asyncpg.Connection) -> None:
    await _write(db, FREE, 0.7)


async def _ninety_nine(db: asyncpg.Connection) -> None:
    await _write(db, FREE, 29 / 30)


async def _past(db: asyncpg.Connection) -> None:
    await _write(db, PAST, EACH)


FILLED: dict[str, tuple[str, Callable[[asyncpg.Connection], Awaitable[None]]]] = {
    "busy": ("roomy", _seventy),
    "full": ("busy", _ninety_nine),
    "past": ("busy", _past),
}
"""A set, the one that it grows out of, and what is added."""


def fill(database: str, adding: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    """Add to the database of a running house what makes it another set."""

    async def work() -> None:
        db = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
        try:
            await adding(db)
        finally:
            await db.close()

    asyncio.run(work())
