"""The work queue with a hundred thousand orientations: first pages, next pages, each filter, one after another."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import asyncpg

from bench.houses import BenchHouse, house

OPEN = 100_000
PAGES = 5
ASKED = ("whose=all", "whose=mine", "whose=desk", "whose=coordination", "whose=all&status=offered")
MANY = """
INSERT INTO referral (id, case_id, contact_id, need_id, status, version, level, cycle, created_at, owner_id, queue,
    next_action, next_action_at)
SELECT gen_random_uuid(), r.case_id, r.contact_id, r.need_id,
    (ARRAY['ready', 'offered', 'accepted', 'waitlisted', 'escalated'])[1 + n % 5], 1, 1 + n % 2, 1, now(),
    CASE WHEN n % 5 = 4 THEN NULL ELSE $2::uuid END, CASE WHEN n % 5 = 4 THEN 'coordination' END,
    'book', now() + (random() * 40 - 10) * interval '1 day'
FROM (SELECT * FROM referral LIMIT 500) r, generate_series(1, $1 / 500) n
"""


def run(*, quick: bool) -> dict[str, float]:
    """Milliseconds of one page of 40, through the gateway, beside the number of open orientations."""
    with house("1000") as running:
        return read(running, rounds=3 if quick else 20)


def read(running: BenchHouse, *, rounds: int) -> dict[str, float]:
    """The same in a house that already runs."""
    base, key = f"http://127.0.0.1:{running.port}", running.api_key("psychologist")
    return asyncio.run(measure(base, key, running.database("referral"), rounds=rounds))


async def measure(base: str, key: str, database: str, *, rounds: int) -> dict[str, float]:
    """Fill the table, then read it as the page does."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        me = (await _ask(http, f"{base}/api/v1/referral/contacts", post=True))["listener_id"]
        connection: Any = await asyncpg.connect(database)
        await connection.execute(MANY, OPEN, me)
        await connection.execute("ANALYZE referral")
        count = await connection.fetchval("SELECT count(*) FROM referral WHERE next_action_at IS NOT NULL")
        await connection.close()
        spent = []
        for turn in range(rounds + 1):
            for asked in ASKED:
                after = ""
                for _ in range(PAGES):
                    began = time.perf_counter()
                    page = await _ask(http, f"{base}/api/v1/referral/referrals?{asked}&limit=40{after}")
                    if turn:  # the first round warms
                        spent.append((time.perf_counter() - began) * 1000)
                    if page["next"] is None:
                        break
                    after = f"&after={page['next']}"
    spent.sort()
    return {
        "open": count,
        "pages": len(spent),
        "p50_ms": round(spent[len(spent) // 2], 1),
        "p95_ms": round(spent[int(len(spent) * 0.95)], 1),
        "worst_ms": round(spent[-1], 1),
    }


async def _ask(http: aiohttp.ClientSession, url: str, *, post: bool = False) -> Any:
    async with http.request("POST" if post else "GET", url) as answer:
        if answer.status >= 300:
            raise SystemExit(f"{url} answered {answer.status}: {await answer.text()}")
        return json.loads(await answer.read())
