"""Signing in by factors, reopening a locked session, leaving."""

import asyncio
from datetime import datetime
from uuid import UUID

from litestar import Controller, post
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.identity import Factor, Leaving, Login, NextFactor, Session
from kit.auth import PUBLIC
from kit.clock import now
from kit.db import Db
from services.identity.domain import accounts as rules
from services.identity.domain.factors import matching_step, password_opens
from services.identity.domain.refusals import SessionEnded, WrongCredentials
from services.identity.routes.shown import session_shown
from services.identity.routes.trust import SHOWN_ONCE, NamedTrust, Rule, Trust
from services.identity.store import accounts, sessions

PAIR = Rule("login", ("5/minute", "30/hour"), closed_without_redis=False)
ORIGIN = Rule("login-origin", ("30/minute",), closed_without_redis=False)
FACTOR = Rule("factor", ("5/minute", "20/hour"), closed_without_redis=False)


class Logins(Controller):
    """Everything here answers alike to who is unknown and to who is wrong."""

    opt = PUBLIC
    dependencies = SHOWN_ONCE

    @post("/login", status_code=200)
    async def login(self, data: JSONBody[Login], db: Db, trust: NamedTrust) -> Session:
        """Give the first factor; `wrong-credentials`, or a session that says what is still missing."""
        identifier, instant = rules.same_identifier(data.identifier), now()
        async with trust.trying([(PAIR, f"{identifier} {data.origin}"), (ORIGIN, data.origin)]):
            account = await accounts.named(db, identifier)
            first = account.factors[0] if account and account.factors else Factor.PASSWORD
            account_id = account.id if account and first is data.factor else None
            if not await _passes(db, trust, account_id, data.factor, data.secret, instant) or account_id is None:
                raise WrongCredentials()
        if data.former:
            await sessions.end(db, instant, secret=data.former)
        secret = await sessions.open_for_account(db, account_id, passed=(data.factor,), opened_at=instant, now=instant)
        return await session_shown(db, secret, instant)

    @post("/login/factors", status_code=200)
    async def next_factor(self, data: JSONBody[NextFactor], db: Db, trust: NamedTrust) -> Session:
        """Give the next factor of a login, or reopen a locked session: under a new id, the former one ended."""
        instant = now()
        found = await sessions.find(db, data.session)
        if found is None or not found.rules.staff or found.rules.over(instant):
            raise SessionEnded()
        former = found.rules
        asked = former.missing(instant)
        if not asked:
            return await session_shown(db, data.session, instant, with_secret=False)
        expected = asked[:1] if former.partial or instant >= former.absolute_end else asked
        async with trust.trying([(FACTOR, str(former.subject)), (ORIGIN, data.origin)]):
            account_id = former.subject if data.factor in expected else None
            if not await _passes(db, trust, account_id, data.factor, data.secret, instant):
                raise WrongCredentials()
        await sessions.end(db, instant, secret=data.session)
        secret = await sessions.open_for_account(
            db,
            former.subject,
            passed=former.passed_after(data.factor, instant),
            opened_at=former.opened_again_at(instant),
            now=instant,
        )
        return await session_shown(db, secret, instant)

    @post("/logout", status_code=204)
    async def logout(self, data: JSONBody[Leaving], db: Db) -> None:
        """End the session at once, everywhere; says nothing of whether there was one."""
        await sessions.end(db, now(), secret=data.credential)


async def _passes(
    db: AsyncConnection, trust: Trust, account_id: UUID | None, factor: Factor, secret: str, now: datetime
) -> bool:
    """Whether this factor of the account is passed; no account takes as long as a wrong password."""
    if factor is Factor.PASSWORD:
        kept = await accounts.password_hash(db, account_id) if account_id else None
        return await asyncio.to_thread(password_opens, kept, secret)
    seed = await accounts.totp_secret(db, trust.vault, account_id) if account_id else None
    step = matching_step(seed, secret, now) if seed else None
    return step is not None and account_id is not None and await accounts.use_step(db, account_id, step)
