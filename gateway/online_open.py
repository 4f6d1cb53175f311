"""Whether an hour can be taken without a call, for the front page: asked now and then, closed when nobody answers."""

import asyncio
import time
from typing import TYPE_CHECKING

from kit.http import PeerAway, PeerProblem

if TYPE_CHECKING:
    from gateway.house import House

FRESH_SECONDS = 30.0
PATIENCE_SECONDS = 0.5
"""The front page leads to the telephone first: it never waits for this."""


class KnownOnline:
    """One per process; where a programme opens it is nobody's secret."""

    def __init__(self) -> None:
        self._open = False
        self._until = 0.0

    async def somewhere(self, house: "House") -> bool:
        """A programme opens it in one département at least; while referral is away, no."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + FRESH_SECONDS
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    self._open = bool(await house.online.places())
            except (TimeoutError, PeerAway, PeerProblem):
                self._open = False
        return self._open
