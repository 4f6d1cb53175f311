"""The Celery side of a service: events delivered once in effect, and the jobs that its ticks ask for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
import redis.asyncio as redis
import uvloop
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_process_init, worker_shutdown
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import Event
from kit import log as logs
from kit.broker import TASK_SECONDS, Broker, celery_app
from kit.db import AfterCommit, Database
from kit.log import log, request_id, trace_of
from kit.metrics import unheard_total
from kit.relay import Relay, event_kind
from kit.settings import ServiceSettings
from kit.tables import unheard

Listener = Callable[[AsyncConnection, Any], Awaitable[None]]
Together = Callable[[AsyncConnection, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Hears at once what its listener would one after another, and gives back those that are left to the listener."""
MAX_TRIES = 5
HEAR_SECONDS = TASK_SECONDS - 5
BACK_SECONDS = 1.0
"""Before events go back to their queue while nothing can be written."""

NEW_ONES = text(
    "INSERT INTO inbox (event_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING RETURNING event_id"
)

FORGET_UNHEARD = text("DELETE FROM unheard WHERE event_id = ANY(CAST(:ids AS uuid[]))")


class Listening:
    """What one service's worker holds: made inside the process's one event loop."""

    def __init__(self, service: "Service", settings: ServiceSettings) -> None:
        self.service = service
        self.settings: Any = settings
        self.database = Database(settings.database_url, size=4, application=f"{service.name}-worker")
        self.redis: redis.Redis = redis.from_url(settings.redis_url, socket_connect_timeout=0.5, socket_timeout=2)
        self.relay = Relay(service.name, self.database, Broker(settings.redis_url), self.redis)
        self.things: dict[str, Any] = {}

    async def after(self, done: AfterCommit | None) -> None:
        """Hand over at once what a listener told; the web process's relay would do it within a second."""
        if done is None:
            return
        if done.nudges:
            self.relay.publish(done.nudges)
        if done.told:
            try:
                await self.relay.once()
            except Exception as error:
                log().warning("relay waits", error=type(error).__name__)


@dataclass(frozen=True)
class Service:
    """What a service's worker.py declares: its settings' shape, its listeners by event, its jobs by name."""

    name: str
    settings: Callable[[], ServiceSettings]
    listeners: Mapping[type[Event], Listener]
    jobs: Mapping[str, Callable[..., Awaitable[Any]]] = field(default_factory=dict)  # (Listening, **arguments)
    start: Callable[[Listening], Awaitable[None]] | None = None
    together: Mapping[type[Event], Together] = field(default_factory=dict)


async def deliver_all(listening: Listening, letters: Sequence[dict[str, Any]]) -> None:
    """Hear a batch; one that is too slow as a whole is kept, to be tried again event by event."""
    try:
        async with asyncio.timeout(HEAR_SECONDS):
            await hear(listening, letters)
    except TimeoutError as error:
        for letter in letters:
            await _put_aside(listening, letter, error)


async def hear(listening: Listening, letters: Sequence[dict[str, Any]]) -> None:
    """Run the listeners of a batch in one transaction; when one fails, each event in its own."""
    try:
        await _hear(listening, letters)
    except Exception as error:
        if len(letters) == 1:
            await _put_aside(listening, letters[0], error)
            return
        for letter in letters:
            await hear(listening, [letter])


async def _hear(listening: Listening, letters: Sequence[dict[str, Any]]) -> None:
    listeners = listening.service.listeners
    async with listening.database.transaction() as db:
        ids = [letter["event_id"] for letter in letters]
        fresh = {str(one) for one in (await db.execute(NEW_ONES, {"ids": ids})).scalars()}
        heard = [letter for letter in letters if letter["event_id"] in fresh]
        for name, run in groupby(heard, key=lambda letter: str(letter["kind"])):
            kind = event_kind(name)
            if kind in listeners:
                await _hear_run(listening.service, db, kind, list(run))
        await db.execute(FORGET_UNHEARD, {"ids": ids})
        done = db.info.pop("after_commit", None)
    await listening.after(done)


