"""Alembic for every service in the same three lines, run as the owner of the tables."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only

from kit.tables import house_rules

SERVICES = Path(__file__).resolve().parent.parent / "services"


def upgrade(service: str, owner_url: str, revision: str = "head") -> None:
    """Bring one service's database to `revision`; must not be called inside a running loop."""
    command.upgrade(_config(service, owner_url), revision)


def head(service: str) -> str:
    """The newest revision of a service's scripts."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(service, "")).get_current_head() or ""


def _config(service: str, owner_url: str) -> Config:
    config = Config()
    folder = SERVICES / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = owner_url
    return config


def run(metadata: MetaData) -> None:
    """What each `env.py` calls."""

    def migrate(connection: Connection) -> None:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()

    async def connect() -> None:
        url = context.config.attributes["url"].replace("postgresql://", "postgresql+asyncpg://", 1)
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
        await engine.dispose()

    asyncio.run(connect())


def first_tables(bind: Connection, service: str) -> None:
    """What a service's first migration makes: the house's tables and its own, as they were written down then."""
    script(bind, Path(__file__).with_name("house.sql").read_text())
    script(bind, (SERVICES / service / "migrations" / "tables.sql").read_text())
    script(bind, ";\n".join(house_rules(f"{service}_app")))


def script(bind: Connection, sql: str) -> None:
    """Run SQL text of several statements (functions, triggers) on a migration's connection."""
    raw: Any = bind.connection.driver_connection
    await_only(raw.execute(sql))
