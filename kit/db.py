"""The database of a service: an engine for what reads well, a raw pool for the few hot paths."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from contracts.caller import Caller
from kit.auth import NOBODY

Db = NamedDependency[AsyncConnection]
"""The request's one transaction: commits when the answer is a success, before it leaves; never commit yourself."""
Me = NamedDependency[Caller]
"""The verified caller of the request."""

SET_WHO = text("SELECT set_config('app.subject', :subject, true), set_config('app.role', :role, true)")


class AfterCommit:
    """What to do once the transaction is committed: wake the relay, publish nudges."""

    __slots__ = ("nudges", "told")

    def __init__(self) -> None:
        self.nudges: list[str] = []
        self.told = False


def after_commit(db: AsyncConnection) -> AfterCommit:
    """The list of the transaction in progress on `db`."""
    found = db.info.get("after_commit")
    if not isinstance(found, AfterCommit):
        found = db.info["after_commit"] = AfterCommit()
    return found


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class Database:
    """One service's database, connected as its application role (not the owner of the tables)."""

    def __init__(self, url: str, *, size: int = 10, application: str = "veilleuse") -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=size,
            max_overflow=10,
            pool_timeout=3,
            pool_pre_ping=False,
            json_serializer=_encode,
            json_deserializer=msgspec.json.decode,
            connect_args={"server_settings": {"application_name": application}, "timeout": 3},
        )
        self._size = size
        self._pool: asyncpg.Pool | None = None

    @property
    def pool(self) -> asyncpg.Pool:
        """The raw asyncpg pool, open between `start` and `stop`."""
        if self._pool is None:
            raise RuntimeError("the pool is not started")
        return self._pool

    async def start_pool(self, **settings: Any) -> None:
        """Open the raw pool; only services with a hot path ask for it."""
        self._pool = await asyncpg.create_pool(self.url, min_size=1, max_size=self._size, **settings)

    async def stop(self) -> None:
        """Close everything."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, *, subject: UUID = NOBODY, role: str = "service") -> AsyncIterator[AsyncConnection]:
        """One transaction with its subject and role set; `after_commit(db)` is the caller's to carry out."""
        async with self.engine.connect() as db, db.begin():
            db.info["after_commit"] = AfterCommit()
            await db.execute(SET_WHO, {"subject": str(subject), "role": role})
            yield db


def json_text(value: Any) -> str:
    """`value` as JSON text for raw asyncpg parameters."""
    return json.dumps(msgspec.to_builtins(value))
