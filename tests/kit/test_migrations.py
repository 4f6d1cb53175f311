"""The migrated schema is the one that the code speaks of: nothing missing, nothing more."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from tests.cluster import Cluster

WITH_DATABASE = ("identity", "referral", "booking", "reminders")
MADE_IN_SQL = frozenset({"add_index", "remove_index", "add_constraint", "remove_constraint", "add_fk", "remove_fk"})
"""Booking's constraints and indexes stand in its tables.sql only: exclusion constraints have no Core spelling here."""
ANYONE = UUID(int=1)


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_what_is_migrated_is_what_the_code_says(cluster: Cluster, service: str) -> None:
    import importlib

    metadata: MetaData = importlib.import_module(f"services.{service}.tables").metadata
    differences = asyncio.run(_differences(cluster.database(service).owner, metadata))
    told = [one for one in differences if not (service == "booking" and one[0] in MADE_IN_SQL)]
    assert told == []


@pytest.mark.parametrize(
    ("service", "asked", "index"),
    [
        ("booking", f"SELECT FROM appointment WHERE replaces_id = '{ANYONE}'", "appointment_by_replaced"),
        ("referral", f"UPDATE need SET typed = NULL WHERE case_id = '{ANYONE}'", "need_by_case"),
        ("reminders", "DELETE FROM message WHERE appointment_id IS NULL AND first_due_at < now()", "message_to_forget"),
        ("reminders", "DELETE FROM entry WHERE starts_at < now()", "entry_to_forget"),
    ],
)
def test_what_a_gesture_or_a_tick_reads_of_a_table_that_grows_is_found(
    cluster: Cluster, service: str, asked: str, index: str
) -> None:
    plan = asyncio.run(_plan(cluster.database(service).owner, asked))
    assert index in plan, plan


async def _plan(url: str, asked: str) -> str:
    """How it is read where a whole look costs more than any index, as it does once there is much to look at."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET enable_seqscan = off")
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {asked}"))
    finally:
        await connection.close()


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
