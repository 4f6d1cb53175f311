"""Ranking: the matching itself on 1,000 and 10,000 experts, and what the server answers: the ranked list, and the
work queue with 100,000 orientations."""

import asyncio
import time
from datetime import timedelta
from statistics import median
from uuid import UUID

import aiohttp

from bench import queue
from bench.console import CHANGES
from bench.houses import BenchHouse, house
from contracts.referral import Sheet
from contracts.words import ExpertProfession, Modality
from infra.embedded.seed.chance import Chance
from infra.embedded.seed.network import network
from kit import clock
from services.referral.domain.experts import Standing
from services.referral.domain.matching.ranking import Network, ranked
from services.referral.domain.matching.wanted import wanted

SHEETS = (
    Sheet(level=2, department="29", motives=["anxiety", "exhaustion"], modalities=[Modality.VIDEO]),
    Sheet(level=3, department="23", motives=["depression"], modalities=[Modality.IN_PERSON]),
    Sheet(level=4, motives=["suicidal_ideas", "anxiety"], help=[ExpertProfession.PSYCHIATRIST], languages=["en"]),
    Sheet(),
)
"""A usual call, one in the country that must widen, one of level 4, and a sheet that says nothing."""


def run(*, quick: bool) -> dict[str, float]:
    """Median milliseconds: `matching_*` the pure function, `server_*` and `queue_*` a whole answer by the gateway."""
    told = {f"matching_{count}_ms": _matching(count, rounds=5 if quick else 15) for count in (1000, 10000)}
    for name in ("1000",) if quick else ("1000", "10000"):
        with house(name) as running:
            told[f"server_{name}_ms"] = asyncio.run(_served(running, rounds=3 if quick else 8))
            if name == "1000":
                listed = queue.read(running, rounds=2 if quick else 5)
                told |= {f"queue_{queue.OPEN}_ms": listed["p50_ms"], f"queue_{queue.OPEN}_p95_ms": listed["p95_ms"]}
    for name, figure in told.items():
        print(f"{name}: {figure}")
    return told


def _matching(count: int, *, rounds: int) -> float:
    now, chance = clock.now(), Chance("ranking")
    members = network(now.date(), count)
    standings = {
        one.expert.id: Standing(
            one.expert.id,
            chance.uniform(0, 2),
            {way: now + timedelta(hours=chance.uniform(1, 400)) for way in one.expert.modalities if one.open},
            announced=True,
        )
        for one in members
    }
    everyone = Network.of({one.expert.id: one.expert for one in members}, standings)
    spent = []
    for turn in range(rounds):
        for sheet in SHEETS:
            wishes = wanted(sheet, case_id=UUID(int=turn + 1))
            began = time.perf_counter()
            ranked(everyone, wishes, now=now, limit=20)
            spent.append((time.perf_counter() - began) * 1000)
    return round(median(spent), 1)


async def _served(running: BenchHouse, *, rounds: int) -> float:
    headers = {"Authorization": f"Bearer {running.api_key('psychologist')}"}
    base = f"http://127.0.0.1:{running.port}/api/v1/referral"
    spent = []
    async with aiohttp.ClientSession(headers=headers) as http:
        for turn in range(rounds):
            async with http.post(f"{base}/contacts") as answer:
                contact = (await answer.json())["id"]
            for change in CHANGES:
                async with http.patch(f"{base}/contacts/{contact}/sheet", json={"changes": change}) as answer:
                    answer.raise_for_status()
                began = time.perf_counter()
                async with http.get(f"{base}/contacts/{contact}/candidates?limit=20") as answer:
                    answer.raise_for_status()
                    await answer.read()
                if turn:  # the first round fills the memory of the process
                    spent.append((time.perf_counter() - began) * 1000)
    return round(median(spent), 1)
