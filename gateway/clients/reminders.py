"""Reminders as the gateway calls it: contact details straight to the vault, the exact texts, recall."""

from typing import ClassVar
from uuid import UUID

from contracts.reminders import (
    AccountChannels,
    AccountWishes,
    ContactChange,
    ContactDetails,
    ContactKinds,
    KeepNumber,
    Message,
    Messages,
    PreviewRequest,
    Previews,
    Reveal,
    Revealed,
)
from gateway.clients.service import ServiceClient


class Reminders(ServiceClient):
    audience: ClassVar[str] = "reminders"

    async def keep_contact(self, case_id: UUID, details: ContactDetails) -> ContactKinds:
        kinds: ContactKinds = await self._call("PUT", f"/cases/{case_id}/contact", ContactKinds, details)
        return kinds

    async def change_contact(self, case_id: UUID, change: ContactChange) -> ContactKinds:
        kinds: ContactKinds = await self._call("PATCH", f"/cases/{case_id}/contact", ContactKinds, change)
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

    async def reach_target(self, target_id: UUID, mail: str) -> None:
        """Where a structure or a service is told that something waits."""
        await self._call("PUT", f"/targets/{target_id}/channels", None, AccountChannels(mail=mail))

    async def account_kinds(self, account_id: UUID) -> ContactKinds:
        kinds: ContactKinds = await self._call("GET", f"/accounts/{account_id}/channels", ContactKinds)
        return kinds

    async def change_wishes(self, account_id: UUID, wishes: AccountWishes) -> ContactKinds:
        kinds: ContactKinds = await self._call("PATCH", f"/accounts/{account_id}/channels", ContactKinds, wishes)
        return kinds

    async def keep_number(self, number: KeepNumber) -> None:
        """For whoever asks to be rung: no token, the permit says which case."""
        await self._peer.call("POST", "/kept-numbers", None, number)

    async def reveal_to_ring(self, permit: str) -> Revealed:
        """The number to give a call back to, and which other cases gave it too."""
        found: Revealed = await self._call("POST", "/reveals", Revealed, Reveal(permit))
        return found

    async def reveal(self, permit: str) -> str | None:
        """A number, to whoever the permit names; nothing of the answer is kept."""
        found: Revealed = await self._call("POST", "/reveals", Revealed, Reveal(permit))
        return found.phone
