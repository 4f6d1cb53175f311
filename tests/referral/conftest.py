"""Referral's real app on a real database and a real Valkey, with a telephone that only remembers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from litestar.testing import AsyncTestClient

from contracts.caller import Caller
from contracts.events import AppointmentBooked, Event
from contracts.words import Modality, Privacy, Role
from kit.clock import now
from kit.vault import Vault
from kit.worker import Listening, hear
from services.referral import app as referral
from services.referral.deliver.falling_due import Clock
from services.referral.deliver.ringing import Ringer
from services.referral.domain.experts import Expert
from services.referral.domain.urgent import Duty
from services.referral.settings import Settings
from services.referral.store import experts, on_call
from services.referral.store.experts import KnownExperts
from services.referral.worker import SERVICE
from tests.cluster import Address, Cluster
from tests.keys import Keys
from tests.owner import Owner
from tests.referral.make import an_expert
from tests.tokens import a_caller, bearer

POSTS = (Duty(0, "Dr Lefèvre", "+33600000001"), Duty(1, "Dr Costa", "+33600000002"))


class Telephone:
    """Takes every ring, unless told to refuse; remembers them."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str, str]] = []
        self.refuses = False

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        self.rung.append((channel, number, body))
        return not self.refuses

    async def answers(self, channel: str) -> bool:
        return not self.refuses

    def secret(self) -> str:
        """The secret of the latest link."""
        bodies = [body for _, _, body in self.rung if "#" in body]
        return bodies[-1].split("#")[1].split()[0]


