"""The migrated schema is the one that the code speaks of: nothing missing, nothing more."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from tests.cluster import Cluster

WITH_DATABASE = ("identity", "referral", "booking", "reminders")
MADE_IN_SQL = frozenset({"add_index", "remove_index", "add_constraint", "remove_constraint", "add_fk", "remove_fk"})
"""Booking's constraints and indexes stand in its tables.sql only: exclusion constraints have no Core spelling here."""


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_what_is_migrated_is_what_the_code_says(cluster: Cluster, service: str) -> None:
    import importlib

    metadata: MetaData = importlib.import_module(f"services.{service}.tables").metadata
    differences = asyncio.run(_differences(cluster.database(service).owner, metadata))
    told = [one for one in differences if not (service == "booking" and one[0] in MADE_IN_SQL)]
    assert told == []


async def _differences(url: str, metadata: MetaData) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
        return [one for one in (pair if isinstance(pair, list) else [pair] for pair in found) for one in one]

    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as db:
        found = await db.run_sync(compare)
    await engine.dispose()
    return found
