"""What a provider may answer, in the words that every channel shares."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.reminders.domain.entries import Entry


@dataclass(frozen=True)
class Letter:
    """One message as it leaves; `id` is the same at every try, so that a repeat can be recognised."""

    id: UUID
    to: str
    text: str
    entry: Entry | None = None  # a mail may carry one into a calendar


class Refused(Exception):
    """The provider said no; `for_good` when asking again is of no use."""

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__("refused")
        self.for_good = for_good


class NotBegun(Exception):
    """Nobody was asked: the time of the batch was over, and the next one takes it."""


class Unknown(Exception):
    """The provider did not answer in time: it may have taken the message or not."""


class Route(Protocol):
    """One way out."""

    async def send(self, letter: Letter) -> None:
        """Return once the provider has taken it; `Refused` or `Unknown` otherwise."""

    async def send_all(self, letters: Sequence[Letter]) -> list[Exception | None]:
        """What was answered to each letter, in their order; None is a yes. Comes back well within a worker's task."""


LONGEST = 8.0
"""Seconds after which no further letter of a batch is begun: with the last one's own time it stays within a task."""


async def one_by_one(route: Route, letters: Sequence[Letter], *, at_once: int = 16) -> list[Exception | None]:
    """For a provider that takes no batches: some at a time; what was not begun in time was not taken."""
    turns = asyncio.Semaphore(at_once)
    until = time.monotonic() + LONGEST

    async def one(letter: Letter) -> Exception | None:
        async with turns:
            if time.monotonic() > until:
                return NotBegun()
            try:
                await route.send(letter)
            except Exception as answer:
                return answer
        return None

    return list(await asyncio.gather(*(one(letter) for letter in letters)))
