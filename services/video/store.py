"""The little that video keeps beside its rooms, in Redis too: open invitations, and counts of what people thought."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import redis.asyncio as redis

from contracts.permits import SeatPermit
from contracts.video import Opinion, Opinions

DIGITS = 9  # about 30 bits; the professional still opens the door by hand
FLOOR = 10  # answers to a question in a month, below which none is shown
ANSWERS = {"helped": ("yes", "some", "no"), "quality": ("good", "fair", "poor")}
COUNTED = timedelta(days=400)
ANSWERED = timedelta(hours=3)  # how long a second answer of the same seat is known for one


class Kept:
    """Invitations end with their room; answers are only ever added up."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def invite(self, permit: SeatPermit) -> str:
        """A code for this seat; the room's earlier code opens nothing any more."""
        room = f"video:invited:{permit.appointment_id}"
        while True:
            code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
            if await self._redis.set(_key(code), msgspec.json.encode(permit), nx=True, exat=_until(permit)):
                break
        earlier = await self._redis.getset(room, _key(code))
        await self._redis.expireat(room, _until(permit))
        if earlier:
            await self._redis.delete(earlier)
        return code

    async def invitation(self, code: str) -> SeatPermit | None:
        """The seat that this code opens."""
        kept = await self._redis.get(_key(code))
        return msgspec.json.decode(kept, type=SeatPermit) if kept else None

    async def count(self, opinion: Opinion, *, who: UUID, now: datetime) -> None:
        """Add the answers to this month's counts, once for each seat; who answered what is kept nowhere."""
        once = hashlib.sha256(f"{opinion.appointment_id}/{who}".encode()).hexdigest()[:32]
        if not await self._redis.set(f"video:answered:{once}", 1, nx=True, ex=ANSWERED):
            return
        month = f"video:opinions:{now:%Y-%m}"
        async with self._redis.pipeline() as pipe:
            for question, answer in (("helped", opinion.helped), ("quality", opinion.quality)):
                if answer is not None:
                    pipe.hincrby(month, f"{question}:{answer}", 1)
            pipe.expire(month, COUNTED)
            await pipe.execute()

    async def opinions(self, *, now: datetime, months: int = 6) -> list[Opinions]:
        """This month's counts and those before it, the latest first; months without any are left out."""
        latest = now.year * 12 + now.month - 1
        names = [f"{one // 12}-{one % 12 + 1:02d}" for one in range(latest, latest - months, -1)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(f"video:opinions:{name}")
            found = await pipe.execute()
        return [
            counted(name, {k.decode(): int(v) for k, v in kept.items()})
            for name, kept in zip(names, found, strict=True)
            if kept
        ]


def counted(month: str, kept: Mapping[str, int]) -> Opinions:
    """A month as it may be shown: a question answered by fewer than `FLOOR` says nothing."""
    shown: dict[str, dict[str, int] | None] = {}
    for question, answers in ANSWERS.items():
        counts = {answer: kept.get(f"{question}:{answer}", 0) for answer in answers}
        shown[question] = counts if sum(counts.values()) >= FLOOR else None
    return Opinions(month, shown["helped"], shown["quality"])


def _key(code: str) -> str:
    digits = "".join(one for one in code if one.isdigit())
    return f"video:invitation:{hashlib.sha256(digits.encode()).hexdigest()}"


def _until(permit: SeatPermit) -> int:
    return int(permit.closes_at.timestamp())
