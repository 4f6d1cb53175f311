"""Matching as the gateway calls it: its weights, their effect, and the choices of listeners."""

from typing import ClassVar
from uuid import UUID

from contracts.matching import (
    Choice,
    ChoiceReason,
    Choices,
    Effect,
    NewChoice,
    NewWeights,
    Overrides,
    Weighting,
    Weights,
    WeightsHistory,
)
from gateway.clients.service import ServiceClient


class Matching(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def weights(self) -> list[Weights]:
        found: WeightsHistory = await self._call("GET", "/weights", WeightsHistory)
        return found.versions

    async def change(self, new: NewWeights, *, seen: int, key: str) -> Weights:
        made: Weights = await self._call("POST", "/weights", Weights, new, key=key, version=seen)
        return made

    async def preview(self, weighting: Weighting, *, key: str) -> Effect:
        found: Effect = await self._call("POST", "/weights/preview", Effect, weighting, key=key)
        return found

    async def overrides(self) -> Overrides:
        found: Overrides = await self._call("GET", "/choices/reasons", Overrides)
        return found

    async def choose(self, contact_id: UUID, expert_id: UUID, *, key: str) -> Choice:
        made: Choice = await self._call("POST", f"/contacts/{contact_id}/choice", Choice, NewChoice(expert_id), key=key)
        return made

    async def choices(self, contact_id: UUID) -> list[Choice]:
        found: Choices = await self._call("GET", f"/contacts/{contact_id}/choices", Choices)
        return found.choices

    async def say_why(self, choice_id: UUID, reason: str, *, key: str) -> Choice:
        path = f"/choices/{choice_id}/reason"
        said: Choice = await self._call("POST", path, Choice, ChoiceReason(reason), key=key)
        return said
