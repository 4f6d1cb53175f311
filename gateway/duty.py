"""The number of the post for every page of the team: asked every few seconds, remembered when nobody answers."""

import time
from contextlib import suppress
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
        """Who is rung first; while referral is away, whoever it last was.

        One page at a time asks: were each of them to wait for a referral that does not answer, none would come.
        """
        if self._told is None or time.monotonic() - self._at > FRESH_SECONDS:
            self._at = time.monotonic()
            with suppress(PeerAway, PeerProblem, Refusal):
                self._told = await house.urgent.on_duty()
        return self._told
