"""Referral as the gateway calls it: calls, sheets, ranked experts, tasks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from contracts.delays import Delay, Delays
from contracts.referral import (
    BookingPermit,
    Candidates,
    Contact,
    Contacts,
    ExpertCard,
    ExpertCards,
    Referral,
    SheetChange,
    Task,
    Tasks,
    Vocabulary,
)
from gateway.clients.service import ServiceClient


class Referrals(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def start(self, *, key: str) -> Contact:
        contact: Contact = await self._call("POST", "/contacts", Contact, key=key)
        return contact

    async def contact(self, contact_id: UUID, *, starts_at: datetime | None = None) -> Contact:
        """With the slot being chosen, `asks` also says whether a plan is needed until then."""
        path = f"/contacts/{contact_id}"
        contact: Contact = await self._call("GET", path, Contact, query={"starts_at": starts_at})
        return contact

    async def open_contacts(self) -> list[Contact]:
        found: Contacts = await self._call("GET", "/contacts", Contacts, query={"open": "true"})
        return found.contacts

    async def recent_contacts(self) -> list[Contact]:
        found: Contacts = await self._call("GET", "/contacts", Contacts, query={"open": "false"})
        return found.contacts

    async def reopen(self, contact_id: UUID, *, key: str) -> Contact:
        contact: Contact = await self._call("POST", f"/contacts/{contact_id}/reopen", Contact, key=key)
        return contact

    async def change(self, contact_id: UUID, changes: dict[str, Any]) -> Contact:
        contact: Contact = await self._call("PATCH", f"/contacts/{contact_id}/sheet", Contact, SheetChange(changes))
        return contact

    async def close(self, contact_id: UUID, *, key: str) -> Contact:
        contact: Contact = await self._call("POST", f"/contacts/{contact_id}/close", Contact, key=key)
        return contact

    async def candidates(self, contact_id: UUID, *, limit: int = 20, wider: int = 0) -> Candidates:
        path = f"/contacts/{contact_id}/candidates"
        found: Candidates = await self._call("GET", path, Candidates, query={"limit": limit, "wider": wider})
        return found

    async def permit(
        self, contact_id: UUID, *, key: str | None = None, starts_at: datetime | None = None
    ) -> BookingPermit:
        """With `starts_at`, refused when a plan is needed until then and is missing."""
        path, query = f"/contacts/{contact_id}/permit", {"starts_at": starts_at}
        permit: BookingPermit = await self._call("POST", path, BookingPermit, key=key, query=query)
        return permit

    async def seat_permit(self, contact_id: UUID, *, key: str) -> BookingPermit:
        """For a place in a group: no need, no orientation."""
        permit: BookingPermit = await self._call("POST", f"/contacts/{contact_id}/seat-permit", BookingPermit, key=key)
        return permit

    async def referral(self, referral_id: UUID) -> Referral:
        found: Referral = await self._call("GET", f"/referrals/{referral_id}", Referral)
        return found

    async def expert(self, expert_id: UUID) -> ExpertCard:
        card: ExpertCard = await self._call("GET", f"/experts/{expert_id}", ExpertCard)
        return card

    async def experts(self, ids: Sequence[UUID]) -> list[ExpertCard]:
        found: ExpertCards = await self._call("GET", "/experts", ExpertCards, query={"ids": list(ids)})
        return found.experts

    async def vocabulary(self) -> Vocabulary:
        words: Vocabulary = await self._call("GET", "/vocabulary", Vocabulary)
        return words

    async def delays(self) -> list[Delay]:
        """How long people of each level really waited."""
        found: Delays = await self._call("GET", "/delays", Delays)
        return found.delays

    async def tasks(self) -> list[Task]:
        found: Tasks = await self._call("GET", "/tasks", Tasks, query={"open": "true"})
        return found.tasks

    async def take_task(self, task_id: UUID, *, key: str) -> Task:
        task: Task = await self._call("POST", f"/tasks/{task_id}/take", Task, key=key)
        return task

    async def finish_task(self, task_id: UUID, *, key: str, outcome: str | None = None) -> Task:
        path, query = f"/tasks/{task_id}/done", {"outcome": outcome}
        task: Task = await self._call("POST", path, Task, key=key, query=query)
        return task
