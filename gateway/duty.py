"""The number of the post for every page of the team: asked every few seconds, remembered when nobody answers."""

import time
from typing import TYPE_CHECKING

from contracts.urgent import Duty
from kit.errors import Refusal
from kit.http import PeerAway, PeerProblem

if TYPE_CHECKING:
    from gateway.house import House

FRESH_SECONDS = 4.0


class KnownDuty:
    """One per process; a number of a post is nobody's secret."""

    def __init__(self) -> None:
        self._told: Duty | None = None
        self._at = 0.0

    async def now(self, house: "House") -> Duty | None:
        """Who is rung first; while referral is away, whoever it last was."""
        if self._told is None or time.monotonic() - self._at > FRESH_SECONDS:
            try:
                self._told, self._at = await house.urgent.on_duty(), time.monotonic()
            except (PeerAway, PeerProblem, Refusal):
                return self._told
        return self._told
