"""A connection that carries nothing: a browser in the waiting room tries its way here before it is needed."""

import asyncio
from contextlib import suppress
from typing import Any

from contracts.video import FromBrowser, FromServer
from services.video.rtc import sdp
from services.video.rtc.leg import Leg
from services.video.rtc.lines import LARGEST_DESCRIPTION, Line, NotUnderstood

LASTS = 12.0  # seconds
MOST = 12  # trials of one socket


class Trials:
    """One trial at a time for each socket; it ends by itself."""

    def __init__(self, line: Line, public_address: str | None) -> None:
        self._line = line
        self._public_address = public_address
        self._leg: Leg | None = None
        self._ending: asyncio.Task[None] | None = None
        self._made = 0

    async def heard(self, message: FromBrowser) -> bool:
        """True when this message was about a trial."""
        if message.kind == "trial":
            await self._begin()
        elif self._leg is None or message.leg != self._leg.id:
            return False
        elif message.kind == "answer":
            self._accept(self._leg, message.sdp or "")
        elif message.kind == "candidate":
            for line in message.data.get("candidates", [])[: sdp.MOST_CANDIDATES]:
                await self._leg.add_candidate(str(line)[:512])
        return True

    async def close(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.gather(self._ending, return_exceptions=True)
            self._ending = None
        leg, self._leg = self._leg, None
        if leg is not None:
            await leg.close()

    async def _begin(self) -> None:
        self._made += 1
        if self._made > MOST:
            raise NotUnderstood("too many trials")
        await self.close()
        self._leg = Leg(received=_nothing, changed=_nothing, public_address=self._public_address)
        offer = await self._leg.offer()
        self._line.put(FromServer(kind="trial", sdp=offer, leg=self._leg.id))
        self._ending = asyncio.create_task(self._end_of(self._leg))

    def _accept(self, leg: Leg, text: str) -> None:
        if len(text) > LARGEST_DESCRIPTION:
            raise NotUnderstood("too long a description")
        with suppress(sdp.BadDescription):
            leg.accept(sdp.read_answer(text))

    async def _end_of(self, leg: Leg) -> None:
        await asyncio.sleep(LASTS)
        if self._leg is leg:
            self._leg = None
            await leg.close()


def _nothing(*_: Any) -> Any:
    """Nothing passes here."""
    return None
