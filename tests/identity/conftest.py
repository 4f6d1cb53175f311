"""Identity's real app on a real database and a real Valkey, with accounts to sign in with."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from contracts.caller import Caller, Grant
from contracts.identity import Session
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from services.identity import app as identity
from services.identity.domain.factors import hash_password
from services.identity.settings import Settings
from services.identity.store import accounts
from tests.cluster import Address, Cluster
from tests.keys import Keys
from tests.owner import Owner
from tests.tokens import a_caller, bearer

PASSWORD = "la lampe reste allumée"
PEPPER = bytes(range(32))


class Door:
    """The app of identity as the gateway and the desk see it."""

    def __init__(self, http: AsyncTestClient[Any], keys: Keys, database: Database, address: Address) -> None:
        self.http = http
        self.keys = keys
        self.database = database
        self.address = address
        self.owner = Owner(address.owner)
        self.password = hash_password(PASSWORD)

    async def account(self, *grants: Grant) -> tuple[UUID, str]:
        """A new account with `PASSWORD`: its id and identifier."""
        identifier = f"somebody-{uuid4().hex[:8]}"
        async with self.database.transaction() as db:
            made = await accounts.add(
                db,
                identifier=identifier,
                display_name="Camille",
                grants=grants or (Grant(Role.PSYCHOLOGIST),),
                now=now(),
            )
            await accounts.keep_password(db, made.id, self.password)
        return made.id, identifier

    async def post(self, path: str, data: Any = None, *, caller: Caller | None = None, key: str | None = None) -> Any:
        """POST as `caller`, or as nobody, with an Idempotency-Key if one is given; the answer."""
        headers = bearer(self.keys.rings["identity"], "identity", caller) if caller else {}
        headers |= {"idempotency-key": key} if key else {}
        return await self.http.post(path, content=msgspec.json.encode(data), headers=headers)

    async def get(self, path: str, caller: Caller) -> Any:
        return await self.http.get(path, headers=bearer(self.keys.rings["identity"], "identity", caller))

    async def sign_in(self, identifier: str, password: str = PASSWORD, **more: Any) -> Any:
        """The answer of a login from an origin of its own."""
        origin = more.pop("origin", uuid4().hex)
        return await self.post("/login", {"identifier": identifier, "secret": password, "origin": origin, **more})

    async def session(self, *grants: Grant) -> tuple[Session, str]:
        """An open session of a new account, and its secret."""
        _, identifier = await self.account(*grants)
        answer = await self.sign_in(identifier)
        session = msgspec.json.decode(answer.content, type=Session)
        assert session.secret
        return session, session.secret

    async def exchange(self, credential: str, audience: str = "referral", **more: Any) -> Any:
        """The answer of an exchange."""
        return await self.post("/tokens", {"credential": credential, "audience": audience, **more})

    async def sql(self, statement: str, *values: Any) -> Any:
        """Run a statement as the owner of the tables: this is how a test moves the past."""
        return await self.owner.fetch(statement, *values)

    async def age(self, session_id: UUID, *, seen: str = "0", opened: str = "0") -> None:
        """Let time pass for one session."""
        await self.sql(
            "UPDATE session SET opened_at = opened_at - $2::text::interval, seen_at = seen_at - $3::text::interval,"
            " busy_at = busy_at - greatest($2::text::interval, $3::text::interval) WHERE id = $1",
            session_id,
            opened,
            seen,
        )

    def desk(self) -> Caller:
        """A psychologist at the desk."""
        return a_caller(Role.PSYCHOLOGIST)


@pytest.fixture(scope="session")
def address(cluster: Cluster) -> Address:
    """Identity's database for these tests."""
    return cluster.database("identity")


@pytest.fixture(scope="session")
def settings(address: Address, cluster: Cluster, keys: Keys) -> Settings:
    """Settings on the session's servers."""
    return Settings(
        database_url=address.app,
        redis_url=cluster.valkey_url,
        keys_dir=keys.folder("identity"),
        identity_url="http://127.0.0.1:1",
        pepper=PEPPER,
        log_level="error",
    )


@pytest.fixture(scope="session")
async def door(settings: Settings, address: Address, keys: Keys) -> AsyncIterator[Door]:
    """The running app."""
    app = keys.trusted_by(identity.create(settings))
    database = Database(settings.database_url, size=2)  # the test client runs the app in a loop of its own
    async with AsyncTestClient(app) as http:
        opened = Door(http, keys, database, address)
        yield opened
        await opened.owner.close()
    await database.stop()


async def until(check: Any, seconds: float = 120) -> Any:
    """Ask `check` again until it says something true."""
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            await asyncio.sleep(0.01)
    return found
