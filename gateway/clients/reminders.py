"""Reminders as the gateway calls it: contact details straight to the vault, the exact texts, recall."""

from typing import ClassVar
from uuid import UUID

from contracts.reminders import (
    AccountChannels,
    ContactDetails,
    ContactKinds,
    Message,
    Messages,
    PreviewRequest,
    Previews,
)
from gateway.clients.service import ServiceClient


class Reminders(ServiceClient):
    audience: ClassVar[str] = "reminders"

    async def keep_contact(self, case_id: UUID, details: ContactDetails) -> ContactKinds:
        kinds: ContactKinds = await self._call("PUT", f"/cases/{case_id}/contact", ContactKinds, details)
        return kinds

    async def contact_kinds(self, case_id: UUID) -> ContactKinds:
        kinds: ContactKinds = await self._call("GET", f"/cases/{case_id}/contact", ContactKinds)
        return kinds

    async def preview(self, asked: PreviewRequest) -> Previews:
        previews: Previews = await self._call("POST", "/previews", Previews, asked)
        return previews

    async def messages(self, case_id: UUID) -> list[Message]:
        found: Messages = await self._call("GET", f"/cases/{case_id}/messages", Messages)
        return found.messages

    async def recall(self, case_id: UUID, *, key: str) -> list[Message]:
        found: Messages = await self._call("POST", f"/cases/{case_id}/messages/recall", Messages, key=key)
        return found.messages

    async def keep_channels(self, account_id: UUID, channels: AccountChannels) -> None:
        await self._call("PUT", f"/accounts/{account_id}/channels", None, channels)
