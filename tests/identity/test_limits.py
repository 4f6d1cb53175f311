"""With Redis away, people's doors stay shut and staff may still sign in; the limiter is atomic."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
import redis.asyncio as redis
from litestar.testing import AsyncTestClient

from infra.embedded.ports import free_port
from kit.db import Database
from kit.errors import TooMany, Unavailable
from kit.limits import Limiter
from services.identity import app as identity
from services.identity.settings import Settings
from tests.cluster import Address, Cluster
from tests.identity.conftest import Door
from tests.identity.test_links import a_code
from tests.keys import Keys


async def test_without_redis_links_and_codes_stay_shut_and_staff_signs_in_and_works(
    settings: Settings, address: Address, keys: Keys
) -> None:
    away = msgspec.structs.replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    app = keys.trusted_by(identity.create(away))
    database = Database(away.database_url, size=2)
    async with AsyncTestClient(app) as http:
        door = Door(http, keys, database, address)
        for path, data in (("/links/exchange", {"secret": "x"}), ("/codes/exchange", {"code": "x"})):
            answer = await door.post(path, {**data, "origin": uuid4().hex})
            assert answer.status_code == 503 and msgspec.json.decode(answer.content)["code"] == "unavailable"
        _, secret = await door.session()
        assert (await door.exchange(secret)).status_code == 200
        assert (await door.post("/logout", {"credential": secret})).status_code == 204
        assert (await door.exchange(secret)).status_code == 401
    await database.stop()


async def test_strangers_who_try_codes_by_the_hundred_do_not_stop_the_desk_from_finding_a_call(
    settings: Settings, address: Address, cluster: Cluster, keys: Keys
) -> None:
    apart = msgspec.structs.replace(settings, redis_url=f"{cluster.valkey_url.rpartition('/')[0]}/7")
    app = keys.trusted_by(identity.create(apart))
    database = Database(apart.database_url, size=2)
    async with AsyncTestClient(app) as http:
        door = Door(http, keys, database, address)
        case_id, listener = uuid4(), door.desk()
        code = await a_code(door, case_id)

        async def stranger(said: str) -> str:
            return str((await door.post("/codes/exchange", {"code": said, "origin": uuid4().hex})).json()["code"])

        while await stranger("lampe rivière 00") != "too-many":
            pass
        assert await stranger(code) == "too-many"
        found = await door.post("/codes/find", {"code": code, "origin": uuid4().hex}, caller=listener)
        assert found.json() == {"case_id": str(case_id)}

        async def mistyped() -> str:
            told = {"code": "lampe rivière 00", "origin": uuid4().hex}
            return str((await door.post("/codes/find", told, caller=listener)).json()["code"])

        while await mistyped() != "too-many":  # nor does one who listens guess without end
            pass
        await door.owner.close()
    await database.stop()


async def test_thirty_tries_at_once_count_as_thirty(cluster: Cluster) -> None:
    limiter, subject = Limiter(cluster.valkey_url), uuid4().hex

    async def one() -> bool:
        try:
            await limiter.hit("rule", subject, limit="5/minute", closed_without_redis=True)
        except (TooMany, Unavailable):
            return False
        return True

    assert 1 <= sum(await asyncio.gather(*(one() for _ in range(30)))) <= 5
    while await one():  # a try that a slow machine gave up may have left room
        pass
    await limiter.forgive("rule", subject, limit="5/minute")
    assert await one() and not await one()
    await limiter.hit("another rule", subject, limit="5/minute")
    with pytest.raises(TooMany):
        await limiter.hit("rule", subject, limit="5/minute")
    await limiter.stop()


async def test_when_redis_was_started_again_nobody_is_turned_away_for_it(cluster: Cluster) -> None:
    limiter, subject = Limiter(cluster.valkey_url), uuid4().hex
    await asyncio.gather(
        *(limiter.hit("rule", subject, limit="50/minute", closed_without_redis=True) for _ in range(5))
    )
    other = redis.from_url(cluster.valkey_url)
    await other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # as a restart does
    await other.aclose()
    for _ in range(8):
        await limiter.hit("rule", subject, limit="50/minute", closed_without_redis=True)
    await limiter.stop()
