"""What falls due by the clock: asking for due messages, measuring those that left, forgetting."""

from typing import Protocol

from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import now
from kit.metrics import REGISTRY
from services.reminders.store import entries, forgetting, sending

A_JOB_TAKES = 50

lateness_seconds = Histogram(
    "reminder_lateness_seconds",
    "From the date of a message to its provider's yes.",
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 900, 3600),
)
duplicates_total = Counter(
    "reminder_duplicates_total", "Messages that may have left twice, after a kill or a silence.", registry=REGISTRY
)


class Queue(Protocol):
    """Where jobs are asked for."""

    async def job(self, service: str, name: str) -> None:
        """Ask the service's worker for one of its jobs, now."""


class Ask:
    """Asks the worker for its job when something is due; any number of schedulers may, each row leaves once."""

    def __init__(self, broker: Queue) -> None:
        self._broker = broker

    async def __call__(self, db: AsyncConnection) -> None:
        """One look."""
        due = await sending.ask(db, now())
        for _ in range(-(-due // A_JOB_TAKES)):
            await self._broker.job("reminders", "send_due")


async def measure(db: AsyncConnection) -> None:
    """Read from the rows what workers cannot show: their process has no page of metrics."""
    for late, repeats in await sending.measure(db):
        lateness_seconds.observe(late)
        duplicates_total.inc(repeats)


async def tell_entries(db: AsyncConnection) -> None:
    """Keep professionals' own calendars true to their appointments."""
    await entries.tell(db, now())


async def forget(db: AsyncConnection) -> None:
    """Contacts whose date has come."""
    await forgetting.forget(db, now())
    await entries.forget(db, now())
