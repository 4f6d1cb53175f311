"""Identity as the gateway calls it: logins, links, codes."""

from typing import ClassVar
from uuid import UUID

from contracts.identity import (
    AcceptInvitation,
    Account,
    CodeExchange,
    FactorProof,
    FoundCase,
    Leaving,
    LinkExchange,
    Login,
    NewCode,
    NewInvitation,
    NextFactor,
    PermittedCode,
    PersonSession,
    Session,
    SpokenCode,
    TotpProof,
    TotpSeed,
    WordCheck,
    WordHeard,
)
from gateway.clients.service import ServiceClient


class Identity(ServiceClient):
    """What anyone may ask goes without a token: a locked or ended session must not bar the way in."""

    audience: ClassVar[str] = "identity"

    async def login(self, login: Login) -> Session:
        session: Session = await self._peer.call("POST", "/login", Session, login)
        return session

    async def next_factor(self, factor: NextFactor) -> Session:
        session: Session = await self._peer.call("POST", "/login/factors", Session, factor)
        return session

    async def invite(self, new: NewInvitation, *, key: str) -> Account:
        account: Account = await self._call("POST", "/invitations", Account, new, key=key)
        return account

    async def accept(self, invitation: AcceptInvitation) -> Account:
        account: Account = await self._peer.call("POST", "/invitations/accept", Account, invitation)
        return account

    async def logout(self, leaving: Leaving) -> None:
        await self._peer.call("POST", "/logout", None, leaving)

    async def open_link(self, link: LinkExchange) -> PersonSession:
        opened: PersonSession = await self._peer.call("POST", "/links/exchange", PersonSession, link)
        return opened

    async def open_code(self, code: CodeExchange) -> PersonSession:
        opened: PersonSession = await self._peer.call("POST", "/codes/exchange", PersonSession, code)
        return opened

    async def make_code(self, code: NewCode, *, key: str) -> SpokenCode:
        made: SpokenCode = await self._call("POST", "/codes", SpokenCode, code, key=key)
        return made

    async def find_by_code(self, code: CodeExchange) -> UUID:
        found: FoundCase = await self._call("POST", "/codes/find", FoundCase, code)
        return found.case_id

    async def hear_word(self, check: WordCheck) -> str:
        heard: WordHeard = await self._call("POST", "/codes/word", WordHeard, check)
        return heard.permit

    async def revoke_links(self, case_id: UUID) -> None:
        await self._call("POST", f"/cases/{case_id}/revoke")

    async def permitted_code(self, permit: str, *, key: str) -> SpokenCode:
        """For a person alone: no token, the permit says which case."""
        headers = {"idempotency-key": key}
        path = "/codes/permitted"
        made: SpokenCode = await self._peer.call("POST", path, SpokenCode, PermittedCode(permit), headers=headers)
        return made

    async def show_factor(self, code: str, *, key: str) -> FactorProof:
        proof: FactorProof = await self._call("POST", "/me/factor", FactorProof, TotpProof(code), key=key)
        return proof

    async def new_totp(self, *, key: str) -> TotpSeed:
        seed: TotpSeed = await self._call("POST", "/me/totp", TotpSeed, key=key)
        return seed

    async def confirm_totp(self, code: str, *, key: str) -> None:
        await self._call("POST", "/me/totp/confirm", None, TotpProof(code), key=key)
