"""News after a consultation as the gateway asks referral for it."""

from typing import ClassVar
from uuid import UUID

from contracts.follow_ups import FollowUp, FollowUpAnswer, FollowUps, HandedOver, HandedOvers
from gateway.clients.service import ServiceClient


class News(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def of_expert(self) -> list[FollowUp]:
        found: FollowUps = await self._call("GET", "/follow-ups", FollowUps)
        return found.follow_ups

    async def mine(self) -> list[FollowUp]:
        found: FollowUps = await self._call("GET", "/follow-ups/mine", FollowUps)
        return found.follow_ups

    async def answer(self, appointment_id: UUID, side: str, answer: str, *, key: str) -> None:
        """`side` is person or expert."""
        await self._call("POST", f"/follow-ups/{appointment_id}/{side}", None, FollowUpAnswer(answer), key=key)

    async def handed_over(self) -> list[HandedOver]:
        found: HandedOvers = await self._call("GET", "/handed-over", HandedOvers)
        return found.handed_over
