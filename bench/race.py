"""Race: 50 client processes want the same slot at once, 100 times over, a case per client."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter

import asyncpg

from bench.houses import BenchHouse, house
from bench.slots import bookings, free_slots, permits

CLIENTS = 50
SLOTS = 100


def run(*, quick: bool) -> dict[str, float]:
    """Each slot is won once, or the run says how not; `quick` changes nothing, it is short."""
    del quick
    with house("roomy") as running:
        key = running.api_key("psychologist")
        slots = free_slots(running, SLOTS)
        allowed = permits(running, CLIENTS)
        runners = []
        for client in range(CLIENTS):
            wires = bookings(slots, [allowed[client]] * SLOTS, key)
            runner = subprocess.Popen(
                [sys.executable, "-m", "bench.racer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert runner.stdin is not None
            runner.stdin.write(json.dumps({"port": running.port, "requests": wires}) + "\n")
            runner.stdin.flush()
            runners.append(runner)
        for runner in runners:
            assert runner.stdout is not None
            runner.stdout.readline()  # ready
        began = time.monotonic()
        won, statuses = _rounds(runners)
        seconds = round(time.monotonic() - began, 2)
        booked = asyncio.run(_booked(running))
        deadlocks = (running.data / "logs" / "postgres.log").read_text(errors="replace").count("deadlock detected")
    return {
        "won_once": sum(count == 1 for count in won),
        "won_twice": sum(count > 1 for count in won),
        "won_never": sum(count == 0 for count in won),
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "deadlocks": deadlocks,
        "booked_in_database": booked,
        "seconds": seconds,
    }


def _rounds(runners: "list[subprocess.Popen[str]]") -> tuple[list[int], Counter[int]]:
    """All go at once for one slot, all answer, next slot."""
    won, statuses = [], Counter[int]()
    for _ in range(SLOTS):
        for runner in runners:
            assert runner.stdin is not None
            runner.stdin.write("go\n")
            runner.stdin.flush()
        answers = []
        for runner in runners:
            assert runner.stdout is not None
            answers.append(int(runner.stdout.readline()))
        won.append(answers.count(201))
        statuses.update(answers)
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.close()
        runner.wait(10)
    return won, statuses


async def _booked(running: BenchHouse) -> int:
    db = await asyncpg.connect(running.database("booking"))
    text = "SELECT count(*) FROM claim WHERE active AND kind = 'appointment'"
    count = await db.fetchval(text)
    await db.close()
    return int(count)
