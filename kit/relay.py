"""From the outbox to the broker: one Celery message per listener and batch; and nudges to live pages."""

import asyncio
import time
from typing import Any

import redis.asyncio as redis
from sqlalchemy import func, select, text

from contracts import events
from contracts.events import LISTENERS, Event
from kit.broker import Broker
from kit.db import AfterCommit, Database
from kit.log import log
from kit.metrics import outbox_oldest_age_seconds, outbox_rows
from kit.tables import outbox

BATCH = 500
AGAIN = 50  # what was too slow as a whole comes back in parts that are not
SWEEP_SECONDS = 1.0
GATHER_SECONDS = 0.02  # events of the same instants leave together
GATHER_LONGER = 0.8  # in a flood: each message, and the transaction that hears it, has a price of its own
FLOOD = 5

HEARD_BY = {kind.__name__: services for kind, services in LISTENERS.items()}

TAKE = text(
    """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    ) RETURNING id, event_id, kind, payload, request_id
    """
)
TAKE_UNHEARD = text(
    """
    UPDATE unheard SET next_at = now() + interval '1 minute' * (tries + 1)
    WHERE event_id IN (
        SELECT event_id FROM unheard WHERE next_at <= now() LIMIT :batch FOR UPDATE SKIP LOCKED
    ) RETURNING event_id, kind, payload, request_id
    """
)


def event_kind(name: str) -> type[Event]:
    """The event class called `name`."""
    found: type[Event] = getattr(events, name)
    return found


class Relay:
    """Runs inside the service's own process; any number of them may run, each row leaves once."""

    def __init__(self, service: str, database: Database, broker: Broker, nudges: redis.Redis) -> None:
        self.service = service
        self.database = database
        self.broker = broker
        self.nudges = nudges
        self._wake = asyncio.Event()
        self._waiting_nudges: dict[str, None] = {}
        self._publishing: asyncio.Task[None] | None = None

    def after(self, done: AfterCommit) -> None:
        """Called after each commit: never waits for Redis (an urgent action must not)."""
        if done.told:
            self._wake.set()
        if done.nudges:
            self.publish(done.nudges)

    def publish(self, names: list[str]) -> None:
        """Send nudges in the background; those that come while others leave go together."""
        self._waiting_nudges.update(dict.fromkeys(names))
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish())

    def wake(self) -> None:
        """There is something in the outbox."""
        self._wake.set()

    async def _publish(self) -> None:
        while self._waiting_nudges:
            await asyncio.sleep(GATHER_SECONDS)
            names = list(self._waiting_nudges)
            self._waiting_nudges.clear()
            try:
                async with asyncio.timeout(1), self.nudges.pipeline(transaction=False) as together:
                    for name in names:
                        channel, _, ids = name.partition(" ")
                        together.publish(channel, ids)
                    await together.execute()
            except Exception as error:
                log().debug("nudges lost", error=type(error).__name__)  # pages ask again every 15 s

    async def run(self) -> None:
        """Until cancelled: hand over what waits, woken by commits and once a second."""
        gather, tried_again = GATHER_SECONDS, 0.0
        while True:
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
                await asyncio.sleep(gather)
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                while (handed := await self.once()) == BATCH:
                    pass
                gather = GATHER_LONGER if handed > FLOOD else GATHER_SECONDS
                if time.monotonic() - tried_again >= SWEEP_SECONDS:
                    tried_again = time.monotonic()
                    await self._again()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log().warning("relay waits", error=type(error).__name__)
                await asyncio.sleep(1)

    async def once(self) -> int:
        """Hand over one batch; publishing comes before the commit, so a kill in between repeats, never loses."""
        async with self.database.engine.connect() as db, db.begin():
            rows = (await db.execute(TAKE, {"batch": BATCH})).all()
            if rows:
                rows = sorted(rows, key=lambda row: row.id)
                by_listener: dict[str, list[dict[str, Any]]] = {}
                for row in rows:
                    for listener in HEARD_BY.get(row.kind, ()):
                        by_listener.setdefault(listener, []).append(_letter(row))
                await self.broker.deliver(by_listener)
        return len(rows)

    async def _again(self) -> None:
        async with self.database.engine.connect() as db, db.begin():
            rows = (await db.execute(TAKE_UNHEARD, {"batch": AGAIN})).all()
            if rows:
                await self.broker.deliver({self.service: [_letter(row) for row in rows]})

    async def measure(self) -> None:
        """Refresh the outbox gauges; run when `/metrics` is asked."""
        async with self.database.engine.connect() as db:
            age = func.coalesce(func.extract("epoch", func.now() - func.min(outbox.c.at)), 0)
            count, oldest = (await db.execute(select(func.count(), age).select_from(outbox))).one()
        outbox_rows.set(count)
        outbox_oldest_age_seconds.set(float(oldest))


def _letter(row: Any) -> dict[str, Any]:
    return {
        "event_id": str(row.event_id),
        "kind": row.kind,
        "payload": row.payload,
        "request_id": row.request_id,
    }
