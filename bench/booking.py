"""Booking: permit, constraint, projection, outbox and idempotency in one transaction, the whole house running."""

import asyncio
import time

import asyncpg

from bench.houses import BenchHouse, house, outbox_left
from bench.load import Seen, load
from bench.reference import reference
from bench.slots import bare_bookings, bookings, free_slots, permits

MOST_PER_SECOND = 1600  # slots and permits are drawn for this pace, before the clock
DRAIN_SECONDS = 300


def run(*, quick: bool) -> dict[str, float]:
    """The figures of booking; see README for the goals."""
    seconds, rounds = (3.0, 1) if quick else (8.0, 3)
    eights: list[Seen] = []
    many: list[Seen] = []
    bare: list[Seen] = []
    with house("roomy") as running:
        key = running.api_key("psychologist")
        each = int(MOST_PER_SECOND * seconds)
        slots = free_slots(running, each * 3 * rounds + 200)
        allowed = permits(running, len(slots))
        turn = iter(range(0, len(slots), each))

        def next_bookings(connections: int) -> Seen:
            first = next(turn)
            part = bookings(slots[first : first + each], allowed[first : first + each], key)
            return load(running.port, part, connections=connections, seconds=seconds, once=True)

        last = len(slots) - 200
        load(running.port, bookings(slots[last:], allowed[last:], key), connections=8, seconds=1.0, once=True)
        with reference(running.database("booking")) as port:
            for _ in range(rounds):
                eights.append(next_bookings(8))
                many.append(next_bookings(32))
                first = next(turn)
                part = bare_bookings(slots[first : first + each], allowed[first : first + each])
                bare.append(load(port, part, connections=32, seconds=seconds, once=True))
        drain = _drained(running)
        lost = _lost(running)
    for seen in (*eights, *many, *bare):
        if seen.refused:
            raise SystemExit(f"answers other than 201: {seen.statuses}")
    return {
        "per_s_8": _median([seen.per_s for seen in eights]),
        "per_s_32": _median([seen.per_s for seen in many]),
        "p99_ms_8": _median([seen.percentile(0.99) for seen in eights]),
        "p99_ms_32": _median([seen.percentile(0.99) for seen in many]),
        "ratio_reference": round(_median([a.per_s / b.per_s for a, b in zip(many, bare, strict=True)]), 2),
        "drain_s": drain,
        "lost": lost,
    }


def _drained(running: BenchHouse) -> float:
    """Seconds until outboxes and queues are empty."""
    began = time.monotonic()
    while outbox_left(running) and time.monotonic() < began + DRAIN_SECONDS:
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


def _lost(running: BenchHouse) -> int:
    """Appointments that booking has and that referral or reminders never heard of."""
    return asyncio.run(_not_heard(running))


async def _not_heard(running: BenchHouse) -> int:
    ids = "SELECT id FROM appointment WHERE created_by_role <> 'service'"
    booked = await _column(running, "booking", ids)
    heard = await _column(running, "referral", "SELECT id FROM appointment")
    planned = await _column(running, "reminders", "SELECT id FROM appointment")
    return len(booked - heard) + len(booked - planned)


async def _column(running: BenchHouse, service: str, sql: str) -> set[str]:
    db = await asyncpg.connect(running.database(service))
    rows = await db.fetch(sql)
    await db.close()
    return {str(row[0]) for row in rows}


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
