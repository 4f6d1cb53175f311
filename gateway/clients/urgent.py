"""Urgent action as the gateway calls it: the gesture, the rings, what saves a life, the hand-over and the end."""

from typing import ClassVar
from uuid import UUID

from contracts.urgent import (
    Acknowledge,
    BreakGlass,
    Duty,
    Glass,
    Glasses,
    GlassReading,
    GlassReadings,
    HandOver,
    NewUrgentAction,
    OpenDetails,
    UrgentAction,
    UrgentActions,
    UrgentDetails,
    UrgentTold,
    Verdict,
)
from gateway.clients.service import ServiceClient


class Urgent(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def on_duty(self) -> Duty:
        duty: Duty = await self._call("GET", "/on-duty", Duty)
        return duty

    async def alert(self, action: NewUrgentAction, *, key: str) -> UrgentAction:
        raised: UrgentAction = await self._call("POST", "/urgent-actions", UrgentAction, action, key=key)
        return raised

    async def unclosed(self) -> list[UrgentAction]:
        found: UrgentActions = await self._call("GET", "/urgent-actions", UrgentActions)
        return found.actions

    async def one(self, action_id: UUID) -> UrgentAction:
        found: UrgentAction = await self._call("GET", f"/urgent-actions/{action_id}", UrgentAction)
        return found

    async def acknowledge(self, secret: str) -> None:
        await self._call("POST", "/urgent-actions/ack", None, Acknowledge(secret))

    async def move(self, action_id: UUID, gesture: str, *, key: str) -> UrgentAction:
        """`take`, `confirm`, `end`, `reopen`, `review` or `call-back`."""
        path = f"/urgent-actions/{action_id}/{gesture}"
        moved: UrgentAction = await self._call("POST", path, UrgentAction, key=key)
        return moved

    async def hand_over(self, action_id: UUID, to: str, *, key: str) -> UrgentAction:
        path = f"/urgent-actions/{action_id}/hand-over"
        moved: UrgentAction = await self._call("POST", path, UrgentAction, HandOver(to), key=key)
        return moved

    async def tell(self, action_id: UUID, told: UrgentTold) -> None:
        await self._call("PATCH", f"/urgent-actions/{action_id}/details", None, told)

    async def details(self, action_id: UUID) -> UrgentDetails:
        """For whoever raised it, while it lasts."""
        found: UrgentDetails = await self._call("GET", f"/urgent-actions/{action_id}/details", UrgentDetails)
        return found

    async def open_details(self, action_id: UUID, factor: str, *, key: str) -> UrgentDetails:
        path = f"/urgent-actions/{action_id}/details/open"
        found: UrgentDetails = await self._call("POST", path, UrgentDetails, OpenDetails(factor), key=key)
        return found

    async def glasses(self, action_id: UUID) -> list[Glass]:
        found: Glasses = await self._call("GET", f"/urgent-actions/{action_id}/glass", Glasses)
        return found.asked

    async def break_glass(self, action_id: UUID, reason: str, *, key: str) -> list[Glass]:
        path = f"/urgent-actions/{action_id}/glass"
        asked: Glasses = await self._call("POST", path, Glasses, BreakGlass(reason), key=key)
        return asked.asked

    async def readings(self) -> list[GlassReading]:
        """Those that wait for the privacy officer."""
        found: GlassReadings = await self._call("GET", "/readings", GlassReadings)
        return found.readings

    async def review_reading(self, glass_id: UUID, verdict: str, *, key: str) -> list[GlassReading]:
        path = f"/readings/{glass_id}/review"
        left: GlassReadings = await self._call("POST", path, GlassReadings, Verdict(verdict), key=key)
        return left.readings

    async def allow_glass(self, action_id: UUID, glass_id: UUID, *, key: str) -> list[Glass]:
        path = f"/urgent-actions/{action_id}/glass/{glass_id}/allow"
        asked: Glasses = await self._call("POST", path, Glasses, key=key)
        return asked.asked
