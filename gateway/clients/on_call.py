"""The on-call list and the lines of the SAMU as the gateway asks referral for them."""

from typing import ClassVar
from uuid import UUID

from contracts.on_call import NewSamuLine, NewTurn, OnCall, SamuLine, SamuLines
from gateway.clients.service import ServiceClient


class OnCallList(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def show(self) -> OnCall:
        found: OnCall = await self._call("GET", "/on-call", OnCall)
        return found

    async def add_turn(self, turn: NewTurn, *, key: str) -> OnCall:
        found: OnCall = await self._call("POST", "/on-call/turns", OnCall, turn, key=key)
        return found

    async def end_turn(self, turn_id: UUID) -> OnCall:
        found: OnCall = await self._call("DELETE", f"/on-call/turns/{turn_id}", OnCall)
        return found

    async def test(self, *, key: str) -> OnCall:
        found: OnCall = await self._call("POST", "/on-call/test", OnCall, key=key)
        return found

    async def samu_lines(self) -> list[SamuLine]:
        found: SamuLines = await self._call("GET", "/samu-lines", SamuLines)
        return found.lines

    async def samu_line(self, department: str) -> SamuLine:
        found: SamuLine = await self._call("GET", f"/samu-lines/{department}", SamuLine)
        return found

    async def keep_samu_line(self, department: str, line: NewSamuLine) -> SamuLine:
        kept: SamuLine = await self._call("PUT", f"/samu-lines/{department}", SamuLine, line)
        return kept

    async def forget_samu_line(self, department: str) -> None:
        await self._call("DELETE", f"/samu-lines/{department}")
