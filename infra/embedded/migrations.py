"""Brings each service's tables to their newest form, as their owner; does nothing where they already are."""

import asyncio
import os

import asyncpg

from infra.embedded.databases import SERVICES
from kit import migrations


async def current(url: str) -> str | None:
    """The revision the database has, None when it has no tables yet."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


def main() -> None:
    for service in SERVICES:
        url = os.environ[f"VEILLEUSE_{service.upper()}_MIGRATION_URL"]
        if asyncio.run(current(url)) != migrations.head(service):
            migrations.upgrade(service, url)
        print(f"{service}: {migrations.head(service)}")
