"""A toy service on the real kit: doors, transaction, idempotency, outbox, refusals, audit."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from celery.exceptions import Reject
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.testing import AsyncTestClient
from sqlalchemy import MetaData, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.events import ReferralClosed
from contracts.words import Role
from infra.embedded import databases, postgres
from infra.embedded.ports import free_port
from kit import audit, outbox, worker
from kit.auth import ANYONE, only
from kit.db import Database, Db, Me
from kit.errors import Conflict
from kit.retention import forget
from kit.settings import ServiceSettings
from kit.tables import house_rules, house_tables
from kit.tables import outbox as outbox_table
from kit.web import service
from tests.cluster import Cluster
from tests.keys import Keys
from tests.tokens import a_caller, bearer


class Thing(msgspec.Struct, frozen=True):
    name: str
    then: str = "ok"


class Told(msgspec.Struct, frozen=True):
    id: UUID


class TooBad(Conflict):
    """That cannot be."""


@post("/things", guards=[only(*ANYONE)])
async def make(data: JSONBody[Thing], db: Db, caller: Me) -> Told:
    made = uuid4()
    await audit.note(db, caller, "write", "thing", made)
    await outbox.tell(db, ReferralClosed(referral_id=made, version=1, case_id=made, reason=data.name))
    if data.then == "refuse":
        raise TooBad(alternatives=[1, 2])
    if data.then == "fail":
        raise RuntimeError("a bug")
    if data.then == "twice":
        await db.execute(text("CREATE TEMP TABLE once (a int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
        await db.execute(text("INSERT INTO once VALUES (1), (1)"))
    return Told(made)


@get("/things/{thing_id:uuid}", guards=[only(Role.ADMIN)])
async def show(thing_id: FromPath[UUID], db: Db) -> Told:
    await db.execute(select(outbox_table))
    return Told(thing_id)


@pytest.fixture(scope="module")
def settings(cluster: Cluster, keys: Keys) -> Iterator[ServiceSettings]:
    async def prepare() -> None:
        await databases.create_databases(cluster.admin_url, suffix="_toy", services=("referral",))
        owner = postgres.url(cluster.port, "referral_toy", "referral_owner")
        engine = create_async_engine(owner.replace("postgresql", "postgresql+asyncpg", 1))
        metadata = MetaData()
        house_tables(metadata)
        async with engine.begin() as db:
            await db.run_sync(metadata.create_all)
            for rule in house_rules("referral_app"):
                await db.exec_driver_sql(rule)
        await engine.dispose()

    asyncio.run(prepare())
    yield ServiceSettings(
        database_url=postgres.url(cluster.port, "referral_toy", "referral_app"),
        redis_url=cluster.valkey_url,
        keys_dir=keys.folder("referral"),
        identity_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def client(settings: ServiceSettings, keys: Keys) -> AsyncIterator[AsyncTestClient[Any]]:
    app = keys.trusted_by(service("referral", settings, controllers=[make, show]))
    async with AsyncTestClient(app) as opened:
        yield opened


@pytest.fixture
def signed(keys: Keys) -> dict[str, str]:
    return bearer(keys.rings["identity"], "referral", a_caller(Role.PSYCHOLOGIST))


async def count(settings: ServiceSettings, table: str) -> int:
    db = await asyncpg.connect(settings.database_url)
    try:
        return int(await db.fetchval(f"SELECT count(*) FROM {table}"))
    finally:
        await db.close()


async def test_nobody_enters_without_a_token(client: AsyncTestClient[Any]) -> None:
    answer = await client.post("/things", json={"name": "a"})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-first")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_for_another_service_opens_nothing(client: AsyncTestClient[Any], keys: Keys) -> None:
    other = bearer(keys.rings["identity"], "booking", a_caller())
    assert (await client.post("/things", json={"name": "a"}, headers=other)).status_code == 401


async def test_a_token_signed_by_another_service_opens_nothing(client: AsyncTestClient[Any], keys: Keys) -> None:
    forged = bearer(keys.rings["booking"], "referral", a_caller(Role.ADMIN))
    assert (await client.post("/things", json={"name": "a"}, headers=forged)).status_code == 401


async def test_a_role_that_does_not_open_the_route_is_refused(
    client: AsyncTestClient[Any], signed: dict[str, str]
) -> None:
    answer = await client.get(f"/things/{uuid4()}", headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def test_a_refusal_keeps_nothing_and_says_how_to_go_on(
    client: AsyncTestClient[Any], signed: dict[str, str], settings: ServiceSettings
) -> None:
    before = await count(settings, "audit")
    answer = await client.post("/things", json={"name": "a", "then": "refuse"}, headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (409, "too-bad")
    assert answer.json()["extra"] == {"alternatives": [1, 2]}
    assert await count(settings, "audit") == before


async def test_a_bug_answers_500_without_its_message_and_keeps_nothing(
    client: AsyncTestClient[Any], signed: dict[str, str], settings: ServiceSettings
) -> None:
    before = await count(settings, "audit")
    answer = await client.post("/things", json={"name": "a", "then": "fail"}, headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (500, "our-side")
    assert "a bug" not in answer.text
    assert await count(settings, "audit") == before


async def test_a_commit_that_fails_is_said_as_any_failure_and_keeps_nothing(
    client: AsyncTestClient[Any], signed: dict[str, str], settings: ServiceSettings
) -> None:
    before = await count(settings, "outbox")
    answer = await client.post("/things", json={"name": "a", "then": "twice"}, headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (500, "our-side")
    assert await count(settings, "outbox") == before


async def test_the_same_key_replays_the_first_answer_and_writes_once(
    client: AsyncTestClient[Any], signed: dict[str, str], settings: ServiceSettings
) -> None:
    before = await count(settings, "audit")
    headers = {**signed, "Idempotency-Key": uuid4().hex}
    answers = await asyncio.gather(*(client.post("/things", json={"name": "a"}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await count(settings, "audit") == before + 1


async def test_the_same_key_with_another_body_or_another_query_is_refused(
    client: AsyncTestClient[Any], signed: dict[str, str]
) -> None:
    headers = {**signed, "Idempotency-Key": uuid4().hex}
    await client.post("/things", json={"name": "a"}, headers=headers)
    for path, name in (("/things", "b"), ("/things?dry_run=true", "a")):
        answer = await client.post(path, json={"name": name}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "not-json"),
        (b'{"name": "\xff"}', 400, "not-json"),
        (b'{"name": 7}}', 400, "not-json"),
        (b"[" * 50_000, 400, "not-json"),
        (b'{"name": 3}', 422, "invalid-input"),
        (b"{}", 422, "invalid-input"),
        (b'{"name": "a\\u0000b"}', 422, "nul-character"),
        (b'{"name": "' + b"x" * 300_000 + b'"}', 413, "body-too-large"),
    ],
)
async def test_a_bad_body_gets_its_own_code(
    client: AsyncTestClient[Any], signed: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = await client.post("/things", content=body, headers={**signed, "content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_live_ready_metrics_and_keys_answer_without_a_token(client: AsyncTestClient[Any]) -> None:
    for path in ("/live", "/ready", "/metrics", "/keys", "/openapi/openapi.json"):
        assert (await client.get(path)).status_code == 200, path


async def test_the_openapi_document_says_what_holds_at_every_door(client: AsyncTestClient[Any]) -> None:
    said = (await client.get("/openapi/openapi.json")).json()
    made = said["paths"]["/things"]["post"]
    assert "Idempotency-Key" in [each["name"] for each in made["parameters"]]
    assert "application/problem+json" in made["responses"]["4XX"]["content"] and "400" not in made["responses"]
    assert said["components"]["schemas"]["Problem"]["required"] == ["title", "status", "code"]
    assert '"duration"' not in (await client.get("/openapi/openapi.json")).text  # an hour of the wall is a time
    assert said["security"] == [{"key": []}] and said["servers"][0]["url"].startswith("/api/v1/")


async def test_an_event_told_reaches_its_listener_once_even_when_delivered_twice(
    settings: ServiceSettings,
) -> None:
    heard: list[UUID] = []

    async def listener(_: Any, event: ReferralClosed) -> None:
        heard.append(event.referral_id)

    listening = worker.Listening(worker.Service("referral", lambda: settings, {ReferralClosed: listener}), settings)
    event = ReferralClosed(referral_id=uuid4(), version=1, case_id=uuid4(), reason="x")
    letter = {
        "event_id": str(uuid4()),
        "kind": "ReferralClosed",
        "payload": msgspec.to_builtins(event),
        "request_id": None,
    }
    for _ in range(3):
        await worker.hear(listening, [letter])
    await listening.database.stop()
    await listening.redis.aclose()
    assert heard == [event.referral_id]


async def test_a_failing_listener_puts_its_event_aside_and_the_others_flow(settings: ServiceSettings) -> None:
    heard: list[str] = []

    async def listener(_: Any, event: ReferralClosed) -> None:
        if event.reason == "poison":
            raise RuntimeError("poison")
        heard.append(event.reason)

    listening = worker.Listening(worker.Service("referral", lambda: settings, {ReferralClosed: listener}), settings)
    letters = []
    for reason in ("one", "poison", "two"):
        event = ReferralClosed(referral_id=uuid4(), version=1, case_id=uuid4(), reason=reason)
        letters.append(
            {
                "event_id": str(uuid4()),
                "kind": "ReferralClosed",
                "payload": msgspec.to_builtins(event),
                "request_id": None,
            }
        )
    await worker.hear(listening, letters)
    await listening.database.stop()
    await listening.redis.aclose()
    assert sorted(set(heard)) == ["one", "two"]
    assert await count(settings, "unheard") == 1


def test_events_go_back_to_their_queue_while_the_database_is_away(settings: ServiceSettings) -> None:
    away = msgspec.structs.replace(settings, database_url=f"postgresql://x@127.0.0.1:{free_port()}/x")
    app = worker.build([worker.Service("referral", lambda: away, {})], settings.redis_url)
    letter = {"event_id": str(uuid4()), "kind": "ReferralClosed", "payload": {}, "request_id": None}
    with pytest.raises(Reject) as back:
        app.tasks["referral.deliver"]([letter])
    assert back.value.requeue  # taken as an error, the broker would have forgotten them


async def test_answers_of_old_presses_and_old_news_are_forgotten(settings: ServiceSettings) -> None:
    database = Database(settings.database_url, size=1)
    async with database.transaction() as db:
        for table, columns in (("idempotency", "subject, key, request_hash"), ("inbox", "event_id")):
            values = "gen_random_uuid(), 'old', ''" if table == "idempotency" else "gen_random_uuid()"
            await db.exec_driver_sql(
                f"INSERT INTO {table} ({columns}, at) VALUES ({values}, now() - interval '9 days')"
            )
        await forget(db)
    await database.stop()
    for table in ("idempotency", "inbox"):
        assert await count(settings, f"{table} WHERE at < now() - interval '8 days'") == 0
