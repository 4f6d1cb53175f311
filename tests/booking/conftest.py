"""Booking's real app on a real database and a real Valkey; each test has experts of its own."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from litestar.testing import AsyncTestClient

from contracts.booking import NewAppointment, NewHold
from contracts.caller import Caller
from contracts.permits import BookPermit
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from kit.permits import Permits
from services.booking import app as booking
from services.booking import invariants
from services.booking.settings import Settings
from services.booking.store.lines import Lines
from tests.booking.make import FIRST_VIDEO, a_permit, an_agenda, local_noon, put
from tests.cluster import Address, Cluster
from tests.keys import Keys
from tests.owner import Owner
from tests.tokens import a_caller, bearer


class Door:
    """The app of booking as the gateway sees it, with referral's signature at hand."""

    def __init__(self, http: AsyncTestClient[Any], keys: Keys, address: Address) -> None:
        self.http = http
        self.owner = Owner(address.owner)
        self.address = address
        self._ring = keys.rings["identity"]
        self._referral = Permits("referral", keys.rings["referral"], {})
        self.desk = a_caller(Role.PSYCHOLOGIST)
        self.proven_before: set[UUID] = set()

    def sign(self, permit: BookPermit) -> str:
        return self._referral.sign(permit)

    async def call(
        self, method: str, path: str, data: Any = None, *, caller: Caller | None = None, **headers: str
    ) -> Any:
        """The answer to one request, by the desk unless said otherwise."""
        sent = bearer(self._ring, "booking", caller or self.desk)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if data is None else msgspec.json.encode(data)
        return await self.http.request(method, path, content=content, headers=sent)

    async def get(self, path: str, caller: Caller | None = None) -> Any:
        return await self.call("GET", path, caller=caller)

    async def post(self, path: str, data: Any = None, *, caller: Caller | None = None, **headers: str) -> Any:
        return await self.call("POST", path, {} if data is None else data, caller=caller, **headers)

    async def an_expert(self) -> UUID:
        """A new expert, open every day from 08:00 to 20:00."""
        agenda = an_agenda()
        await put(self.address.app, agenda)
        return agenda.expert.id

    async def hold(self, expert_id: UUID, starts_at: Any = None, *, caller: Caller | None = None) -> Any:
        new = NewHold(self.sign(a_permit()), expert_id, FIRST_VIDEO.id, starts_at or local_noon())
        return await self.post("/holds", new, caller=caller)

    async def book(
        self,
        expert_id: UUID,
        starts_at: Any = None,
        *,
        permit: BookPermit | None = None,
        caller: Caller | None = None,
        hold_id: int | None = None,
        type_id: UUID = FIRST_VIDEO.id,
        key: str | None = None,
    ) -> Any:
        new = NewAppointment(
            self.sign(permit or a_permit()), expert_id, type_id, starts_at or local_noon(), hold_id=hold_id
        )
        headers = {} if key is None else {"idempotency_key": key}
        return await self.post("/appointments", new, caller=caller, **headers)

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        return await self.owner.fetch(sql, *arguments)

    async def bring(self, appointment_id: Any, starts_at: datetime, status: str | None = None) -> None:
        """Let time pass until the appointment begins at `starts_at`."""
        times = "$2::timestamptz, $2::timestamptz + interval '45 minutes'"
        sql = f"UPDATE appointment SET (starts_at, ends_at) = ({times}), status = coalesce($3, status) WHERE id = $1"
        await self.rows(f"{sql} RETURNING expert_id", UUID(str(appointment_id)), starts_at, status)
        sql = f"UPDATE claim SET during = tstzrange({times}) WHERE appointment_id = $1 RETURNING expert_id"
        (row,) = await self.rows(sql, UUID(str(appointment_id)), starts_at)
        await self.refresh(row["expert_id"])

    async def refresh(self, expert_id: UUID) -> None:
        """Derive an agenda again after a test has written behind the service's back."""
        sql = "SELECT agenda_refresh(ARRAY[$1::uuid], current_date - 2, current_date + 62, now())"
        await self.rows(sql, expert_id)

    async def events(self, kind: str, field: str, value: object) -> list[dict[str, Any]]:
        """The payloads of the events of this kind about one thing, the oldest first (the relay is not started)."""
        sql = "SELECT payload FROM outbox WHERE kind = $1 AND payload->>$2 = $3 ORDER BY id"
        return [msgspec.json.decode(row[0]) for row in await self.rows(sql, kind, field, str(value))]

    async def proven(self) -> None:
        """Every invariant of booking holds on all that the tests have written; agendas of former tests once only."""
        connection = await asyncpg.connect(self.address.app)
        try:
            fresh = {row[0] for row in await connection.fetch("SELECT id FROM expert")} - self.proven_before
            assert await invariants.check(connection, now(), agendas=fresh) == []
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def booking_address(cluster: Cluster) -> Address:
    return cluster.database("booking")


@pytest.fixture(scope="session")
async def door(cluster: Cluster, keys: Keys, booking_address: Address) -> AsyncIterator[Door]:
    """The app without its ticks and relay: tests beat them when they mean to."""
    settings = Settings(
        database_url=booking_address.app,
        redis_url=cluster.valkey_url,
        keys_dir=keys.folder("booking"),
        identity_url="http://127.0.0.1:9",
        referral_url="http://127.0.0.1:9",
        vault_key=bytes(range(32)),
        log_level="warning",
    )
    app = booking.create(settings)
    app.state.house.relay = None
    keys.trusted_by(app)
    async with AsyncTestClient(app) as http:
        opened = Door(http, keys, booking_address)
        yield opened
        await opened.owner.close()


@pytest.fixture(autouse=True)
async def proven_before(request: pytest.FixtureRequest) -> None:
    """What stood before a test was proven by the tests that made it."""
    if "door" in request.fixturenames:
        opened: Door = request.getfixturevalue("door")
        opened.proven_before = {row[0] for row in await opened.rows("SELECT id FROM expert")}


@pytest.fixture
async def lines(booking_address: Address) -> AsyncIterator[Lines]:
    opened = Lines(booking_address.app, size=8)
    yield opened
    await opened.close()


@pytest.fixture
async def database(booking_address: Address) -> AsyncIterator[Database]:
    opened = Database(booking_address.app, size=4)
    yield opened
    await opened.stop()


@pytest.fixture
def someone() -> UUID:
    return uuid4()
