"""Reminders' real database and app, its worker in this process, and providers that are played."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from contracts.caller import Caller
from contracts.events import Event
from contracts.reminders import AccountChannels, ContactDetails
from contracts.words import Channel, MessageMoment
from kit.clock import now
from kit.db import AfterCommit
from kit.vault import Vault
from kit.worker import Listening, hear
from services.reminders import app as reminders
from services.reminders.deliver.answers import Letter, Route, one_by_one
from services.reminders.deliver.sending import Outgoing, send_due
from services.reminders.domain.contacts import reach_of_account, reach_of_case
from services.reminders.settings import Settings
from services.reminders.store import contacts
from services.reminders.worker import SERVICE
from tests.cluster import Address, Cluster
from tests.keys import Keys
from tests.owner import Owner
from tests.tokens import a_caller, bearer

KEY = bytes(range(32))
CHOICE: dict[str, Any] = {
    "phone": "06 12 34 56 78",
    "mail": "camille@exemple.fr",
    "channels": ["sms", "mail"],
    "moments": ["now", "day_before", "hour_before"],
}
PHONE, MAIL = "+33612345678", "camille@exemple.fr"


class Provider(Route):
    """Takes every letter, or answers as it was told to."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: list[Exception | None] = []

    async def send(self, letter: Letter) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.letters.append(letter)

    async def send_all(self, letters: Sequence[Letter]) -> list[Exception | None]:
        return await one_by_one(self, letters)


class Worker(Listening):
    """Keeps what it told in its outbox, where a test can read it."""

    async def after(self, done: AfterCommit | None) -> None:
        return None


class House:
    """One database, one worker, and the providers behind it."""

    def __init__(self, settings: Settings, address: Address, keys: Keys) -> None:
        self.settings, self.address, self.keys = settings, address, keys
        self.owner = Owner(address.owner)
        self.vault = Vault(KEY)
        self.sms, self.mail = Provider(), Provider()
        self.worker = self.another_worker()

    def another_worker(self, sms: Route | None = None) -> Worker:
        worker = Worker(SERVICE, self.settings)
        routes = {Channel.SMS: sms or self.sms, Channel.MAIL: self.mail}
        worker.things["outgoing"] = Outgoing(self.vault, routes, self.settings.public_url)
        return worker

    async def hear(self, *events: Event, event_id: UUID | None = None) -> None:
        """Deliver events as the broker would."""
        for event in events:
            letter = {
                "event_id": str(event_id or uuid4()),
                "kind": type(event).__name__,
                "payload": msgspec.to_builtins(event, str_keys=True),
                "request_id": None,
            }
            await hear(self.worker, [letter])
        assert await self.sql("SELECT * FROM unheard") == []

    async def contact(
        self,
        case_id: UUID,
        *moments: MessageMoment,
        channels: tuple[Channel, ...] = (Channel.SMS,),
        **other: Any,
    ) -> None:
        """Give a case a number and an address; every moment when none is named."""
        details = ContactDetails(
            phone=PHONE,
            mail=MAIL,
            channels=list(channels),
            moments=list(moments or MessageMoment),
            **other,
        )
        async with self.worker.database.transaction() as db:
            await contacts.put(db, self.vault, case_id, reach_of_case(details), now=now())

    async def account(self, account_id: UUID, *channels: Channel) -> None:
        """Give an account its channels."""
        told = AccountChannels(phone=PHONE, mail=MAIL, channels=list(channels or (Channel.SMS,)))
        async with self.worker.database.transaction() as db:
            await contacts.put_account(db, self.vault, account_id, reach_of_account(told))

    async def rows(self, case_id: UUID | None = None, status: str = "planned") -> list[Any]:
        """The persons' rows with a status, by date."""
        return await self.sql(
            "SELECT * FROM message WHERE case_id IS NOT NULL AND ($1::uuid IS NULL OR case_id = $1)"
            " AND status = $2 ORDER BY due_at, channel",
            case_id,
            status,
        )

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind that wait in the outbox."""
        rows = await self.sql("SELECT payload FROM outbox WHERE kind = $1 ORDER BY id", kind)
        return [msgspec.json.decode(row["payload"]) for row in rows]

    async def send(self, at: datetime | None = None) -> int:
        """Run the job as if it were `at`."""
        return await send_due(self.worker, at)

    async def due_now(self, *, kind: str | None = None) -> None:
        """Let the dates of planned rows come."""
        await self.sql(
            "UPDATE message SET due_at = now() - interval '1 second', first_due_at = now() - interval '1 second'"
            " WHERE status = 'planned' AND ($1::text IS NULL OR kind = $1)",
            kind,
        )

    async def sql(self, statement: str, *values: Any) -> Any:
        """Run a statement as the owner of the tables: this is how a test moves the past."""
        return await self.owner.fetch(statement, *values)

    async def stop(self) -> None:
        await self.worker.redis.aclose()
        await self.worker.database.stop()
        await self.owner.close()


class Door:
    """The app as the gateway sees it."""

    def __init__(self, http: AsyncTestClient[Any], keys: Keys) -> None:
        self.http, self.keys = http, keys

    async def ask(
        self, method: str, path: str, data: Any = None, *, caller: Caller | None = None, **headers: str
    ) -> Any:
        """As `caller`, or as a psychologist at the desk; the answer."""
        who = bearer(self.keys.rings["identity"], "reminders", caller or a_caller())
        content = None if data is None else msgspec.json.encode(data)
        return await self.http.request(method, path, content=content, headers={**who, **headers})

    async def give(self, case_id: UUID, **changes: Any) -> Any:
        """Put a contact with every channel and moment, but for `changes`."""
        return await self.ask("PUT", f"/cases/{case_id}/contact", {**CHOICE, **changes})


TABLES = "contact, account, appointment, message, ended, outbox, inbox, unheard, idempotency, audit"


@pytest.fixture(scope="session")
def address(cluster: Cluster) -> Address:
    """Reminders' database for these tests; each test finds it empty."""
    return cluster.database("reminders")


@pytest.fixture(scope="session")
def settings(address: Address, cluster: Cluster, keys: Keys) -> Settings:
    return Settings(
        database_url=address.app,
        redis_url=cluster.valkey_url,
        keys_dir=keys.folder("reminders"),
        identity_url="http://127.0.0.1:1",
        referral_url="http://127.0.0.1:1",
        public_url="https://agenda.exemple.fr",
        vault_key=KEY,
        sms_url="json://127.0.0.1:1/sms",
        smtp_url="smtp://127.0.0.1:1",
        log_level="error",
    )


@pytest.fixture
async def house(settings: Settings, address: Address, keys: Keys) -> AsyncIterator[House]:
    """The worker's side."""
    made = House(settings, address, keys)
    await made.owner.execute(";".join(f"DELETE FROM {table}" for table in TABLES.split(", ")))
    yield made
    await made.stop()


@pytest.fixture(scope="module")
async def door(settings: Settings, keys: Keys) -> AsyncIterator[Door]:
    """The running app on the same database, for all tests of a file."""
    app = keys.trusted_by(reminders.create(settings))
    async with AsyncTestClient(app) as http:
        yield Door(http, keys)


def soon(**later: float) -> datetime:
    """A full minute from now."""
    return (now() + timedelta(**later)).replace(second=0, microsecond=0)
