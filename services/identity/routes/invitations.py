"""Invitations: an account that waits, and the link by which its owner chooses a password."""

import asyncio

from litestar import Controller, post
from litestar.params import JSONBody

from contracts.events import AccountOpened
from contracts.identity import AcceptInvitation, Account, NewInvitation
from contracts.words import LinkPurpose, Role
from kit import audit, outbox
from kit.auth import PUBLIC, only
from kit.clock import now
from kit.db import Db, Me
from services.identity.domain import accounts as rules
from services.identity.domain.factors import checked_password, hash_password
from services.identity.domain.refusals import AccountIsClosed, GrantMalformed, IdentifierTaken, LinkNotOpen
from services.identity.routes.links import UNKNOWN
from services.identity.routes.trust import NamedTrust
from services.identity.store import accounts, links

NEVER_BY_LINK = frozenset({Role.ADMIN, Role.PRIVACY_OFFICER})


class Invitations(Controller):
    path = "/invitations"

    @post(guards=[only(Role.ADMIN, Role.COORDINATOR)])
    async def prepare(self, data: JSONBody[NewInvitation], db: Db, caller: Me) -> Account:
        """An account without a password; asked again for the same one, it is the same."""
        grants = rules.checked_grants(data.grants)
        if any(grant.role in NEVER_BY_LINK for grant in grants):
            raise GrantMalformed("not by a link")
        identifier = rules.checked_identifier(data.identifier)
        known = await accounts.find(db, data.account_id)
        if known is not None:
            if known.factors or not known.active:
                raise AccountIsClosed() if not known.active else IdentifierTaken()
            return await accounts.rename(db, known.id, identifier=identifier)
        account = await accounts.add(
            db,
            identifier=identifier,
            display_name=rules.checked_name(data.display_name),
            grants=grants,
            now=now(),
            account_id=data.account_id,
        )
        await audit.note(db, caller, "invite", "account", account.id)
        return account

    @post("/accept", opt=PUBLIC, status_code=200)
    async def accept(self, data: JSONBody[AcceptInvitation], db: Db, trust: NamedTrust) -> Account:
        """The link opens once: with a password of one's own, the account is open and the house is told."""
        instant = now()
        async with trust.trying([(UNKNOWN, data.origin)]):
            found = await links.find(db, data.secret, None)
            if found is None or not found.link.is_open(instant) or found.link.purpose is not LinkPurpose.INVITATION:
                raise LinkNotOpen()
        account = await accounts.find(db, found.link.target_id)
        if account is None or account.factors or not account.active:
            raise LinkNotOpen()
        password = await asyncio.to_thread(hash_password, checked_password(data.password))
        await accounts.keep_password(db, account.id, password)
        await links.revoke(db, account.id, instant)
        roles = tuple(dict.fromkeys(grant.role for grant in account.grants))
        await outbox.tell(db, AccountOpened(account.id, account.version, roles, account.display_name))
        return await accounts.one(db, account.id)
