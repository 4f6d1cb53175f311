"""Call-backs as the gateway asks referral for them, for the desk, for a person with a code, and for anyone."""

from typing import ClassVar
from uuid import UUID

from contracts.call_backs import (
    AttemptMade,
    CallBack,
    CallBackBegun,
    CallBackChange,
    CallBacks,
    CallBackStart,
    ClaimedCallBack,
    NewCallBack,
)
from gateway.clients.service import ServiceClient


class CallBackQueue(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def begin(self, start: CallBackStart, *, key: str) -> CallBackBegun:
        begun: CallBackBegun = await self._call("POST", "/call-backs/begin", CallBackBegun, start, key=key)
        return begun

    async def ask(self, new: NewCallBack, *, key: str) -> CallBack:
        asked: CallBack = await self._call("POST", "/call-backs", CallBack, new, key=key)
        return asked

    async def queue(self) -> list[CallBack]:
        found: CallBacks = await self._call("GET", "/call-backs", CallBacks)
        return found.call_backs

    async def mine(self) -> CallBack | None:
        found: CallBacks = await self._call("GET", "/call-backs/mine", CallBacks)
        return found.call_backs[0] if found.call_backs else None

    async def change_mine(self, change: CallBackChange) -> CallBack:
        changed: CallBack = await self._call("PATCH", "/call-backs/mine", CallBack, change)
        return changed

    async def cancel_mine(self) -> None:
        await self._call("DELETE", "/call-backs/mine")

    async def claim(self, call_back_id: UUID, *, key: str) -> ClaimedCallBack:
        path = f"/call-backs/{call_back_id}/claim"
        claimed: ClaimedCallBack = await self._call("POST", path, ClaimedCallBack, key=key)
        return claimed

    async def release(self, call_back_id: UUID, *, key: str) -> CallBack:
        freed: CallBack = await self._call("POST", f"/call-backs/{call_back_id}/release", CallBack, key=key)
        return freed

    async def attempt(self, call_back_id: UUID, outcome: str, *, key: str) -> CallBack:
        path = f"/call-backs/{call_back_id}/attempts"
        after: CallBack = await self._call("POST", path, CallBack, AttemptMade(outcome), key=key)
        return after

    async def close(self, call_back_id: UUID, *, key: str) -> CallBack:
        over: CallBack = await self._call("POST", f"/call-backs/{call_back_id}/close", CallBack, key=key)
        return over
