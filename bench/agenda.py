"""Agenda: a week of one agenda shown, an appointment dragged to another hour, ninety days derived anew."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import asyncpg

from bench.houses import BenchHouse, house
from kit.clock import now
from services.booking.store.agenda import rebuild

BUSIEST = """
    SELECT expert_id, count(*) FROM appointment
    WHERE status = 'booked' AND starts_at BETWEEN now() + interval '3 days' AND now() + interval '10 days'
    GROUP BY expert_id ORDER BY 2 DESC LIMIT $1
"""
DRAGGED = """
    SELECT id, version, type_id FROM appointment
    WHERE expert_id = $1 AND status = 'booked' AND starts_at > now() + interval '3 days' ORDER BY starts_at LIMIT 1
"""


def run(*, quick: bool) -> dict[str, float]:
    """Milliseconds through the gateway (the rebuild: at the database), on the busiest agendas of a filled house."""
    with house("1000") as running:
        return asyncio.run(_measured(running, agendas=20 if quick else 100))


async def _measured(running: BenchHouse, *, agendas: int) -> dict[str, float]:
    db = await asyncpg.connect(running.database("booking"))
    spent: dict[str, list[float]] = {"week": [], "drag": [], "rebuild_90_days": []}
    headers = {"Authorization": f"Bearer {running.api_key('psychologist')}"}
    base = f"http://127.0.0.1:{running.port}/api/v1/booking"
    shown = 0
    async with aiohttp.ClientSession(headers=headers) as http:
        for turn, row in enumerate(await db.fetch(BUSIEST, agendas + 2)):
            week = await _timed(spent["week"], _week(http, base, row["expert_id"]))
            shown += len(week["appointments"]) + len(week["openings"])
            await _drag(http, base, db, row["expert_id"], spent["drag"])
            await _timed(spent["rebuild_90_days"], rebuild(db, now=now(), experts=[row["expert_id"]]))
            if turn == 1:  # connections, plans and caches are warm
                shown = 0
                for figures in spent.values():
                    figures.clear()
    await db.close()
    told: dict[str, float] = {"agendas": agendas, "events_in_a_week": round(shown / agendas, 1)}
    for name, figures in spent.items():
        figures.sort()
        told[f"{name}_p50_ms"] = round(figures[len(figures) // 2], 1)
        told[f"{name}_p95_ms"] = round(figures[int(len(figures) * 0.95)], 1)
    return told


async def _timed(into: list[float], work: Any) -> Any:
    began = time.perf_counter()
    done = await work
    into.append((time.perf_counter() - began) * 1000)
    return done


async def _week(http: aiohttp.ClientSession, base: str, expert_id: Any) -> Any:
    monday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    window = {"from": monday.isoformat(), "to": (monday + timedelta(days=7)).isoformat()}
    return await _asked(http.get(f"{base}/experts/{expert_id}/agenda", params=window))


async def _drag(
    http: aiohttp.ClientSession, base: str, db: asyncpg.Connection, expert_id: Any, into: list[float]
) -> None:
    """To a free hour of the same kind, as a hand does it in the grid."""
    one = await db.fetchrow(DRAGGED, expert_id)
    asked = {"expert": str(expert_id), "type": str(one["type_id"]), "limit": "1"}
    found = (await _asked(http.get(f"{base}/slots", params=asked)))["slots"] if one else []
    if found:
        version = {"If-Match": f'"{one["version"]}"'}
        place, hour = f"{base}/appointments/{one['id']}/move", {"starts_at": found[0]["starts_at"]}
        await _timed(into, _asked(http.post(place, json=hour, headers=version)))


async def _asked(request: Any) -> Any:
    async with request as answer:
        if answer.status >= 300:
            raise SystemExit(f"{answer.url.path} answered {answer.status}: {await answer.text()}")
        return json.loads(await answer.read())
