"""One request is one transaction: it commits before the answer leaves, or nothing of it happened."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from contracts.caller import Caller
from kit.auth import NOBODY, role_name
from kit.db import SET_WHO, AfterCommit, Database
from kit.errors import KeyReused, Unavailable
from kit.tables import idempotency

KEY_LENGTH = 255


class Replay(Exception):
    """This POST was answered before: the stored answer goes out again, and nothing else happens."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("replay")
        self.status = status
        self.body = body


class BadKey(KeyReused):
    """An Idempotency-Key has 1 to 255 characters."""


class Transaction:
    """The transaction of one request: opened when a handler asks for `Db`, ended with its answer."""

    def __init__(self, database: Database | None, after: Callable[[AfterCommit], None]) -> None:
        self.database = database
        self.after = after
        self.db: AsyncConnection | None = None
        self.request_hash = b""
        self.key: str | None = None
        self.subject = NOBODY
        self._open: AsyncTransaction | None = None
        self._replayed = False

    def identify(self, method: str, address: str, key: str | None, body: bytes) -> None:
        """Remember what this request is, should it come again."""
        if method == "POST" and key is not None:
            self.key = key
            self.request_hash = hashlib.sha256(f"{method} {address}\n".encode() + body).digest()

    async def begin(self, caller: Caller | None) -> AsyncConnection:
        """The connection of this request, inside its transaction, with subject and role set."""
        if self.db is not None:
            return self.db
        if self.database is None:
            raise RuntimeError("this service has no database")
        try:
            self.db = await self.database.engine.connect()
        except PoolTimeout:
            raise Unavailable("every connection is at work") from None
        self._open = await self.db.begin()
        self.db.info["after_commit"] = AfterCommit()
        self.subject = caller.subject if caller else NOBODY
        await self.db.execute(SET_WHO, {"subject": str(self.subject), "role": role_name(caller)})
        if self.key is not None:
            await self._first_time(self.db)
        return self.db

    async def _first_time(self, db: AsyncConnection) -> None:
        """Take the key, or wait for the twin that holds it and replay its answer."""
        if not 1 <= len(self.key or "") <= KEY_LENGTH:
            raise BadKey()
        row = {"subject": self.subject, "key": self.key, "request_hash": self.request_hash}
        taken = insert(idempotency).values(row).on_conflict_do_nothing().returning(idempotency.c.key)
        if (await db.execute(taken)).first():
            return
        mine = (idempotency.c.subject == self.subject) & (idempotency.c.key == self.key)
        found = (await db.execute(select(idempotency).where(mine))).one()
        if found.request_hash != self.request_hash:
            raise KeyReused()
        self._replayed = True
        raise Replay(found.status or 200, found.body or b"")

    async def end(self, status: int, body: bytes) -> None:
        """Commit when `status` is a success, else roll back; then wake who must be woken."""
        db, opened = self.db, self._open
        if db is None or opened is None:
            return
        self.db = self._open = None
        if status >= 400 or self._replayed:
            await _quietly(opened.rollback)
            await _quietly(db.close)
            return
        try:
            after = db.info.pop("after_commit", None)
            if self.key is not None:
                mine = (idempotency.c.subject == self.subject) & (idempotency.c.key == self.key)
                await db.execute(update(idempotency).where(mine).values(status=status, body=body))
            await opened.commit()
        except BaseException:
            await _quietly(opened.rollback)
            raise
        finally:
            await db.close()
        if isinstance(after, AfterCommit):
            self.after(after)

    async def abandon(self) -> None:
        """Roll back whatever is still open: the request ended without an answer."""
        await self.end(500, b"")


async def _quietly(undo: Callable[[], Awaitable[Any]]) -> None:
    try:
        await undo()
    except Exception:
        return  # the connection is gone: the server rolls back by itself
