"""The demo's agendas, into booking, as an application of their own process: it takes the longest."""

from datetime import datetime

import asyncpg

from infra.embedded.seed.accounts import ACCOUNTS
from infra.embedded.seed.agendas import SHAPES
from kit.settings import load
from services.booking.settings import Settings
from services.booking.store import bulk


async def load_agendas(agendas: list[bulk.WholeAgenda], now: datetime) -> None:
    """Every expert's openings and appointments, with the agenda days that follow from them."""
    connection = await asyncpg.connect(load(Settings, "booking").database_url)
    await bulk.load(connection, agendas, shapes=SHAPES, now=now, actor=ACCOUNTS[9].id)
    await connection.close()
