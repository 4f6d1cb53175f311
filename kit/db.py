"""The database of a service, and its transactions with subject and role set; hot paths keep raw lines of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoLineFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from contracts.caller import Caller
from kit.auth import NOBODY

Db = NamedDependency[AsyncConnection]
"""The request's one transaction: commits when the answer is a success, before it leaves; never commit yourself."""
Me = NamedDependency[Caller]
"""The verified caller of the request."""

SET_WHO = text("SELECT set_config('app.subject', :subject, true), set_config('app.role', :role, true)")


_AWAY = (
    ConnectionError,
    TimeoutError,  # it took too long to let us in, or to answer
    NoLineFree,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # a full disk, no memory, no line left
)


def is_away(error: BaseException | None) -> bool:
    """Whether this came of a database that does not answer or hung up: whoever asked may ask again, all is kept."""
    while error is not None:
        if isinstance(error, _AWAY) or getattr(error, "connection_invalidated", False) or _without_words(error):
            return True
        error = error.__cause__
    return False


def _without_words(error: BaseException) -> bool:
    """It failed while connecting or committing, before or after every statement, and broke no constraint."""
    return isinstance(error, DBAPIError) and error.statement is None and not isinstance(error, IntegrityError)


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

    async def stop(self) -> None:
        """Close everything."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, *, subject: UUID = NOBODY, role: str = "service") -> AsyncIterator[AsyncConnection]:
        """One transaction with its subject and role set; `after_commit(db)` is the caller's to carry out."""
        async with self.engine.connect() as db, db.begin():
            db.info["after_commit"] = AfterCommit()
            await db.execute(SET_WHO, {"subject": str(subject), "role": role})
            yield db
