"""What a day has come to: its counts, the invariants, whoever was forgotten, and how long people waited."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import redis.asyncio as redis

from bench.houses import BenchHouse
from services.booking import invariants as of_booking
from services.referral import invariants as of_referral

SERVICES: Final = ("identity", "referral", "booking", "reminders")
READING: Final = 30
"""Seconds of the machine's at most to read all agendas."""
TERMINAL: Final = "('completed', 'lost', 'cancelled_by_caller', 'cancelled_by_line', 'entered_in_error')"
COUNTS: Final = {
    "answered": "SELECT count(*) FROM contact WHERE started_at >= $1",
    "referrals": "SELECT count(*) FROM referral WHERE created_at >= $1",
    "booked": """
        SELECT count(DISTINCT r.id) FROM referral r JOIN transition_log l ON l.referral_id = r.id
        WHERE r.created_at >= $1 AND l.to_status = 'booked'""",
    "orphans": f"""
        SELECT count(*) FROM referral WHERE $1::timestamptz IS NOT NULL AND status NOT IN {TERMINAL}
        AND (next_action IS NULL OR next_action_at IS NULL OR (owner_id IS NULL AND queue IS NULL))""",
    "urgent": "SELECT count(*) FROM urgent_action WHERE triggered_at >= $1 AND status <> 'called_back'",
    "urgent_unacknowledged": """
        SELECT count(*) FROM urgent_action
        WHERE triggered_at >= $1 AND acknowledged_at IS NULL AND status <> 'called_back'""",
    "offers": "SELECT count(*) FROM offer WHERE sent_at >= $1",
    "offers_declined": "SELECT count(*) FROM offer WHERE sent_at >= $1 AND status = 'declined'",
    "offers_expired": "SELECT count(*) FROM offer WHERE sent_at >= $1 AND status = 'expired'",
    "tasks": "SELECT count(*) FROM task WHERE created_at >= $1",
    "tasks_open": "SELECT count(*) FROM task WHERE created_at >= $1 AND done_at IS NULL",
    "no_shows": "SELECT count(*) FROM transition_log WHERE at >= $1 AND cause = 'no_show'",
}
"""$1 is the beginning of the day."""

UNOWNED: Final = {
    "an open orientation without a name": f"""
        SELECT id FROM referral WHERE level >= 3 AND created_at >= $1 AND status NOT IN {TERMINAL}
        AND owner_id IS NULL""",
    "an open task without a name": """
        SELECT id FROM task WHERE level >= 3 AND created_at >= $1 AND done_at IS NULL AND owner_id IS NULL""",
    "an appointment that came to nothing and is nobody's": f"""
        SELECT a.id FROM appointment a JOIN referral r ON r.id = a.referral_id
        WHERE r.level >= 3 AND r.created_at >= $1 AND a.standing IN ('missed', 'cancelled') AND NOT a.replaced
        AND r.status NOT IN {TERMINAL} AND r.status NOT IN ('engaged')
        AND NOT EXISTS (SELECT 1 FROM appointment b WHERE b.referral_id = r.id AND b.standing IN ('booked', 'attended'))
        AND NOT EXISTS (
            SELECT 1 FROM task t WHERE t.referral_id = r.id AND t.kind IN ('cancelled', 'no_show', 'overdue'))""",
    "somebody who did not come and is nobody's task": f"""
        SELECT a.id FROM appointment a JOIN referral r ON r.id = a.referral_id
        WHERE r.level >= 3 AND a.standing = 'missed' AND a.starts_at >= $1 AND r.status NOT IN {TERMINAL}
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.appointment_id = a.id AND t.kind = 'no_show')""",
    "an orientation that a timer or a link ended": f"""
        SELECT r.id FROM transition_log l JOIN referral r ON r.id = l.referral_id
        WHERE r.level >= 3 AND l.at >= $1 AND l.offer_id IS NULL AND l.to_status IN {TERMINAL}
        AND l.actor IN ('system', 'booking')""",
    "a cut call that nobody must ring back": """
        SELECT c.id FROM contact c WHERE c.started_at >= $1 AND c.cut_at IS NOT NULL AND c.ended_at IS NULL
        AND (c.codes->>'level')::int >= 3
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.contact_id = c.id AND t.kind = 'cut_call')""",
}
"""From level 3: what nobody by name has (care.md 7)."""

