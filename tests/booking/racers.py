"""What the processes of the race tests do; few imports, since each process pays for them."""

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from contracts.caller import Caller, Grant
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from kit.errors import Refusal
from services.booking.domain.appointments import CANCELLED_BY, Party
from services.booking.domain.refusals import SlotTaken
from services.booking.store import appointments, booking, holds
from services.booking.store.batches import Batches, alone
from services.booking.store.lines import Lines
from tests.booking.make import FIRST_VIDEO, FOLLOW_VIDEO, a_permit, local_noon

NOBODY = UUID(int=0)
OURSELVES = Caller(subject=NOBODY, grants=(Grant(Role.SERVICE),))


async def _book(
    ask: booking.Ask, expert_id: UUID, starts_at: datetime, *, hold_id: int | None = None, who: UUID = NOBODY
) -> str:
    wanted = booking.Wanted(expert_id, FIRST_VIDEO.id, starts_at)
    try:
        await booking.book(
            ask,
            wanted,
            a_permit(),
            booking.Asker(who, "psychologist"),
            appointment_id=uuid4(),
            privacy="neutral",
            hold_id=hold_id,
            now=now(),
        )
    except Refusal as refusal:
        return refusal.code
    return "booked"


def race(url: str, expert_id: UUID, starts_at: datetime, clients: int) -> list[str]:
    async def run() -> list[str]:
        lines = [Lines(url, size=1) for _ in range(clients)]
        for line in lines:
            await line.fetch("SELECT 1")
        said = await asyncio.gather(*(_book(partial(alone, line), expert_id, starts_at) for line in lines))
        for line in lines:
            await line.close()
        return said

    return asyncio.run(run())


class Jostler:
    """Books, holds, confirms, gives back, moves and cancels at random on two days of one expert."""

    def __init__(self, url: str, expert_id: UUID, seed: int) -> None:
        self.lines, self.database = Lines(url, size=2), Database(url, size=2)
        self.ask = Batches(self.lines).book
        self.expert_id, self.chance, self.me = expert_id, random.Random(seed), uuid4()

    def start(self) -> datetime:
        return local_noon(self.chance.choice((3, 4)), hour=8) + timedelta(minutes=15 * self.chance.randrange(28))

    async def book(self) -> str:
        return await _book(self.ask, self.expert_id, self.start())

    async def hold(self) -> int:
        kind = self.chance.choice((FIRST_VIDEO, FOLLOW_VIDEO))
        wanted = booking.Wanted(self.expert_id, kind.id, self.start())
        asker = booking.Asker(self.me, "psychologist")
        kept = await booking.hold(self.lines, wanted, a_permit(visit=kind.visit), asker, now())
        return kept.id

    async def confirm(self) -> str:
        start = self.start()
        wanted = booking.Wanted(self.expert_id, FIRST_VIDEO.id, start)
        kept = await booking.hold(self.lines, wanted, a_permit(), booking.Asker(self.me, "psychologist"), now())
        return await _book(self.ask, self.expert_id, start, hold_id=kept.id, who=self.me)

    async def give_back(self) -> str:
        hold_id = await self.hold()
        async with self.database.transaction() as db:
            return str(await holds.give_back(db, hold_id, self.me, now()) is not None)

    async def let_it_end(self) -> str:
        hold_id = await self.hold()
        async with self.database.transaction() as db:
            await holds.renew(db, hold_id, self.me, now() - timedelta(minutes=6))
        async with self.database.transaction() as db:
            await holds.sweep(db, now())
        return "ended"

    async def move(self) -> str:
        async with self.database.transaction() as db:
            before = await appointments.alone_with(db, await self.one())
            if not before.live:
                return "gone"
            await appointments.move(
                db, before, starts_at=self.start(), type_id=before.type_id, caller=OURSELVES, now=now()
            )
        return "moved"

    async def cancel(self) -> str:
        async with self.database.transaction() as db:
            before = await appointments.alone_with(db, await self.one())
            if not before.live:
                return "gone"
            status = CANCELLED_BY[Party.STAFF]
            await appointments.cancel(db, before, status, reason=None, caller=OURSELVES, now=now())
        return "cancelled"

    async def one(self) -> UUID:
        rows = await self.lines.fetch(
            "SELECT id FROM appointment WHERE expert_id = $1 AND status = 'booked'", self.expert_id
        )
        if not rows:
            raise SlotTaken
        return self.chance.choice(rows)[0]

    async def run(self, times: int) -> Counter[str]:
        done: Counter[str] = Counter()
        for _ in range(times):
            act = self.chance.choice(
                (self.book, self.hold, self.confirm, self.give_back, self.let_it_end, self.move, self.cancel)
            )
            try:
                done[f"{act.__name__} {await act()}"] += 1
            except Refusal as refusal:
                done[refusal.code] += 1
        await self.lines.close()
        await self.database.stop()
        return done


def jostle(url: str, expert_id: UUID, seed: int) -> Counter[str]:
    """Four at once in this process, whatever the other processes do."""

    async def run() -> Counter[str]:
        four = (Jostler(url, expert_id, 10 * seed + number).run(40) for number in range(4))
        return sum(await asyncio.gather(*four), Counter[str]())

    return asyncio.run(run())
