"""Work that falls due: a row with a date, claimed by a tick in its own transaction."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import lasts
from kit.db import AfterCommit, Database
from kit.log import log, new_request_id, request_id, trace_of
from kit.metrics import tick_failures_total


@dataclass(frozen=True)
class Tick:
    """`run` is called every `seconds`; it claims rows with FOR UPDATE SKIP LOCKED, so that any number may run."""

    name: str
    seconds: float
    run: Callable[[AsyncConnection], Awaitable[None]]


async def keep(tick: Tick, database: Database, after: Callable[[AfterCommit], None]) -> None:
    """Until cancelled; a failure is logged and counted, and the next beat tries again."""
    await asyncio.sleep(lasts(random.uniform(0.1, min(tick.seconds, 2.0))))
    while True:
        await beat(tick, database, after)
        await asyncio.sleep(lasts(tick.seconds))


async def beat(tick: Tick, database: Database, after: Callable[[AfterCommit], None]) -> None:
    """One beat of `tick`."""
    token = request_id.set(new_request_id())
    try:
        async with database.transaction() as db:
            await tick.run(db)
            done = db.info.pop("after_commit", None)
        if isinstance(done, AfterCommit):
            after(done)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        tick_failures_total.labels(tick.name).inc()
        log().error("tick failed", tick=tick.name, error=type(error).__name__, exception=trace_of(error))
    finally:
        request_id.reset(token)
