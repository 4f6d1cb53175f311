"""The directory as it is kept, each row beside the record of where it came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.referral.domain.directory import Row
from services.referral.tables import figure, resource, source_record, structure

TABLES: Final[dict[str, Table]] = {"structure": structure, "service": resource, "figure": figure}
WITH_DETAILS: Final = frozenset({"structure", "service"})


async def hashes(db: AsyncConnection) -> dict[UUID, bytes]:
    """What the latest record of each row said, as a hash."""
    column = source_record.c
    latest = select(column.target_id, column.raw_hash).ext(distinct_on(column.target_id))
    latest = latest.order_by(column.target_id, column.id.desc())
    return {row.target_id: bytes(row.raw_hash) for row in await db.execute(latest)}


async def save(db: AsyncConnection, rows: Sequence[Row], *, import_id: UUID, now: datetime) -> None:
    """Write rows in the order that their references need, and where each came from."""
    for kind, table in TABLES.items():
        of_kind = [row for row in rows if row.kind == kind]
        if not of_kind:
            continue
        values = [_values(row) for row in of_kind]
        written = upsert(table)
        kept = {name: written.excluded[name] for name in values[0] if name != "id"}
        await db.execute(written.on_conflict_do_update(index_elements=["id"], set_=kept), values)
    if rows:
        await db.execute(insert(source_record), [_record(row, import_id, now) for row in rows])


async def counts(db: AsyncConnection) -> dict[str, int]:
    """How many of each kind."""
    return {
        kind: (await db.execute(select(func.count()).select_from(table))).scalar_one() for kind, table in TABLES.items()
    }


def _values(row: Row) -> dict[str, Any]:
    values = {"id": row.id, "source": row.source, "external_id": row.external_id, **row.columns}
    return {**values, "details": row.raw} if row.kind in WITH_DETAILS else values


def _record(row: Row, import_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "imported_at": now,
        "kind": row.kind,
        "target_id": row.id,
        "documents": list(row.documents),
        "raw": row.raw,
        "raw_hash": row.raw_hash,
    }
