"""Search where little is free, where much has passed, and where it is asked for what is rare or for much at once."""

import asyncio

import asyncpg

from bench.houses import BenchHouse, house
from bench.load import Seen, load

SETS = ("busy", "full", "past")
RAREST = "SELECT profession, modality FROM agenda_day WHERE visit = 'first' GROUP BY 1, 2 ORDER BY count(*) LIMIT 1"


def run(*, quick: bool) -> dict[str, float]:
    """p50 of one client by set and question, and the ratios to the house that is 70 % busy."""
    seconds = 1.0 if quick else 5.0
    millis: dict[tuple[str, str], float] = {}
    questions: dict[str, str] = {}
    for name in SETS:
        with house(name, copy=False) as running:
            questions = questions or _questions(running)
            headers = {"Authorization": f"Bearer {running.api_key('psychologist')}"}
            for question, query in questions.items():
                asked = [("GET", f"/api/v1/booking/slots?{query}&limit=20", headers, "")]
                load(running.port, asked, connections=2, seconds=0.3)
                seen: Seen = load(running.port, asked, connections=1, seconds=seconds)
                if seen.refused:
                    raise SystemExit(f"answers other than 200: {seen.statuses}")
                millis[name, question] = seen.percentile(0.5)
    told = {f"p50_ms_{name}_{question}": figure for (name, question), figure in millis.items()}
    for question in questions:
        told[f"ratio_99_70_{question}"] = round(millis["full", question] / millis["busy", question], 2)
    told["ratio_year_past"] = round(millis["past", "common"] / millis["busy", "common"], 2)
    return told


def _questions(running: BenchHouse) -> dict[str, str]:
    profession, modality = asyncio.run(_rarest(running))
    return {
        "common": "profession=psychologist&modality=video",
        "rarest": f"profession={profession}&modality={modality}",
        "three_professions": "profession=psychologist,psychiatrist,general_practitioner&modality=video",
    }


async def _rarest(running: BenchHouse) -> tuple[str, str]:
    db = await asyncpg.connect(running.database("booking"))
    row = await db.fetchrow(RAREST)
    await db.close()
    return row["profession"], row["modality"]
