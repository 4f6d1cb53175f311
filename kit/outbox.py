"""Telling what happened: the event is written in the transaction of the fact, and relayed after it."""

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import Event
from kit.db import after_commit
from kit.log import request_id
from kit.tables import outbox


async def tell(db: AsyncConnection, *events: Event) -> None:
    """Write `events` in the transaction of `db`; the relay hands them to every listener after the commit."""
    if not events:
        return
    asked_by = request_id.get()
    await db.execute(
        insert(outbox),
        [
            {
                "kind": type(event).__name__,
                "payload": msgspec.to_builtins(event, str_keys=True),
                "request_id": asked_by,
            }
            for event in events
        ],
    )
    after_commit(db).told = True


async def nudge(db: AsyncConnection, *names: str) -> None:
    """Publish id-only names (`referral:<id>`) after the commit, for live pages; lost without harm.

    What follows a space is the message on the channel before it: `session:ended <id> <hash>`.
    """
    after_commit(db).nudges.extend(names)
