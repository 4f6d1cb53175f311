"""Brings each service's tables to their newest form, as their owner; does nothing where they already are."""

import asyncio
import os
import re

import asyncpg

from infra.embedded.databases import SERVICES
from infra.embedded.wheels import folder

REVISION = re.compile(r"""^(down_)?revision\b[^=\n]*=\s*["'](\w+)["']""", re.MULTILINE)


def newest(service: str) -> str:
    """The revision that no other follows; read from the files, because importing Alembic takes half a second."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in (folder(f"services.{service}") / "migrations" / "versions").glob("*.py"):
        for down, revision in REVISION.findall(file.read_text()):
            (followed if down else revisions).add(revision)
    (head,) = revisions - followed
    return head


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
        if asyncio.run(current(url)) != newest(service):
            from kit import migrations

            migrations.upgrade(service, url)
        print(f"{service}: {newest(service)}")
