"""One database and two roles per service: the owner migrates, the application reads and writes rows."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import asyncpg

SERVICES = ("identity", "referral", "booking", "reminders")
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def owner_role(service: str) -> str:
    """The role that owns the tables and runs the migrations."""
    return f"{service}_owner"


def app_role(service: str) -> str:
    """The role the service connects as: no owner, so that row policies bind it."""
    return f"{service}_app"


def database_url(admin_url: str, database: str, user: str, password: str | None = None) -> str:
    """The admin's address with another database and user."""
    parts = urlsplit(admin_url)
    host = parts.hostname or "127.0.0.1"
    secret = "" if password is None else f":{password}"
    place = f"{user}{secret}@{host}:{parts.port or 5432}"
    return urlunsplit((parts.scheme, place, f"/{database}", "", ""))


async def create_databases(
    admin_url: str, *, suffix: str = "", services: tuple[str, ...] = SERVICES, passwords: Mapping[str, str] = {}
) -> dict[str, str]:
    """Make what is missing and return the database name of each service; may be repeated.

    `suffix` is added to the database names, so that tests can have many side by side; the roles are shared.
    `passwords` by role, for a server that asks for them.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        names = {service: f"{service}{suffix}" for service in services}
        for service, name in names.items():
            owner, app = owner_role(service), app_role(service)
            await _make_roles(admin, service, passwords)
            if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await admin.execute(f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE template0')
            await admin.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{owner}", "{app}"')
    finally:
        await admin.close()
    await asyncio.gather(*(_furnish(admin_url, service, name) for service, name in names.items()))
    return names


async def _make_roles(admin: asyncpg.Connection, service: str, passwords: Mapping[str, str]) -> None:
    """Both roles may log in; neither passes over row policies.

    Two runs at once may both try to make a role: the second one's error is caught.
    """
    for role in (owner_role(service), app_role(service)):
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            try:
                await admin.execute(f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS')
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                pass
        if role in passwords:
            quoted = await admin.fetchval("SELECT quote_literal($1::text)", passwords[role])
            await admin.execute(f'ALTER ROLE "{role}" PASSWORD {quoted}')


async def _furnish(admin_url: str, service: str, name: str) -> None:
    """Extensions, and the rights of the application on whatever the owner will make."""
    owner, app = owner_role(service), app_role(service)
    parts = urlsplit(admin_url)
    database = await asyncpg.connect(urlunsplit(parts._replace(path=f"/{name}")))
    try:
        for extension in EXTENSIONS:
            await database.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        await database.execute(
            f"""
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            ALTER SCHEMA public OWNER TO "{owner}";
            GRANT USAGE ON SCHEMA public TO "{app}";
            ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}"
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{app}";
            ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT USAGE, SELECT ON SEQUENCES TO "{app}";
            ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT EXECUTE ON FUNCTIONS TO "{app}";
            """
        )
    finally:
        await database.close()


async def drop_databases(admin_url: str, services: tuple[str, ...] = SERVICES) -> None:
    """Throw away the databases of a demo whose filling was cut short; the roles stay."""
    admin = await asyncpg.connect(admin_url)
    try:
        for service in services:
            await admin.execute(f'DROP DATABASE IF EXISTS "{service}" WITH (FORCE)')
    finally:
        await admin.close()