class Desk:
    """Referral as the gateway sees it, and as the other services speak to it."""

    def __init__(
        self,
        http: AsyncTestClient[Any],
        keys: Keys,
        listening: Listening,
        address: Address,
        telephone: Telephone,
        owner: Owner,
    ) -> None:
        self.http = http
        self.keys = keys
        self.listening = listening
        self.address = address
        self.telephone = telephone
        self.owner = owner
        self.me = a_caller(Role.PSYCHOLOGIST)
        self.house: Any = None
        self.ringer = Ringer(
            listening.database,
            telephone,
            vault=Vault(listening.settings.vault_key),
            public_url="https://veilleuse.test",
            after=lambda _: None,
        )  # a second process's ringer, in the test's own loop

    async def ask(self, method: str, path: str, data: Any = None, *, caller: Caller | None = None, **more: Any) -> Any:
        """The answer to `caller` (the psychologist of this test unless said otherwise)."""
        headers = {**bearer(self.keys.rings["identity"], "referral", caller or self.me), **more.pop("headers", {})}
        content = None if data is None else msgspec.json.encode(data)
        return await self.http.request(method, path, content=content, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> Any:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return await self.ask("POST", path, data, **more)

    async def call(self, **sheet: Any) -> dict[str, Any]:
        """A new call whose sheet says `sheet`."""
        contact = (await self.post("/contacts")).json()
        if sheet:
            answer = await self.type(contact["id"], **sheet)
            assert answer.status_code == 200, answer.text
            contact = answer.json()
        return dict(contact)

    async def type(self, contact_id: str, **changes: Any) -> Any:
        return await self.ask("PATCH", f"/contacts/{contact_id}/sheet", {"changes": changes})

    async def referral(self, **sheet: Any) -> dict[str, Any]:
        """A referral ready to be booked, as GET shows it."""
        contact = await self.call(**{"level": 2, **sheet})
        permit = (await self.post(f"/contacts/{contact['id']}/permit")).json()
        return dict((await self.get(f"/referrals/{permit['referral_id']}")).json())

    async def expert(self, **changes: Any) -> Expert:
        """An expert of the network."""
        expert = an_expert(**changes)
        async with self.listening.database.transaction() as db:
            await experts.save(db, expert)
        return expert

    async def hears(self, *events: Event, event_ids: Sequence[UUID] = ()) -> None:
        """Deliver `events` as the broker does."""
        letters = [
            {
                "event_id": str(event_ids[n] if event_ids else uuid4()),
                "kind": type(event).__name__,
                "payload": msgspec.to_builtins(event, str_keys=True),
            }
            for n, event in enumerate(events)
        ]
        await hear(self.listening, letters)
        assert not await self.sql("SELECT * FROM unheard")

    async def tick(self) -> None:
        """One beat of the timers, beside those of the app itself."""
        async with self.listening.database.transaction() as db:
            await Clock(KnownExperts())(db)

    async def duty(self, *posts: Duty) -> None:
        async with self.listening.database.transaction() as db:
            await on_call.set_standing(db, posts)

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the events of one kind that wait in the outbox or were relayed since the test began."""
        rows = await self.sql("SELECT payload FROM outbox_seen WHERE kind = $1 ORDER BY id", kind)
        return [msgspec.json.decode(row["payload"]) for row in rows]

    async def sql(self, statement: str, *values: Any) -> Any:
        """Run a statement as the owner of the tables."""
        return await self.owner.fetch(statement, *values)


def booked(referral: dict[str, Any], expert: Expert, **changes: Any) -> AppointmentBooked:
    """Booking says that a slot was taken for `referral`."""
    start = changes.pop("starts_at", now())
    values: dict[str, Any] = {
        "appointment_id": uuid4(),
        "version": 1,
        "case_id": UUID(referral["case_id"]),
        "referral_id": UUID(referral["id"]),
        "expert_id": expert.id,
        "starts_at": start,
        "ends_at": start,
        "person_zone": "Europe/Paris",
        "modality": Modality.VIDEO,
        "privacy": Privacy.NEUTRAL,
    }
    return AppointmentBooked(**{**values, **changes})


@pytest.fixture(scope="session")
def address(cluster: Cluster) -> Address:
    """Referral's database for these tests; what leaves the outbox is kept aside to be looked at."""
    made = cluster.database("referral")
    asyncio.run(_remember_what_is_told(made))
    return made


async def _remember_what_is_told(address: Address) -> None:
    connection: Any = await asyncpg.connect(address.owner)
    try:
        await connection.execute(
            """
            CREATE TABLE outbox_seen (id bigserial, kind text, payload jsonb);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN INSERT INTO outbox_seen (kind, payload) VALUES (NEW.kind, NEW.payload); RETURN NEW; END $$;
            CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION see();
            """
        )
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def settings(address: Address, cluster: Cluster, keys: Keys) -> Settings:
    """Settings on the session's servers."""
    return Settings(
        database_url=address.app,
        redis_url=cluster.valkey_url,
        keys_dir=keys.folder("referral"),
        identity_url="http://127.0.0.1:1",
        vault_key=bytes(range(32)),
        log_level="error",
    )


EMPTIED = (
    "task",
    "colleague",
    "call_back_attempt",
    "call_back",
    "follow_up",
    "glass",
    "urgent_attempt",
    "urgent_action",
    "duty_turn",
    "duty_state",
    "duty_test",
    "samu_line",
    "duty",
    "appointment",
    "expert",
    "expert_standing",
    "outbox_seen",
    "unheard",
)


class Running:
    """The app and the worker of one session of tests."""

    def __init__(
        self, http: AsyncTestClient[Any], app: Any, listening: Listening, telephone: Telephone, owner: Owner
    ) -> None:
        self.http = http
        self.owner = owner
        self.app = app
        self.listening = listening
        self.telephone = telephone


@pytest.fixture(scope="session")
async def running(settings: Settings, keys: Keys, address: Address) -> AsyncIterator[Running]:
    """Referral started once: building an app costs more than most tests."""
    telephone = Telephone()
    owner = Owner(address.owner)
    app = keys.trusted_by(referral.create(settings, port=telephone))
    listening = Listening(SERVICE, settings)
    async with AsyncTestClient(app) as http:
        yield Running(http, app, listening, telephone, owner)
    await owner.close()
    await listening.redis.aclose()
    await listening.database.stop()


@pytest.fixture
async def desk(running: Running, keys: Keys, address: Address) -> Desk:
    """Referral running, with an empty network and an empty rota."""
    made = Desk(running.http, keys, running.listening, address, running.telephone, running.owner)
    await made.owner.execute(";".join(f"DELETE FROM {table}" for table in EMPTIED))  # TRUNCATE would meet the ringer
    running.app.state.house.things["known"].__init__()  # a network is never emptied in life
    running.telephone.__init__()  # type: ignore[misc]
    made.house = running.app.state.house
    return made
