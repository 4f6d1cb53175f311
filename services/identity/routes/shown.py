"""A session as its holder sees it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.identity import Session
from contracts.words import LinkPurpose
from services.identity.domain.refusals import SessionEnded
from services.identity.store import sessions
from services.identity.store.sessions import Found


def shown(found: Found, now: datetime, *, secret: str | None = None, busy: bool = False) -> Session:
    """The contract of a session that was found; `secret` only when it was just made."""
    rules = found.rules
    return Session(
        id=rules.id,
        state=rules.state(now, busy=busy),
        subject=rules.subject,
        display_name=found.display_name,
        grants=rules.grants,
        missing=rules.missing(now, busy=busy),
        case_id=rules.subject if found.purpose is LinkPurpose.CASE else None,
        secret=secret,
        ends_at=rules.absolute_end,
    )


async def session_shown(db: AsyncConnection, secret: str, now: datetime, *, with_secret: bool = True) -> Session:
    """The session behind a secret that was just made or checked."""
    found = await sessions.find(db, secret)
    if found is None:
        raise SessionEnded()
    return shown(found, now, secret=secret if with_secret else None)
