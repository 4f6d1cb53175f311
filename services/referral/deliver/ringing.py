"""Rings for urgent actions, from inside referral's own process: only PostgreSQL and a telephone provider stand
between a gesture and a ring (care.md 3)."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any

from kit.clock import lasts, now
from kit.db import AfterCommit, Database
from kit.log import log
from kit.outbox import nudge
from kit.vault import Vault
from services.referral.deliver.ports import Port
from services.referral.domain import on_call as duty
from services.referral.domain import urgent
from services.referral.store import on_call
from services.referral.store import urgent as store
from services.referral.store.on_call import ClaimedTest
from services.referral.store.urgent import Claimed

SWEEP_SECONDS = 2.0
WRITERS = 6
"""Rings written down at the same time: hundreds end together when hundreds are raised, and none may give up waiting."""


class Ringer:
    """Woken by each gesture, and every 2 s for whatever fell due or was left by a process that died."""

    def __init__(
        self, database: Database, port: Port, *, vault: Vault, public_url: str, after: Callable[[AfterCommit], None]
    ) -> None:
        self.database = database
        self.vault = vault
        self.port = port
        self.link = f"{public_url.rstrip('/')}/alerte"
        self.after = after
        self._awake = asyncio.Event()
        self._ringing: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Semaphore(WRITERS)

    def wake(self) -> None:
        """Something is to be rung now."""
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled; nothing stops it but the end of the process. What one before it left is rung at once."""
        left: datetime | None = now()
        self.wake()
        while True:
            try:
                async with asyncio.timeout(lasts(SWEEP_SECONDS)):
                    await self._awake.wait()
            except TimeoutError:
                pass
            self._awake.clear()
            try:
                await self.once(left=left)
                left = None
            except Exception as error:
                log().error("ringing failed", error=type(error).__name__)
                await asyncio.sleep(0.5)
                self.wake()

    async def once(self, *, left: datetime | None = None) -> int:
        """Write the rings that are due, take them up, and make them; how many. `left`: as of `store.claim`."""
        instant = now()
        async with self.database.transaction() as db:
            actions = await store.open_actions(db, claim=True)
            posts = await on_call.ladder(db, now=instant) if actions else []
            made = await store.attempts_of(db, [action.id for action in actions]) if actions else {}
            for action in actions:
                due = urgent.rings_due(action, posts, made.get(action.id, []), now=instant)
                await store.write_rings(db, action.id, due, posts, now=instant)
                if due:
                    await nudge(db, f"urgent:{action.id}")
            claimed = await store.claim(db, self.vault, now=instant, left=left)
            tests = await on_call.claim_tests(db, now=instant)
            done = db.info.pop("after_commit", None)
        self._finish(done)
        for ring in claimed:
            self._spawn(self._ring(ring))
        for test in tests:
            self._spawn(self._test(test))
        return len(claimed)

    async def settled(self) -> None:
        """Wait until the rings under way are over."""
        while self._ringing:
            await asyncio.gather(*self._ringing, return_exceptions=True)

    def call_off(self, told: Iterable[tuple[str, str]]) -> None:
        """Tell those who were rung that there is nothing to do."""
        for channel, number in told:
            self._spawn(self._call_off(channel, number))

    async def _call_off(self, channel: str, number: str) -> None:
        await self.port.send(channel, number, title=urgent.TITLE, body=urgent.CALLED_BACK)

    async def _ring(self, ring: Claimed) -> None:
        body = urgent.WORDS[ring.channel].format(link=f"{self.link}#{ring.secret}")
        taken = await self.port.send(ring.channel, ring.number, title=urgent.TITLE, body=body)
        async with self._writing, self.database.transaction() as db:
            await store.ended(db, ring.attempt_id, taken=taken, now=now())
            await nudge(db, f"urgent:{ring.urgent_action_id}")
            done = db.info.pop("after_commit", None)
        self._finish(done)
        if not taken:
            self.wake()  # the next person, at once

    async def _test(self, test: ClaimedTest) -> None:
        """A silent test: words that say so; the voice provider is only asked whether it is there."""
        if test.channel in duty.TEST_CHANNELS:
            taken = await self.port.send(test.channel, test.number, title=duty.TEST_TITLE, body=duty.TEST_WORDS)
        else:
            taken = await self.port.answers(test.channel)
        async with self._writing, self.database.transaction() as db:
            await on_call.tested(db, test.id, "taken" if taken else "refused", now=now())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    def _finish(self, done: object) -> None:
        if isinstance(done, AfterCommit):
            self.after(done)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:
        log().error("a ring was not written down", error=type(error).__name__)
