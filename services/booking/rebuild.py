"""Derives `agenda_day` anew, for all experts or some: `python -m services.booking.rebuild [expert id …]`."""

import asyncio
import sys
from uuid import UUID

import asyncpg

from kit.clock import now
from services.booking.settings import read
from services.booking.store.agenda import rebuild


async def run(database_url: str, experts: list[UUID] | None = None) -> int:
    """Rebuild and say how many agendas; may run beside bookings, each batch has its agendas alone."""
    connection = await asyncpg.connect(database_url)
    try:
        return await rebuild(connection, now=now(), experts=experts)
    finally:
        await connection.close()


if __name__ == "__main__":
    chosen = [UUID(one) for one in sys.argv[1:]] or None
    print(f"{asyncio.run(run(read().database_url, chosen))} agendas rebuilt")
