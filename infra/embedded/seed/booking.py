"""The demo's agendas, into booking, as an application of their own process: it takes the longest."""

from datetime import datetime

import asyncpg

from contracts.events import AvailabilityChanged
from infra.embedded.seed.accounts import ACCOUNTS
from infra.embedded.seed.agendas import SHAPES
from kit.db import Database
from kit.settings import load
from services.booking.settings import Settings
from services.booking.store import bulk, experts


async def load_agendas(agendas: list[bulk.WholeAgenda], now: datetime) -> list[AvailabilityChanged]:
    """Every expert's openings and appointments with the agenda days that follow; the first free slots to announce."""
    url = load(Settings, "booking").database_url
    connection = await asyncpg.connect(url)
    await bulk.load(connection, agendas, shapes=SHAPES, now=now, actor=ACCOUNTS[9].id)
    await connection.close()
    database = Database(url, size=1)
    async with database.transaction() as db:
        announced = await experts.availability_changes(db, now)
    await database.stop()
    return announced
