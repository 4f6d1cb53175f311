"""The desk of referral as the gateway calls it: calls that change hands, cases, presence, and the shifts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.desk import (
    CallFigures,
    Case,
    Desk,
    DeskNow,
    Imported,
    NewConsent,
    NewPresence,
    NewWatch,
    NonData,
    Revision,
    Revisions,
    Shift,
    Transfer,
    Words,
)
from contracts.referral import Contact
from gateway.clients.service import ServiceClient


class DeskClient(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def show(self) -> Desk:
        desk: Desk = await self._call("GET", "/desk", Desk)
        return desk

    async def now(self) -> DeskNow:
        desk: DeskNow = await self._call("GET", "/desk/now", DeskNow)
        return desk

    async def figures(self, since: datetime, until: datetime) -> CallFigures:
        query = {"since": since, "until": until}
        counted: CallFigures = await self._call("GET", "/telephone/figures", CallFigures, query=query)
        return counted

    async def bring_in_calls(self, text: str, *, apply: bool, key: str) -> Imported:
        """A list of past calls; without `apply` only what it would add."""
        path, query = "/telephone/imports", {"dry_run": str(not apply).lower()}
        told: Imported = await self._call("POST", path, Imported, text, key=key, query=query, within=30)
        return told

    async def be(self, presence: NewPresence) -> Desk:
        desk: Desk = await self._call("PUT", "/presence/me", Desk, presence)
        return desk

    async def no_rest(self) -> None:
        await self._call("POST", "/presence/me/no-rest")

    async def debrief(self, *, key: str) -> None:
        await self._call("POST", "/presence/me/debrief", key=key)

    async def debrief_held(self, debrief_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/debriefs/{debrief_id}/held", key=key)

    async def cut(self, contact_id: UUID, *, key: str) -> Contact:
        return await self._line(contact_id, "cut", key)

    async def accept(self, contact_id: UUID, *, key: str) -> Contact:
        return await self._line(contact_id, "accept", key)

    async def decline(self, contact_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/contacts/{contact_id}/decline", key=key)

    async def notice(self, contact_id: UUID, *, key: str) -> Contact:
        return await self._line(contact_id, "notice", key)

    async def finalize(self, contact_id: UUID, *, key: str) -> Contact:
        return await self._line(contact_id, "finalize", key)

    async def correct(self, contact_id: UUID, *, key: str) -> Contact:
        return await self._line(contact_id, "correct", key)

    async def transfer(self, contact_id: UUID, to: UUID | None, *, key: str) -> Contact:
        path = f"/contacts/{contact_id}/transfer"
        contact: Contact = await self._call("POST", path, Contact, Transfer(to), key=key)
        return contact

    async def non_data(self, contact_id: UUID, kind: str | None, *, key: str) -> Contact:
        path = f"/contacts/{contact_id}/non-data"
        contact: Contact = await self._call("POST", path, Contact, NonData(kind), key=key)
        return contact

    async def revisions(self, contact_id: UUID) -> list[Revision]:
        found: Revisions = await self._call("GET", f"/contacts/{contact_id}/revisions", Revisions)
        return found.revisions

    async def case(self, case_id: UUID) -> Case:
        case: Case = await self._call("GET", f"/cases/{case_id}", Case)
        return case

    async def call_again(self, case_id: UUID, *, key: str) -> Contact:
        contact: Contact = await self._call("POST", f"/cases/{case_id}/contacts", Contact, key=key)
        return contact

    async def consent(self, case_id: UUID, scope: str, *, key: str) -> Case:
        case: Case = await self._call("POST", f"/cases/{case_id}/consents", Case, NewConsent(scope), key=key)
        return case

    async def withdraw(self, consent_id: UUID, *, key: str) -> Case:
        case: Case = await self._call("POST", f"/consents/{consent_id}/withdraw", Case, key=key)
        return case

    async def withdraw_all(self, case_id: UUID, *, key: str) -> Case:
        case: Case = await self._call("POST", f"/cases/{case_id}/consents/withdraw", Case, key=key)
        return case

    async def erase(self, case_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/cases/{case_id}/erase", key=key)

    async def shift(self) -> Shift:
        shift: Shift = await self._call("GET", "/shift", Shift)
        return shift

    async def watch(self, watch: NewWatch, *, key: str) -> Shift:
        shift: Shift = await self._call("POST", "/shift/watches", Shift, watch, key=key)
        return shift

    async def end_watch(self, watch_id: UUID, *, key: str) -> Shift:
        shift: Shift = await self._call("POST", f"/shift/watches/{watch_id}/end", Shift, key=key)
        return shift

    async def incident(self, words: str, *, key: str) -> Shift:
        shift: Shift = await self._call("POST", "/shift/incidents", Shift, Words(words), key=key)
        return shift

    async def hand_over(self, words: str, *, key: str) -> Shift:
        shift: Shift = await self._call("POST", "/shift/handovers", Shift, Words(words), key=key)
        return shift

    async def sign(self, handover_id: UUID, *, key: str) -> Shift:
        shift: Shift = await self._call("POST", f"/shift/handovers/{handover_id}/sign", Shift, key=key)
        return shift

    async def _line(self, contact_id: UUID, what: str, key: str) -> Contact:
        contact: Contact = await self._call("POST", f"/contacts/{contact_id}/{what}", Contact, key=key)
        return contact
