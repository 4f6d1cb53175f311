"""Waiting for an hour and choosing another, as the gateway asks booking."""

from typing import ClassVar
from uuid import UUID

from contracts.booking import Appointment, Slot, Slots
from contracts.choices import Elsewhere, Otherwise
from contracts.waiting import NewWaiting, Waiting, WaitingList
from gateway.clients.service import ServiceClient


class WaitingRoom(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def entries(self, case_id: UUID | None = None) -> list[Waiting]:
        """A person's own; for the desk everyone's, or one case's."""
        found: WaitingList = await self._call("GET", "/waiting", WaitingList, query={"case_id": case_id})
        return found.entries

    async def join(self, wish: NewWaiting, *, key: str) -> Waiting:
        entry: Waiting = await self._call("POST", "/waiting", Waiting, wish, key=key)
        return entry

    async def leave(self, entry_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/waiting/{entry_id}/leave", key=key)

    async def accept(self, offer_id: UUID, *, key: str) -> Appointment:
        booked: Appointment = await self._call("POST", f"/waiting-offers/{offer_id}/accept", Appointment, key=key)
        return booked

    async def decline(self, offer_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/waiting-offers/{offer_id}/decline", WaitingList, key=key)

    async def other_hours(self, appointment_id: UUID) -> list[Slot]:
        found: Slots = await self._call("GET", f"/appointments/{appointment_id}/other-hours", Slots)
        return found.slots

    async def elsewhere(
        self, appointment_id: UUID, hour: Elsewhere, *, key: str, version: int | None = None
    ) -> Appointment:
        path = f"/appointments/{appointment_id}/elsewhere"
        moved: Appointment = await self._call("POST", path, Appointment, hour, key=key, version=version)
        return moved

    async def otherwise(self, appointment_id: UUID, how: Otherwise, *, key: str) -> Appointment:
        path = f"/appointments/{appointment_id}/otherwise"
        changed: Appointment = await self._call("POST", path, Appointment, how, key=key)
        return changed
