"""Urgent action, from the gesture to the acknowledgement, with nothing but a database and a telephone (care.md 3–5)."""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from contracts.words import Role
from infra.embedded.ports import free_port
from kit.clock import now
from kit.db import Database
from services.referral import app as referral
from services.referral.deliver.ports import Providers
from services.referral.settings import Settings
from services.referral.store import on_call as store
from tests.cluster import Cluster
from tests.keys import Keys
from tests.referral.conftest import POSTS, Desk, Telephone
from tests.tokens import a_caller, bearer


async def until(desk: Desk, action_id: str, *outcomes: str) -> dict[str, Any]:
    """The urgent action once its rings have these outcomes."""
    async with asyncio.timeout(120):
        while True:
            shown = (await desk.get(f"/urgent-actions/{action_id}")).json()
            if [one["outcome"] for one in shown["attempts"]] == list(outcomes):
                return dict(shown)
            await asyncio.sleep(0.02)


async def age(desk: Desk, action_id: str, span: timedelta) -> None:
    """Let time pass for one urgent action."""
    await desk.sql(
        "UPDATE urgent_action SET triggered_at = triggered_at - $2::interval WHERE id = $1", UUID(action_id), span
    )


async def test_one_gesture_rings_at_once_and_every_ring_is_visible(desk: Desk) -> None:
    await desk.duty(*POSTS)
    answer = await desk.post("/urgent-actions", {})
    action = answer.json()
    assert answer.status_code == 201 and action["status"] == "triggered"
    assert [(one["who"], one["channel"], one["outcome"]) for one in action["attempts"]] == [
        ("Dr Lefèvre", "voice", "pending"),
        ("Dr Lefèvre", "sms", "pending"),
    ]
    assert (action["dial"], action["dial_name"], action["dial_now"]) == ("+33600000001", "Dr Lefèvre", False)
    await until(desk, action["id"], "taken", "taken")
    assert {(channel, number) for channel, number, _ in desk.telephone.rung} == {
        ("voice", "+33600000001"),
        ("sms", "+33600000001"),
    }
    assert len(await desk.told("UrgentActionTriggered")) == 1


async def test_the_acknowledgement_needs_no_login_and_shows_nothing(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {"place": "Brest"})).json()
    await until(desk, action["id"], "taken", "taken")
    body = msgspec.json.encode({"secret": desk.telephone.secret()})
    answer = await desk.http.post("/urgent-actions/ack", content=body)
    assert (answer.status_code, answer.content) == (204, b"")
    shown = (await desk.get(f"/urgent-actions/{action['id']}")).json()
    assert (shown["status"], shown["acknowledged_by"]) == ("acknowledged", "Dr Lefèvre")
    assert sorted(one["outcome"] for one in shown["attempts"]) == ["acknowledged", "taken"]
    assert (await desk.http.post("/urgent-actions/ack", content=body)).status_code == 204  # twice harms nothing
    rung = len(desk.telephone.rung)
    await age(desk, action["id"], timedelta(minutes=6))
    await desk.ringer.once()
    assert len(desk.telephone.rung) == rung


async def test_an_unknown_secret_opens_nothing(desk: Desk) -> None:
    answer = await desk.http.post("/urgent-actions/ack", content=b'{"secret": "x"}')
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-alert")


async def test_only_the_hash_of_a_secret_is_kept(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], "taken", "taken")
    rows = await desk.sql("SELECT * FROM urgent_attempt")
    assert desk.telephone.secret() not in repr(rows)


async def test_the_next_person_after_two_minutes_and_all_after_five(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], "taken", "taken")
    await age(desk, action["id"], timedelta(minutes=2))
    await desk.ringer.once()
    shown = await until(desk, action["id"], "unanswered", "unanswered", "taken", "taken")
    assert shown["attempts"][-1]["who"] == "Dr Costa" and shown["dial_now"]
    await age(desk, action["id"], timedelta(minutes=3))
    await desk.ringer.once()
    shown = await until(desk, action["id"], *["unanswered"] * 4, *["taken"] * 4)
    assert {one["who"] for one in shown["attempts"][4:]} == {"Dr Lefèvre", "Dr Costa"}


async def test_when_no_provider_takes_it_everyone_is_rung_and_the_number_stands_large(desk: Desk) -> None:
    await desk.duty(*POSTS)
    desk.telephone.refuses = True
    action = (await desk.post("/urgent-actions", {})).json()
    shown = await until(desk, action["id"], *["refused"] * 4)
    assert shown["dial_now"] and {one["who"] for one in shown["attempts"]} == {"Dr Lefèvre", "Dr Costa"}


async def test_the_number_stands_large_after_thirty_seconds(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    assert not action["dial_now"]
    await age(desk, action["id"], timedelta(seconds=30))
    assert (await desk.get(f"/urgent-actions/{action['id']}")).json()["dial_now"]


async def test_without_a_rota_fifteen_is_shown_at_once(desk: Desk) -> None:
    action = (await desk.post("/urgent-actions", {})).json()
    assert (action["dial"], action["dial_now"], action["attempts"]) == ("15", True, [])
    duty = (await desk.get("/on-duty")).json()
    assert duty["number"] == "15"
    await desk.duty(*POSTS)
    assert (await desk.get("/on-duty")).json()["display"] == "06\u00a000\u00a000\u00a000\u00a001"


async def test_a_mistake_is_called_back_and_those_rung_are_told(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], "taken", "taken")
    shown = (await desk.post(f"/urgent-actions/{action['id']}/call-back")).json()
    assert shown["status"] == "called_back" and not shown["dial_now"]
    async with asyncio.timeout(120):
        while "levée" not in desk.telephone.rung[-1][2]:
            await asyncio.sleep(0.01)
    assert desk.telephone.rung[-1][:2] == ("sms", "+33600000001")
    again = await desk.post(f"/urgent-actions/{action['id']}/call-back")
    assert (again.status_code, again.json()["code"]) == (409, "urgent-action-ended")


