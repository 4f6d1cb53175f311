"""What is booked in a bench: distinct free starts that do not touch, and a permit of its own for each."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from bench.houses import BenchHouse
from bench.load import Request
from contracts.permits import BookPermit
from kit.keys import KeyRing
from kit.permits import Permits

FREE = """
    SELECT expert_id, type_id, duration, generate_series(
        lower(stretch), upper(stretch) - duration * interval '1 minute', duration * interval '1 minute') AS starts_at
    FROM agenda_day, unnest(free) AS stretch
    WHERE modality = 'video' AND visit = 'first' AND lower(stretch) > $1 AND NOT isempty(stretch)
"""


@dataclass(frozen=True)
class Free:
    """One start that nothing else of the bench touches."""

    expert_id: str
    type_id: str
    starts_at: datetime


def free_slots(running: BenchHouse, count: int) -> list[Free]:
    """`count` free starts, spread over the experts and the days."""
    return asyncio.run(_free(running, count))


async def _free(running: BenchHouse, count: int) -> list[Free]:
    db = await asyncpg.connect(running.database("booking"))
    soon = datetime.now(UTC) + timedelta(hours=2)
    text = f"SELECT * FROM ({FREE}) f ORDER BY md5(expert_id::text || starts_at::text) LIMIT $2"
    rows = await db.fetch(text, soon, count)
    await db.close()
    if len(rows) < count:
        raise SystemExit(f"only {len(rows)} free slots in this data set, {count} are needed")
    return [Free(str(row["expert_id"]), str(row["type_id"]), row["starts_at"]) for row in rows]


def permits(running: BenchHouse, count: int) -> list[tuple[str, str]]:
    """(permit, case) for as many callers, signed with referral's own key before the clock starts."""
    signing = Permits("referral", KeyRing(running.data / "keys" / "referral"), {})
    cases = [uuid4() for _ in range(count)]
    return [(signing.sign(BookPermit(case_id=case, referral_id=uuid4())), str(case)) for case in cases]


def bookings(slots: Sequence[Free], allowed: Sequence[tuple[str, str]], key: str) -> list[Request]:
    """POST /appointments through the gateway, one per slot."""
    return [
        (
            "POST",
            "/api/v1/booking/appointments",
            {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex},
            json.dumps(
                {
                    "permit": permit,
                    "expert_id": slot.expert_id,
                    "type_id": slot.type_id,
                    "starts_at": slot.starts_at.isoformat(),
                }
            ),
        )
        for slot, (permit, _) in zip(slots, allowed, strict=True)
    ]


def bare_bookings(slots: Sequence[Free], allowed: Sequence[tuple[str, str]]) -> list[Request]:
    """The same for the bare reference."""
    return [
        (
            "POST",
            "/bookings",
            {},
            json.dumps(
                {
                    "case_id": case,
                    "expert_id": slot.expert_id,
                    "type_id": slot.type_id,
                    "starts_at": slot.starts_at.isoformat(),
                }
            ),
        )
        for slot, (_, case) in zip(slots, allowed, strict=True)
    ]
