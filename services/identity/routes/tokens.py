"""The exchange of a credential against an internal token of at most a minute for one service."""

from litestar import Controller, post
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.identity import Exchange, Session, SessionState, Token
from kit.auth import PUBLIC, TOKEN_SECONDS, sign_token
from kit.clock import machine, now
from kit.db import Db
from kit.web import NamedHouse
from services.identity.domain.accounts import acts_for
from services.identity.domain.audiences import checked_audience
from services.identity.domain.refusals import FactorMissing, SessionEnded, SessionLocked
from services.identity.domain.secrets import KEY_PREFIX
from services.identity.routes.shown import shown
from services.identity.routes.trust import SHOWN_ONCE
from services.identity.store import keys, sessions


class Tokens(Controller):
    """What the gateway asks for at most once in 45 s for each credential and service."""

    opt = PUBLIC
    dependencies = SHOWN_ONCE

    @post("/tokens", status_code=200)
    async def exchange(self, data: JSONBody[Exchange], db: Db, house: NamedHouse) -> Token:
        """`session-ended`, `session-locked` or `factor-missing` (with what is missing), or a token."""
        audience = checked_audience(data.audience)
        if data.credential.startswith(KEY_PREFIX):
            session = await _of_key(db, data.credential)
        else:
            session = await _of_session(db, data)
        caller = Caller(
            subject=session.subject,
            grants=session.grants,
            session=session.id,
            acts_for=acts_for(session.grants),
        )
        if house.ring is None:
            raise RuntimeError("identity has no signing key")
        token = sign_token(house.ring, caller, audience=audience, now=machine())
        return Token(token=token, expires_in=TOKEN_SECONDS, session=session)


async def _of_session(db: AsyncConnection, data: Exchange) -> Session:
    instant = now()
    found = await sessions.find(db, data.credential)
    if found is None or found.rules.over(instant, busy=data.busy):
        raise SessionEnded()
    session = shown(found, instant, busy=data.busy)
    if session.state is SessionState.PARTIAL:
        raise FactorMissing(missing=session.missing)
    if session.state is SessionState.LOCKED:
        raise SessionLocked(missing=session.missing, display_name=session.display_name, session=session.id)
    seen_at = found.rules.seen_after(instant, touch=data.touch, busy=data.busy)
    busy_at = found.rules.busy_after(instant, busy=data.busy)
    if (seen_at, busy_at) != (found.rules.seen_at, found.rules.busy_at):
        await sessions.seen(db, session.id, seen_at, busy_at=busy_at)
    return session


async def _of_key(db: AsyncConnection, secret: str) -> Session:
    key = await keys.live(db, secret)
    if key is None:
        raise SessionEnded()
    return Session(id=key.id, state=SessionState.OPEN, subject=key.subject, display_name=key.label, grants=key.grants)
