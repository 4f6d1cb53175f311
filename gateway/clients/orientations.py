"""Orientations and offers as the gateway calls them: the work queue, what a person decides, what a target answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.orientations import (
    CaseOrientation,
    CaseOrientations,
    Choice,
    Decline,
    Declined,
    MyOffer,
    MyOffers,
    NewOffers,
    NewOrientation,
    Offer,
    Offers,
    PassedOn,
    Queue,
    Refused,
    Target,
    Targets,
)
from contracts.referral import BookingPermit, HeardHour, HeardHours, Referral, Task, Tasks, Timeline, Transition
from gateway.clients.service import ServiceClient


class Orientations(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def queue(self, *, whose: str, status: str | None, after: str | None, limit: int = 40) -> Queue:
        query = {"whose": whose, "status": status, "after": after, "limit": limit}
        found: Queue = await self._call("GET", "/referrals", Queue, query=query)
        return found

    async def show(self, referral_id: UUID) -> Referral:
        found: Referral = await self._call("GET", f"/referrals/{referral_id}", Referral)
        return found

    async def timeline(self, referral_id: UUID) -> list[Transition]:
        found: Timeline = await self._call("GET", f"/referrals/{referral_id}/timeline", Timeline)
        return found.transitions

    async def offers(self, referral_id: UUID) -> list[Offer]:
        found: Offers = await self._call("GET", f"/referrals/{referral_id}/offers", Offers)
        return found.offers

    async def tasks(self, referral_id: UUID) -> list[Task]:
        found: Tasks = await self._call("GET", f"/referrals/{referral_id}/tasks", Tasks)
        return found.tasks

    async def hours(self, referral_id: UUID) -> list[HeardHour]:
        found: HeardHours = await self._call("GET", f"/referrals/{referral_id}/hours", HeardHours)
        return found.hours

    async def of_case(self, case_id: UUID) -> list[CaseOrientation]:
        found: CaseOrientations = await self._call("GET", f"/cases/{case_id}/referrals", CaseOrientations)
        return found.orientations

    async def add(self, new: NewOrientation, *, key: str) -> Referral:
        made: Referral = await self._call("POST", "/referrals", Referral, new, key=key)
        return made

    async def offer(self, referral_id: UUID, offers: NewOffers, *, key: str, version: int | None = None) -> Referral:
        path = f"/referrals/{referral_id}/offers"
        changed: Referral = await self._call("POST", path, Referral, offers, key=key, version=version)
        return changed

    async def choose(self, referral_id: UUID, what: str, *, key: str, version: int | None = None) -> Referral:
        """`what`: waitlist, escalate, own, taken-up."""
        path = f"/referrals/{referral_id}/{what}"
        changed: Referral = await self._call("POST", path, Referral, Choice(), key=key, version=version)
        return changed

    async def refuse(self, referral_id: UUID, refused: Refused, *, key: str, version: int | None = None) -> Referral:
        path = f"/referrals/{referral_id}/refuse"
        changed: Referral = await self._call("POST", path, Referral, refused, key=key, version=version)
        return changed

    async def pass_on(self, referral_id: UUID, *, key: str, version: int | None = None) -> Referral:
        """« Réorientation »; the new one."""
        path = f"/referrals/{referral_id}/pass-on"
        follows: Referral = await self._call("POST", path, Referral, PassedOn(), key=key, version=version)
        return follows

    async def decide(
        self, referral_id: UUID, cause: str, *, key: str, reason: str = "", note: str = "", version: int | None = None
    ) -> Referral:
        path, query = f"/referrals/{referral_id}/decide", {"cause": cause, "reason": reason, "note": note}
        changed: Referral = await self._call("POST", path, Referral, key=key, version=version, query=query)
        return changed

    async def targets(self, words: str, department: str | None) -> Sequence[Target]:
        found: Targets = await self._call("GET", "/targets", Targets, query={"q": words, "department": department})
        return found.targets

    async def mine(self) -> list[MyOffer]:
        found: MyOffers = await self._call("GET", "/offers", MyOffers)
        return found.offers

    async def seen(self, offer_id: UUID, *, key: str) -> MyOffer:
        seen: MyOffer = await self._call("POST", f"/offers/{offer_id}/seen", MyOffer, key=key)
        return seen

    async def accept(self, offer_id: UUID, *, key: str) -> Declined:
        said: Declined = await self._call("POST", f"/offers/{offer_id}/accept", Declined, key=key)
        return said

    async def hour(self, offer_id: UUID, *, key: str, starts_at: datetime | None = None) -> BookingPermit:
        """The permit of whoever said yes to book the hour themself; with `starts_at` it is the press."""
        path, query = f"/offers/{offer_id}/permit", {"starts_at": starts_at}
        permit: BookingPermit = await self._call("POST", path, BookingPermit, key=key, query=query)
        return permit

    async def decline(self, offer_id: UUID, answer: Decline, *, key: str) -> Declined:
        said: Declined = await self._call("POST", f"/offers/{offer_id}/decline", Declined, answer, key=key)
        return said

    async def stop_motive(self, motive: str, *, key: str) -> None:
        await self._call("POST", "/offers/stop-motive", None, key=key, query={"motive": motive})
