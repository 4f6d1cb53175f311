"""Who is on duty: accounts opened as the coordination opens them, each with a key of its own."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from bench.actors import Colleague, Play
from bench.houses import BenchHouse
from contracts.caller import Grant
from contracts.words import Role
from infra.embedded.databases import app_role
from infra.embedded.running import running as house_on
from infra.embedded.seed.accounts import ACCOUNTS, PASSWORD
from kit.clock import now
from kit.db import Database
from services.identity.store import make_api_key

AT_ONCE = 4


@dataclass(frozen=True)
class Team:
    listeners: list[Colleague]
    manager: Colleague
    coordinator: Colleague


async def team(running: BenchHouse, play: Play, *, listeners: int) -> Team:
    """So many listeners, the duty manager and the coordination."""
    database = Database(
        house_on(running.data).database_url("identity", app_role("identity")), size=1, application="day"
    )
    try:
        manager, coordinator, admin = [
            await _colleague(database, play, one.id, one.display_name, one.grants[0].role)
            for role in (Role.DUTY_MANAGER, Role.COORDINATOR, Role.ADMIN)
            for one in ACCOUNTS
            if one.grants[0].role is role
        ]
        together = asyncio.Semaphore(AT_ONCE)

        async def opened(number: int) -> UUID:
            account = {
                "identifier": f"ecoute-du-jour-{number}",
                "display_name": f"Écoutant·e {number}",
                "grants": [{"role": Role.PSYCHOLOGIST.value}],
                "password": PASSWORD,
            }
            async with together:
                return UUID((await admin.ask("POST", "/identity/accounts", account))["id"])

        ids = await asyncio.gather(*(opened(number) for number in range(1, listeners + 1)))
        there = [
            await _colleague(database, play, each, f"Écoutant·e {number}", Role.PSYCHOLOGIST)
            for number, each in enumerate(ids, 1)
        ]
    finally:
        await database.stop()
    return Team(there, manager, coordinator)


async def _colleague(database: Database, play: Play, account_id: UUID, name: str, role: Role) -> Colleague:
    async with database.transaction() as db:
        _, key = await make_api_key(db, label=f"day {name}", grants=(Grant(role),), now=now(), account_id=account_id)
    return Colleague(play, key, account_id, name)
