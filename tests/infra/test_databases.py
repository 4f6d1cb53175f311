"""Two roles per service: the application is never the owner, and no service reaches another's database."""

import asyncpg
import pytest

from infra.embedded import databases
from infra.embedded.databases import app_role, create_databases, database_url, owner_role
from tests.cluster import Cluster

SUFFIX = "_infra"


@pytest.fixture
async def made(cluster: Cluster) -> dict[str, str]:
    return await create_databases(cluster.admin_url, suffix=SUFFIX)


async def test_making_them_twice_changes_nothing(cluster: Cluster, made: dict[str, str]) -> None:
    assert await create_databases(cluster.admin_url, suffix=SUFFIX) == made
    assert set(made) == set(databases.SERVICES)


async def test_the_application_works_on_the_owners_tables_and_cannot_make_its_own(
    cluster: Cluster, made: dict[str, str]
) -> None:
    owner = await asyncpg.connect(database_url(cluster.admin_url, made["booking"], owner_role("booking")))
    application = await asyncpg.connect(database_url(cluster.admin_url, made["booking"], app_role("booking")))
    try:
        await owner.execute("CREATE TABLE IF NOT EXISTS tried (id serial, said text)")
        await application.execute("INSERT INTO tried (said) VALUES ('une')")
        assert await application.fetchval("SELECT count(*) FROM tried") >= 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute("CREATE TABLE mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute("ALTER TABLE tried DISABLE ROW LEVEL SECURITY")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute("TRUNCATE tried")
    finally:
        await owner.close()
        await application.close()


async def test_neither_role_passes_over_row_policies(cluster: Cluster, made: dict[str, str]) -> None:
    admin = await asyncpg.connect(cluster.admin_url)
    try:
        roles = [role for service in made for role in (owner_role(service), app_role(service))]
        strong = await admin.fetch(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY($1) AND (rolsuper OR rolbypassrls OR rolcreaterole)",
            roles,
        )
    finally:
        await admin.close()
    assert strong == []


async def test_a_service_cannot_connect_to_another_ones_database(cluster: Cluster, made: dict[str, str]) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database_url(cluster.admin_url, made["reminders"], app_role("referral")))
