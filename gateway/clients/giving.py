"""Booking's openings that are given in two taps, lateness and figures, as the gateway calls them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from contracts.booking import Appointment, Appointments, CallerSeal
from contracts.giving import (
    Ask,
    AskAnswer,
    Dormant,
    Figures,
    Gift,
    Late,
    NewGift,
    NewRound,
    Proposals,
    Round,
    Rounds,
    WeeklyLink,
)
from contracts.words import Modality
from gateway.clients.service import ServiceClient


class Giving(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def late(self, appointment_id: UUID, minutes: int, *, key: str) -> Appointment:
        path = f"/appointments/{appointment_id}/late"
        said: Appointment = await self._call("POST", path, Appointment, Late(minutes), key=key)
        return said

    async def caller(self, appointment_id: UUID) -> str:
        """A permit for identity: somebody calls about this appointment."""
        sealed: CallerSeal = await self._call("POST", f"/appointments/{appointment_id}/caller", CallerSeal)
        return sealed.permit

    async def proposals(self, expert_id: UUID) -> Proposals:
        found: Proposals = await self._call("GET", f"/experts/{expert_id}/proposals", Proposals)
        return found

    async def give(self, expert_id: UUID, starts_at: datetime, modality: Modality, *, key: str) -> Gift:
        wanted = NewGift(starts_at, modality)
        given: Gift = await self._call("POST", f"/experts/{expert_id}/gifts", Gift, wanted, key=key)
        return given

    async def want_weekly(self, expert_id: UUID, wanted: bool) -> None:
        await self._call("PUT", f"/experts/{expert_id}/weekly-link", WeeklyLink, WeeklyLink(wanted))

    async def ask(self, ask_id: UUID) -> Ask:
        found: Ask = await self._call("GET", f"/asks/{ask_id}", Ask)
        return found

    async def answer(self, ask_id: UUID, gifts: Sequence[NewGift], *, key: str) -> Ask:
        after: Ask = await self._call("POST", f"/asks/{ask_id}/answer", Ask, AskAnswer(list(gifts)), key=key)
        return after

    async def rounds(self) -> list[Round]:
        found: Rounds = await self._call("GET", "/opening-rounds", Rounds)
        return found.rounds

    async def ask_experts(self, label: str, experts: Sequence[UUID], *, key: str) -> Round:
        wanted = NewRound(label, list(experts))
        asked: Round = await self._call("POST", "/opening-rounds", Round, wanted, key=key)
        return asked

    async def find(self, expert_id: UUID, part: str, on: date | None) -> list[Appointment]:
        query = {"q": "" if on else part, "on": on}
        found: Appointments = await self._call("GET", f"/experts/{expert_id}/visits", Appointments, query=query)
        return found.appointments

    async def figures(self, days: int) -> Figures:
        found: Figures = await self._call("GET", "/figures", Figures, query={"days": days})
        return found

    async def experts(self) -> Dormant:
        found: Dormant = await self._call("GET", "/figures/experts", Dormant)
        return found
