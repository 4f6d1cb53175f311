"""Series and a third person, as the gateway asks booking."""

from typing import ClassVar
from uuid import UUID

from contracts.together import Beside, NewGuest, NewSeries, Series
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
