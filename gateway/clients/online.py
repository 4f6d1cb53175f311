"""Booking without a call: nobody is signed in, so that no token travels; permits say what is allowed."""

from collections.abc import Sequence
from uuid import UUID

from contracts.booking import Appointment, Slot
from contracts.groups import GroupOpen, GroupStart
from contracts.online import (
    AskOnlineHours,
    OnlineBegun,
    OnlineBooking,
    OnlineExperts,
    OnlineHeld,
    OnlineHold,
    OnlineHours,
    OnlineOpen,
    OnlinePlace,
    OnlinePlaces,
    OnlineProgramme,
    OnlineProgrammes,
    OnlineStart,
)
from contracts.referral import ExpertCard
from contracts.words import ExpertProfession, Modality
from gateway.clients.service import ServiceClient
from kit.http import Peer


class OnlineReferral(ServiceClient):
    audience = "referral"

    async def programmes(self) -> list[OnlineProgramme]:
        found: OnlineProgrammes = await self._call("GET", "/online/programmes", OnlineProgrammes)
        return found.programmes

    async def keep_programme(self, one: OnlineProgramme) -> None:
        await self._call("PUT", f"/online/programmes/{one.code}", OnlineProgrammes, one)

    async def places(self) -> list[OnlinePlace]:
        found: OnlinePlaces = await self._peer.call("GET", "/online/places", OnlinePlaces)
        return found.places

    async def experts(
        self, department: str, profession: ExpertProfession, modality: Modality
    ) -> dict[UUID, ExpertCard]:
        query = {"department": department, "profession": profession.value, "modality": modality.value}
        found: OnlineExperts = await self._peer.call("GET", "/online/experts", OnlineExperts, query=query)
        return {card.id: card for card in found.experts}

    async def begin(self, start: OnlineStart) -> OnlineBegun:
        begun: OnlineBegun = await self._peer.call("POST", "/online/begin", OnlineBegun, start)
        return begun

    async def open(self, case: OnlineOpen) -> None:
        await self._peer.call("POST", "/online/open", None, case)

    async def hosts(self, ids: Sequence[UUID]) -> dict[UUID, ExpertCard]:
        """With whom groups meet."""
        if not ids:
            return {}
        path, query = "/online/groups/hosts", {"ids": list(ids)}
        found: OnlineExperts = await self._peer.call("GET", path, OnlineExperts, query=query)
        return {card.id: card for card in found.experts}

    async def begin_seat(self, start: GroupStart) -> OnlineBegun:
        begun: OnlineBegun = await self._peer.call("POST", "/online/groups/begin", OnlineBegun, start)
        return begun

    async def open_seat(self, case: GroupOpen) -> None:
        await self._peer.call("POST", "/online/groups/open", None, case)


class OnlineBookings:
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def hours(self, experts: Sequence[UUID], modality: Modality) -> list[Slot]:
        asked = AskOnlineHours(list(experts), modality)
        found: OnlineHours = await self._peer.call("POST", "/online/hours", OnlineHours, asked)
        return found.slots

    async def hold(self, hour: OnlineHold) -> OnlineHeld:
        held: OnlineHeld = await self._peer.call("POST", "/online/holds", OnlineHeld, hour)
        return held

    async def book(self, booking: OnlineBooking, *, key: str) -> Appointment:
        headers = {"idempotency-key": key}
        booked: Appointment = await self._peer.call(
            "POST", "/online/appointments", Appointment, booking, headers=headers
        )
        return booked
