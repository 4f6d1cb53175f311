"""Makes the databases and brings each service's tables to their newest form; does nothing where they are."""

import os

from infra.embedded import databases
from infra.embedded.wheels import folder


def newest(service: str) -> str:
    """The revision the files ask for: the one no other file follows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder(f"services.{service}.migrations"))).get_current_head() or ""


async def current(url: str) -> str | None:
    """The revision the database has, None when it has no tables yet."""
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


def main() -> None:
    import asyncio

    from kit import migrations

    admin_url = os.environ["VEILLEUSE_ADMIN_URL"]
    databases.create_databases_now(admin_url, password=os.environ.get("VEILLEUSE_DATABASE_PASSWORD"))
    for service in databases.SERVICES:
        url = os.environ[f"VEILLEUSE_{service.upper()}_MIGRATION_URL"]
        if asyncio.run(current(url)) == newest(service):
            print(f"{service}: up to date")
            continue
        migrations.upgrade(service, url)
        print(f"{service}: migrated to {newest(service)}")