async def test_place_and_number_are_sealed_and_each_look_is_audited(desk: Desk) -> None:
    action = (
        await desk.post("/urgent-actions", {"place": "12 rue des Lilas", "call_back_number": "0601020304"})
    ).json()
    path = f"/urgent-actions/{action['id']}/details"
    assert (await desk.ask("PATCH", path, {"first_name": "Sam", "means": "corde"})).status_code == 204
    row = (await desk.sql("SELECT * FROM urgent_action"))[0]
    assert not any(word in repr(dict(row)) for word in ("Lilas", "Sam", "0601", "corde"))
    expert = a_caller(Role.EXPERT)
    assert (await desk.get(path, caller=expert)).status_code == 403
    assert (await desk.get(path)).json() == {
        "place": "12 rue des Lilas",
        "first_name": "Sam",
        "call_back_number": "0601020304",
        "means": "corde",
    }
    looks = await desk.sql("SELECT 1 FROM audit WHERE thing_id = $1 AND action = 'read'", UUID(action["id"]))
    assert len(looks) == 1
    assert "Lilas" not in (await desk.get(f"/urgent-actions/{action['id']}")).text


async def test_anyone_of_the_team_may_ring_and_no_one_else(desk: Desk) -> None:
    for role in (Role.EXPERT, Role.VOLUNTEER, Role.SECRETARY, Role.COORDINATOR, Role.DUTY_MANAGER):
        assert (await desk.post("/urgent-actions", {}, caller=a_caller(role))).status_code == 201
    assert (await desk.post("/urgent-actions", {}, caller=a_caller(Role.PERSON))).status_code == 403
    waiting = (await desk.get("/urgent-actions")).json()
    assert len(waiting["actions"]) == 5
    assert (await desk.get(f"/urgent-actions/{uuid4()}")).json()["code"] == "unknown-urgent-action"


async def test_a_ring_left_by_a_dead_process_is_made_again(desk: Desk) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], "taken", "taken")
    rung = len(desk.telephone.rung)
    await desk.sql(
        "UPDATE urgent_attempt SET outcome = 'pending', taken_up_at = now() - interval '30 seconds'"
        " WHERE channel = 'sms'"
    )
    await desk.ringer.once()
    await until(desk, action["id"], "taken", "taken")
    assert len(desk.telephone.rung) == rung + 1


async def test_a_process_that_starts_rings_at_once_what_was_left_and_the_link_of_the_first_ring_still_opens(
    desk: Desk,
) -> None:
    await desk.duty(*POSTS)
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], "taken", "taken")
    first, rung = desk.telephone.secret(), len(desk.telephone.rung)
    await desk.sql("UPDATE urgent_attempt SET outcome = 'pending', taken_up_at = now() WHERE channel = 'sms'")
    await desk.ringer.once(left=now())
    await until(desk, action["id"], "taken", "taken")
    assert len(desk.telephone.rung) == rung + 1
    assert (await desk.http.post("/urgent-actions/ack", json={"secret": first})).status_code == 204
    assert (await desk.get(f"/urgent-actions/{action['id']}")).json()["acknowledged_by"] == "Dr Lefèvre"


@pytest.fixture(scope="module")
def nowhere(settings: Settings, cluster: Cluster) -> Settings:
    """A database of its own, and no Redis at all: nothing listens on its address."""
    redis_url = f"redis://127.0.0.1:{free_port()}/0"
    url = cluster.database("referral").app
    return msgspec.structs.replace(settings, database_url=url, redis_url=redis_url, log_level="critical")


async def test_the_first_ring_leaves_within_ten_seconds_with_redis_down(nowhere: Settings, keys: Keys) -> None:
    database = Database(nowhere.database_url, size=1)
    async with database.transaction() as db:
        await store.set_standing(db, POSTS)
    await database.stop()
    telephone = Telephone()
    app = keys.trusted_by(referral.create(nowhere, port=telephone))
    async with AsyncTestClient(app) as http:
        started = time.monotonic()
        headers = bearer(keys.rings["identity"], "referral", a_caller())
        answer = await http.post("/urgent-actions", content=b"{}", headers=headers)
        assert answer.status_code == 201
        while not telephone.rung:
            assert time.monotonic() - started < 10
            await asyncio.sleep(0.01)


async def test_a_provider_is_asked_over_http_with_the_number_and_the_words() -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        heard.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"json://127.0.0.1:{port}/sms?:to={{to}}"
    providers = Providers({"sms": url, "voice": ""}, timeout=timedelta(seconds=5))
    try:
        assert await providers.send("sms", "+33600000001", title="Astreinte", body="Une alerte")
        told = msgspec.json.decode(heard[0])
        assert (told["to"], told["title"], told["message"]) == ("+33600000001", "Astreinte", "Une alerte")
        assert not await providers.send("voice", "+33600000001", title="Astreinte", body="Une alerte")
    finally:
        server.close()
        await server.wait_closed()
        providers.close()


async def test_a_provider_that_is_away_refuses() -> None:
    away = Providers({"sms": f"json://127.0.0.1:{free_port()}/"}, timeout=timedelta(seconds=5))
    assert not await away.send("sms", "+33600000001", title="t", body="b")
    away.close()
