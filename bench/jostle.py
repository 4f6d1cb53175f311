"""The mixed race: 48 processes want one slot, then everything at once on one day of one agenda.

They book, hold, confirm, let go, move and cancel while holds run out under them; afterwards every invariant of that
agenda is proven.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import asyncpg

from bench.houses import BenchHouse, house
from bench.load import hear, say
from bench.slots import permits
from kit.clock import now
from services.booking import invariants

CLIENTS = 48
ROLES = ("psychologist", "volunteer", "duty_manager")
"""Several callers, since each may only hold so many slots."""
EACH = 400
"""Permits of each client: more than it can use."""

DAY = """
    SELECT expert_id, type_id, array_agg(start ORDER BY start) AS starts FROM (
        SELECT d.expert_id, d.type_id, d.day, generate_series(lower(part) + d.buffer_before * interval '1 minute',
            upper(part) - (d.duration + d.buffer_after) * interval '1 minute', interval '15 minutes') AS start
        FROM agenda_day d, unnest(d.free) AS part
        WHERE d.modality = 'video' AND d.visit = 'first' AND d.day > now() + interval '3 days'
    ) s GROUP BY expert_id, type_id, day ORDER BY count(*) DESC, expert_id LIMIT 1
"""
RUN_OUT = "UPDATE claim SET expires_at = now() WHERE active AND kind = 'hold' AND expert_id = $1 AND random() < 0.3"


def run(*, quick: bool) -> dict[str, float]:
    """What was won, refused, broken; `wrong` counts what the invariants find."""
    with house("roomy") as running:
        return asyncio.run(_jostled(running, seconds=6.0 if quick else 30.0))


async def _jostled(running: BenchHouse, *, seconds: float) -> dict[str, float]:
    db = await asyncpg.connect(running.database("booking"))
    day = await db.fetchrow(DAY)
    starts = [one.isoformat() for one in day["starts"]]
    texts = [text for text, _ in permits(running, CLIENTS * EACH)]
    keys = [running.api_key(role) for role in ROLES]
    clients = []
    for number in range(CLIENTS):
        client = subprocess.Popen(
            [sys.executable, "-m", "bench.jostler"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        plan = {"port": running.port, "key": keys[number % len(keys)], "seed": number, "seconds": seconds}
        plan |= {"expert": str(day["expert_id"]), "type": str(day["type_id"]), "starts": starts, "same": starts[0]}
        say(client, json.dumps({**plan, "permits": texts[number * EACH : (number + 1) * EACH]}))
        clients.append(client)
    for client in clients:
        hear(client)
    await asyncio.to_thread(_all, clients)
    same = await db.fetchval("SELECT count(*) FROM appointment WHERE expert_id = $1", day["expert_id"])
    with _holds_run_out(running, day["expert_id"]):
        told = await asyncio.to_thread(_all, clients)
    answers = sum((Counter(json.loads(one)) for one in told), Counter[str]())
    for client in clients:
        client.wait(10)
    connection = await asyncpg.connect(running.database("booking"))
    wrong = await invariants.check(connection, now(), agendas={day["expert_id"]})
    await connection.close()
    await db.close()
    for one in wrong:
        print(one)
    print(dict(sorted(answers.items())))
    log = (running.data / "logs" / "postgres.log").read_text(errors="replace")
    return {
        "won_of_one_slot": same,
        "answers": sum(answers.values()),
        "booked": answers["book 201"] + answers["confirm 201"] + answers["same 201"],
        "moved": answers["move 200"],
        "cancelled": answers["cancel 200"],
        "holds": answers["hold 201"],
        "expired_under_them": answers["confirm 409"] + answers["confirm 410"],
        "server_errors": sum(count for name, count in answers.items() if name.endswith(" cut") or " 5" in name),
        "deadlocks": log.count("deadlock detected"),
        "wrong": len(wrong),
    }


def _all(clients: "list[subprocess.Popen[str]]") -> list[str]:
    """Everyone goes at once, everyone answers."""
    for client in clients:
        say(client, "go")
    return [hear(client) for client in clients]


@contextmanager
def _holds_run_out(running: BenchHouse, expert_id: UUID) -> Iterator[None]:
    """Meanwhile, some of the holds of this agenda are over before their time."""
    over = threading.Event()

    async def run_out() -> None:
        db = await asyncpg.connect(running.database("booking"))
        while not over.is_set():
            await db.execute(RUN_OUT, expert_id)
            await asyncio.sleep(1)
        await db.close()

    thread = threading.Thread(target=lambda: asyncio.run(run_out()))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)
        time.sleep(0.1)
