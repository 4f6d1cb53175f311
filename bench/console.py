"""Console: from a change of the sheet to the ranked list with live slots, at the server, on a thousand experts."""

import asyncio
import json
import time
from typing import Any

import aiohttp

from bench.houses import BenchHouse, house

CHANGES = (
    {"department": "29"},
    {"level": 2},
    {"motives": ["anxiety", "exhaustion"]},
    {"help": ["psychologist"]},
    {"modalities": ["video", "phone"]},
    {"profession": "nurse_hospital"},
    {"languages": ["fr", "en"]},
    {"level": 3},
)


def run(*, quick: bool) -> dict[str, float]:
    """Median and worst of: PATCH sheet, ranked candidates, their next slots; one after the other, as the page does."""
    with house("1000") as running:
        spent = asyncio.run(_changes(running, rounds=3 if quick else 10))
    spent.sort()
    return {"p50_ms": round(spent[len(spent) // 2], 1), "p95_ms": round(spent[int(len(spent) * 0.95)], 1)}


async def _changes(running: BenchHouse, *, rounds: int) -> list[float]:
    headers = {"Authorization": f"Bearer {running.api_key('psychologist')}"}
    base = f"http://127.0.0.1:{running.port}/api/v1"
    spent: list[float] = []
    async with aiohttp.ClientSession(headers=headers) as http:
        for turn in range(rounds):
            contact = await _ask(http, "POST", f"{base}/referral/contacts")
            for change in CHANGES:
                began = time.perf_counter()
                await _ask(http, "PATCH", f"{base}/referral/contacts/{contact['id']}/sheet", {"changes": change})
                await _ranked(http, base, contact["id"])
                if turn:  # the first round warms
                    spent.append((time.perf_counter() - began) * 1000)
    return spent


async def _ranked(http: aiohttp.ClientSession, base: str, contact_id: str) -> None:
    ranked = await _ask(http, "GET", f"{base}/referral/contacts/{contact_id}/candidates?limit=12")
    experts = "&".join(f"expert={one['expert_id']}" for one in ranked["candidates"])
    await _ask(http, "GET", f"{base}/booking/slots?{experts}&per_expert=4&limit=48")


async def _ask(http: aiohttp.ClientSession, method: str, url: str, data: Any = None) -> Any:
    async with http.request(method, url, json=data) as answer:
        if answer.status >= 300:
            raise SystemExit(f"{method} answered {answer.status}: {await answer.text()}")
        return json.loads(await answer.read())
