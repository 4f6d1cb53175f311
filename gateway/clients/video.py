"""Video as the gateway calls it, beside the room's websocket: invitations, and what people thought."""

from typing import ClassVar

from contracts.video import Invitation, Invited, NewInvitation, NodeSeen, OpenInvitation, Opinion, Opinions
from gateway.clients.service import ServiceClient


class VideoClient(ServiceClient):
    audience: ClassVar[str] = "video"

    async def invite(self, permit: NewInvitation) -> Invitation:
        made: Invitation = await self._call("POST", "/invitations", Invitation, permit)
        return made

    async def open(self, code: str, origin: str) -> Invited:
        opened: Invited = await self._call("POST", "/invitations/open", Invited, OpenInvitation(code, origin))
        return opened

    async def think(self, opinion: Opinion) -> None:
        await self._call("POST", "/opinions", None, opinion)

    async def opinions(self) -> list[Opinions]:
        found: list[Opinions] = await self._call("GET", "/opinions", list[Opinions])
        return found

    async def nodes(self) -> list[NodeSeen]:
        found: list[NodeSeen] = await self._call("GET", "/nodes", list[NodeSeen])
        return found