async def _hear_run(
    service: "Service", db: AsyncConnection, kind: type[Event], letters: Sequence[dict[str, Any]]
) -> None:
    """Events of one kind that came in a row: together where the service can, the others one after another."""
    told = [(letter, msgspec.convert(letter["payload"], kind)) for letter in letters]
    together = service.together.get(kind)
    if together is not None and len(told) > 1:
        left = {id(event) for event in await together(db, [event for _, event in told])}
        told = [(letter, event) for letter, event in told if id(event) in left]
    for letter, event in told:
        token = request_id.set(letter.get("request_id"))
        try:
            await service.listeners[kind](db, event)
        finally:
            request_id.reset(token)


async def _put_aside(listening: Listening, letter: dict[str, Any], error: Exception) -> None:
    """A listener failed on this event: it is kept and tried again, while the others flow."""
    unheard_total.labels(letter["kind"]).inc()
    log().error("not heard", kind=letter["kind"], error=type(error).__name__, exception=trace_of(error))
    async with listening.database.transaction() as db:
        row = {
            "event_id": UUID(letter["event_id"]),
            "kind": letter["kind"],
            "payload": letter["payload"],
            "request_id": letter.get("request_id"),
            "error": type(error).__name__,
            "next_at": text("now() + interval '10 seconds'"),
        }
        again = insert(unheard).values(row)
        tries = unheard.c.tries + 1
        await db.execute(
            again.on_conflict_do_update(
                index_elements=["event_id"],
                set_={
                    "tries": tries,
                    "error": row["error"],
                    "next_at": text(
                        f"CASE WHEN unheard.tries + 1 < {MAX_TRIES} "
                        "THEN now() + interval '1 minute' * unheard.tries END"
                    ),
                },
            )
        )


def build(services: Sequence[Service], redis_url: str, log_level: str = "info") -> Celery:
    """One Celery app for the queues of `services`; one event loop per worker process, kept for its life.

    `asyncio.run()` per task with a shared engine failed 38 of 40; one Runner per process, engine made inside it,
    40 of 40.
    """
    app = celery_app(redis_url)
    loops = _Loops(services)
    for one in services:
        _register(app, one, loops)

    def begin(**_: Any) -> None:
        logs.start("+".join(one.name for one in services) if len(services) == 1 else "worker", log_level)

    worker_process_init.connect(begin, weak=False)
    worker_shutdown.connect(loops.close, weak=False)
    logs.start("worker", log_level)
    return app


def _register(app: Celery, service: Service, loops: "_Loops") -> None:
    limits = {"soft_time_limit": TASK_SECONDS, "time_limit": TASK_SECONDS + 5}

    def deliver(letters: list[dict[str, Any]]) -> None:
        try:
            loops.run(service, lambda listening: deliver_all(listening, letters))
        except Exception as error:  # not even what failed could be kept: the database is away
            log().warning("events wait", service=service.name, count=len(letters), error=type(error).__name__)
            time.sleep(BACK_SECONDS)
            raise Reject(requeue=True) from error  # any other error counts as heard: the broker would forget them

    app.task(name=f"{service.name}.deliver", **limits)(deliver)

    for name, job in service.jobs.items():

        def do(job: Callable[..., Awaitable[Any]] = job, **arguments: Any) -> None:
            loops.run(service, lambda listening: job(listening, **arguments))

        app.task(name=f"{service.name}.{name}", **limits)(do)


class _Loops:
    """The process's event loop and what each service holds in it, made at the first task."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self._runner: asyncio.Runner | None = None
        self._listening: dict[str, Listening] = {}

    def run(self, service: Service, work: Callable[[Listening], Awaitable[Any]]) -> None:
        if self._runner is None:
            self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._runner.run(self._do(service, work))

    async def _do(self, service: Service, work: Callable[[Listening], Awaitable[Any]]) -> None:
        listening = self._listening.get(service.name)
        if listening is None:
            listening = Listening(service, service.settings())
            if service.start is not None:
                await service.start(listening)
            self._listening[service.name] = listening
        async with asyncio.timeout(TASK_SECONDS):
            await work(listening)

    def close(self, **_: Any) -> None:
        """End the loop with its connections."""
        if self._runner is None:
            return

        async def stop() -> None:
            for one in self._listening.values():
                await one.redis.aclose()
                await one.database.stop()

        self._runner.run(stop())
        self._runner.close()
        self._runner = None
