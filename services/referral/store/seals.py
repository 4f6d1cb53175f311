"""The chain over the log: batches of rows, each under the hash of the one before."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BATCH = 2000
FIRST = bytes(32)
"""What stands before the first seal."""

ALONE = text("SELECT pg_try_advisory_xact_lock(7254001)")
TAKE = text(
    """
    DELETE FROM log_unsealed WHERE log_id IN (SELECT log_id FROM log_unsealed ORDER BY log_id LIMIT :most)
    RETURNING log_id
    """
)
LAST = text("SELECT position, hash FROM log_seal ORDER BY position DESC LIMIT 1")
SEAL = text(
    """
    INSERT INTO log_seal (position, at, log_ids, previous, hash)
    VALUES (:position, :at, :ids, :previous, hash_of_log(:previous, CAST(:ids AS bigint[])))
    """
)


async def seal(db: AsyncConnection, *, now: datetime) -> int:
    """Seal what was logged since; one process at a time, how many rows."""
    if not await db.scalar(ALONE):
        return 0
    ids = sorted((await db.execute(TAKE, {"most": BATCH})).scalars())
    if not ids:
        return 0
    last = (await db.execute(LAST)).first()
    position, previous = (last.position + 1, bytes(last.hash)) if last else (1, FIRST)
    await db.execute(SEAL, {"position": position, "at": now, "ids": ids, "previous": previous})
    return len(ids)