WAITED_ALONE: Final = """
    SELECT id, told_alone FROM appointment
    WHERE case_id IS NOT NULL AND arrived_at IS NOT NULL AND starts_at >= $1 AND starts_at < $2
    AND status NOT LIKE 'cancelled%' AND (told_alone OR
        greatest(starts_at + interval '7 minutes', arrived_at) + $3 < coalesce(started_at, $4))
"""
WAITS: Final = """
    SELECT r.level, extract(epoch FROM r.starts_at - c.started_at) / 3600 AS hours
    FROM referral r JOIN contact c ON c.id = r.contact_id
    WHERE r.created_at >= $1 AND r.kind = 'care' AND r.starts_at IS NOT NULL
"""
ANSWERS: Final = """
    SELECT extract(epoch FROM acknowledged_at - triggered_at) / 3600 FROM urgent_action
    WHERE triggered_at >= $1 AND acknowledged_at IS NOT NULL AND status <> 'called_back'
"""


async def verdict(
    running: BenchHouse, *, began: datetime, ends: datetime, now: datetime, patience: timedelta
) -> tuple[dict[str, Any], list[str]]:
    """The figures, and one sentence for each thing that does not hold; `patience` is a second of the machine's."""
    referral = await asyncpg.connect(running.database("referral"))
    booking = await asyncpg.connect(running.database("booking"))
    try:
        figures: dict[str, Any] = {name: await referral.fetchval(sql, began) for name, sql in COUNTS.items()}
        broken = await of_referral.check(referral, now)
        broken += await of_booking.check(booking, now + READING * patience)  # its clock goes on while it is read
        figures["invariants_broken"] = len(broken)
        unowned = {what: await referral.fetch(sql, began) for what, sql in UNOWNED.items()}
        broken += [
            f"from level 3, {what}: {rows[0][0]} and {len(rows) - 1} more" for what, rows in unowned.items() if rows
        ]
        figures["level3plus_unowned"] = sum(len(rows) for rows in unowned.values())
        alone = await booking.fetch(WAITED_ALONE, began, ends, patience, now)
        known = "SELECT appointment_id FROM task WHERE kind = 'waiting_alone' AND created_at >= $1"
        seen = {row[0] for row in await referral.fetch(known, began)}
        figures["waited_and_the_desk_knew"] = sum(row["id"] in seen for row in alone)
        figures["alone_in_waiting_room"] = sum(row["id"] not in seen for row in alone)
        broken += [f"waited alone and nobody knew: {row['id']}" for row in alone if row["id"] not in seen]
        figures["waits_h"] = await _waits(referral, began)
    finally:
        await referral.close()
        await booking.close()
    return figures, broken


async def told_and_not_heard(running: BenchHouse, *, but: str) -> int:
    """Events that wait to be handed over or heard, and those whose listener failed; agendas go on telling."""
    left: int = 0
    for service in SERVICES:
        db = await asyncpg.connect(running.database(service))
        left += await db.fetchval("SELECT (SELECT count(*) FROM outbox WHERE kind <> $1) + count(*) FROM unheard", but)
        await db.close()
    client: Any = redis.from_url(f"redis://127.0.0.1:{running.process_of('valkey')['port']}/0")
    waiting = sum([int(await client.llen(service)) for service in SERVICES])
    await client.aclose()
    return left + (waiting if waiting > len(SERVICES) else 0)


async def _waits(referral: asyncpg.Connection, began: datetime) -> dict[str, dict[str, float]]:
    """By level: from the call to the hour of the appointment; at level 5, from the gesture to « J'ai l'alerte »."""
    by_level: dict[str, list[float]] = {}
    for row in await referral.fetch(WAITS, began):
        by_level.setdefault(str(row["level"]), []).append(float(row["hours"]))
    urgent = [float(row[0]) for row in await referral.fetch(ANSWERS, began)]
    if urgent:
        by_level["5"] = urgent
    return {
        level: {"n": len(hours), "p50": percentile(hours, 0.5), "p90": percentile(hours, 0.9)}
        for level, hours in sorted(by_level.items())
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie (nearest rank)."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
