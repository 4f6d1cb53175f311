"""Series, a third person and groups, as the gateway asks booking."""

from typing import ClassVar
from uuid import UUID

from contracts.groups import Seated, Seating
from contracts.together import Beside, Group, Groups, NewGroup, NewGuest, NewSeries, Place, Series, TakeSeat
from gateway.clients.service import ServiceClient


class Together(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def series(self, appointment_id: UUID, wanted: NewSeries, *, key: str) -> Series:
        path = f"/appointments/{appointment_id}/series"
        made: Series = await self._call("POST", path, Series, wanted, key=key)
        return made

    async def third(self, appointment_id: UUID, guest: NewGuest, *, key: str) -> Beside:
        path = f"/appointments/{appointment_id}/professionals"
        beside: Beside = await self._call("POST", path, Beside, guest, key=key)
        return beside

    async def leave_beside(self, appointment_id: UUID, *, key: str) -> Beside:
        path = f"/appointments/{appointment_id}/professionals/leave"
        beside: Beside = await self._call("POST", path, Beside, key=key)
        return beside

    async def groups(self) -> list[Group]:
        """Those that are listed, and one's own; for the team all of them."""
        found: Groups = await self._call("GET", "/groups", Groups)
        return found.groups

    async def listed(self) -> list[Group]:
        """Those that anyone may join, as anyone sees them."""
        found: Groups = await self._peer.call("GET", "/groups", Groups)
        return found.groups

    async def open_group(self, wanted: NewGroup, *, key: str) -> Group:
        made: Group = await self._call("POST", "/groups", Group, wanted, key=key)
        return made

    async def places(self, group_id: UUID) -> list[Seated]:
        found: Seating = await self._call("GET", f"/groups/{group_id}/places", Seating)
        return found.places

    async def take(self, group_id: UUID, seat: TakeSeat, *, key: str) -> Place:
        """By one's code, by the desk for a case, or for oneself in supervision."""
        place: Place = await self._call("POST", f"/groups/{group_id}/places", Place, seat, key=key)
        return place

    async def take_alone(self, group_id: UUID, seat: TakeSeat, *, key: str) -> Place:
        """Without a call: no token, the permit says for which case."""
        headers = {"idempotency-key": key}
        place: Place = await self._peer.call("POST", f"/groups/{group_id}/places", Place, seat, headers=headers)
        return place

    async def leave(self, group_id: UUID, *, key: str) -> Place:
        place: Place = await self._call("POST", f"/groups/{group_id}/leave", Place, key=key)
        return place
