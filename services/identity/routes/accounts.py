"""Accounts, for those who run the house."""

import asyncio
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.params import FromPath, JSONBody

from contracts.events import AccountClosed, AccountOpened
from contracts.identity import Account, NewAccount, NewGrants, Revoked
from contracts.words import Role
from kit import audit, outbox
from kit.auth import STAFF, NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from services.identity.domain import accounts as rules
from services.identity.domain.factors import checked_password, hash_password
from services.identity.domain.refusals import AccountIsClosed
from services.identity.store import accounts, keys, sessions

KEEPERS = (Role.ADMIN, Role.COORDINATOR)


class Accounts(Controller):
    """Rights are read afresh at each exchange, so a change is felt within a minute, and at once where it locks."""

    path = "/accounts"

    @get(guards=[only(*KEEPERS)])
    async def everyone(self, db: Db) -> list[Account]:
        """All accounts, closed ones too."""
        return await accounts.everyone(db)

    @get("/{account_id:uuid}", guards=[only(*STAFF)])
    async def one(self, account_id: FromPath[UUID], db: Db, caller: Me) -> Account:
        """One account; one's own, or any for those who keep them."""
        if caller.subject != account_id and not caller.has(*KEEPERS):
            raise NotAllowed()
        return await accounts.one(db, account_id)

    @post(guards=[only(*KEEPERS)])
    async def open(self, data: JSONBody[NewAccount], db: Db, caller: Me) -> Account:
        """Open an account with a first password."""
        grants = rules.checked_grants(data.grants)
        _only_admins_make_admins(caller.has(Role.ADMIN), grants)
        identifier, name = rules.checked_identifier(data.identifier), rules.checked_name(data.display_name)
        password = await asyncio.to_thread(hash_password, checked_password(data.password))  # last: it is slow by design
        account = await accounts.add(
            db,
            identifier=identifier,
            display_name=name,
            grants=grants,
            now=now(),
        )
        await accounts.keep_password(db, account.id, password)
        await audit.note(db, caller, "open", "account", account.id)
        roles = tuple(dict.fromkeys(grant.role for grant in grants))
        await outbox.tell(db, AccountOpened(account.id, account.version, roles, account.display_name))
        return await accounts.one(db, account.id)

    @put("/{account_id:uuid}/grants", guards=[only(*KEEPERS)])
    async def regrant(self, account_id: FromPath[UUID], data: JSONBody[NewGrants], db: Db, caller: Me) -> Account:
        """Other roles: every session of the account locks, and reopens under a new id; nothing is lost."""
        grants = rules.checked_grants(data.grants)
        before = await accounts.one(db, account_id)
        if not before.active:
            raise AccountIsClosed()
        _only_admins_make_admins(caller.has(Role.ADMIN), (*grants, *before.grants))
        account = await accounts.change_grants(db, account_id, grants)
        await sessions.lock_account(db, account_id, now())
        await audit.note(db, caller, "regrant", "account", account_id)
        return account

    @post("/{account_id:uuid}/close", guards=[only(*KEEPERS)], status_code=200)
    async def close(self, account_id: FromPath[UUID], db: Db, caller: Me) -> Account:
        """Close an account for good: its sessions, keys and factors end now."""
        before = await accounts.one(db, account_id)
        _only_admins_make_admins(caller.has(Role.ADMIN), before.grants)
        account = await accounts.close(db, account_id, now())
        if account is None:
            return before
        await sessions.end_of_account(db, now(), account_id)
        await keys.revoke_of_account(db, now(), account_id)
        await audit.note(db, caller, "close", "account", account_id)
        await outbox.tell(db, AccountClosed(account_id, account.version))
        return account

    @post("/{account_id:uuid}/sessions/revoke", guards=[only(*STAFF)], status_code=200)
    async def revoke(self, account_id: FromPath[UUID], db: Db, caller: Me) -> Revoked:
        """Sign an account out everywhere, at once; one's own (this session stays), or anyone's for keepers."""
        if caller.subject != account_id and not caller.has(*KEEPERS):
            raise NotAllowed()
        ended = await sessions.end_of_account(db, now(), account_id, but=caller.session)
        await audit.note(db, caller, "revoke-sessions", "account", account_id)
        return Revoked(sessions=ended)


def _only_admins_make_admins(is_admin: bool, grants: tuple[object, ...]) -> None:
    if not is_admin and any(getattr(grant, "role", None) is Role.ADMIN for grant in grants):
        raise NotAllowed()
