"""The line of a consultation and the number of a person, each at its hour, as the gateway asks referral."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from contracts.choices import Line, NumberPermit
from contracts.referral import ExpertCard, ExpertCards
from gateway.clients.service import ServiceClient


class Practices(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def mine(self) -> Line:
        line: Line = await self._call("GET", "/me/practice", Line)
        return line

    async def keep(self, line: Line) -> Line:
        kept: Line = await self._call("PUT", "/me/practice", Line, line)
        return kept

    async def line(self, appointment_id: UUID) -> Line:
        line: Line = await self._call("GET", f"/appointments/{appointment_id}/line", Line)
        return line

    async def number(self, appointment_id: UUID, *, key: str) -> str:
        """A permit that shows the number to this professional now."""
        path = f"/appointments/{appointment_id}/number"
        permit: NumberPermit = await self._call("POST", path, NumberPermit, key=key)
        return permit.permit

    async def proposed(self, ids: Sequence[UUID]) -> dict[UUID, ExpertCard]:
        """Who those are whose hours are proposed."""
        if not ids:
            return {}
        found: ExpertCards = await self._call("GET", "/experts/proposed", ExpertCards, query={"ids": list(ids)})
        return {card.id: card for card in found.experts}
