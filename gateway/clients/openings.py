"""Opening rules, consultation types and reasons of booking, as the gateway calls them."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, ClassVar
from uuid import UUID

from contracts.booking import ConsultationType
from contracts.openings import (
    DailyLimit,
    Explanation,
    OpeningRules,
    OwnMinutes,
    OwnType,
    OwnTypes,
    Preview,
    RuleEdit,
    TypeEdit,
)
from gateway.clients.service import ServiceClient


class OpeningHours(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def rules(self, expert_id: UUID) -> OpeningRules:
        found: OpeningRules = await self._call("GET", f"/experts/{expert_id}/opening-rules", OpeningRules)
        return found

    async def tell_anew(self, expert_id: UUID, rule_id: UUID, edit: RuleEdit, *, version: int | None) -> OpeningRules:
        path = f"/experts/{expert_id}/opening-rules/{rule_id}"
        told: OpeningRules = await self._call("PUT", path, OpeningRules, edit, version=version)
        return told

    async def end(self, expert_id: UUID, rule_id: UUID, *, since: date | None, version: int | None) -> None:
        path = f"/experts/{expert_id}/opening-rules/{rule_id}"
        await self._call("DELETE", path, query={"since": since}, version=version)

    async def preview(
        self,
        expert_id: UUID,
        *,
        first_day: date,
        starts: time,
        ends: time,
        rrule: str,
        types: Sequence[UUID] = (),
        rule: UUID | None = None,
    ) -> Preview:
        query: dict[str, Any] = {
            **{"first_day": first_day, "starts": starts.isoformat(), "ends": ends.isoformat(), "rrule": rrule},
            **{"type": list(types), "rule": rule},
        }
        shown: Preview = await self._call("GET", f"/experts/{expert_id}/opening-preview", Preview, query=query)
        return shown

    async def explain(self, expert_id: UUID, type_id: UUID, day: date) -> Explanation:
        query = {"expert": expert_id, "type": type_id, "day": day}
        told: Explanation = await self._call("GET", "/slots/explain", Explanation, query=query)
        return told

    async def types(self) -> list[ConsultationType]:
        found: list[ConsultationType] = await self._call("GET", "/consultation-types", list[ConsultationType])
        return found

    async def add_type(self, edit: TypeEdit, *, key: str) -> ConsultationType:
        made: ConsultationType = await self._call("POST", "/consultation-types", ConsultationType, edit, key=key)
        return made

    async def change_type(self, type_id: UUID, edit: TypeEdit, *, version: int | None) -> ConsultationType:
        path = f"/consultation-types/{type_id}"
        # every agenda that offers it is written anew
        changed: ConsultationType = await self._call("PUT", path, ConsultationType, edit, version=version, within=30)
        return changed

    async def own_types(self, expert_id: UUID) -> OwnTypes:
        found: OwnTypes = await self._call("GET", f"/experts/{expert_id}/consultation-types", OwnTypes)
        return found

    async def say(self, expert_id: UUID, type_id: UUID, own: OwnMinutes) -> OwnType:
        said: OwnType = await self._call("PUT", f"/experts/{expert_id}/consultation-types/{type_id}", OwnType, own)
        return said

    async def limit(self, expert_id: UUID, limit: int | None) -> None:
        await self._call("PUT", f"/experts/{expert_id}/daily-limit", DailyLimit, DailyLimit(limit))
