"""A third seat: the code that opens it, what it does not open, the way tried beforehand, and counts without a name."""

from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import redis.asyncio as redis

from contracts.video import Opinions
from contracts.words import Role
from kit.clock import now
from services.video.store import Kept, counted
from tests.cluster import Cluster
from tests.keys import Keys
from tests.tokens import a_caller, bearer
from tests.video.client import Client
from tests.video.test_routes import Doors, Talk, address, doors

__all__ = ["address", "doors"]  # the running node and its doors


async def ask(doors: Doors, path: str, body: dict[str, Any], role: Role | None, subject: Any = None) -> tuple[int, Any]:
    caller = a_caller(role, subject=subject or uuid4()) if role else None
    headers = bearer(doors.keys.rings["identity"], "video", caller) if caller else {}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{doors.address}{path}", json=body, headers=headers) as answer,
    ):
        return answer.status, (await answer.json(content_type=None)) if answer.status != 204 else None


async def invited(doors: Doors) -> str:
    doors.holders["guest"] = uuid4()
    status, made = await ask(doors, "/invitations", {"permit": doors.permit("guest")}, Role.EXPERT)
    assert status == 201
    return str(made["code"])


def seat_of(doors: Doors, code: str, room: Any = None) -> Any:
    http = aiohttp.ClientSession()
    headers = {"x-invitation": code}
    return http, http.ws_connect(f"{doors.address}/guests/{room or doors.room}", headers=headers)


async def test_a_guest_waits_is_let_in_by_the_professional_and_hears_each_by_a_link_of_their_own(doors: Doors) -> None:
    code = await invited(doors)
    status, opened = await ask(doors, "/invitations/open", {"code": code, "origin": uuid4().hex}, None)
    assert (status, opened["appointment_id"]) == (200, str(doors.room))
    http, coming = seat_of(doors, code)
    async with http, doors.open("person") as person, doors.open("professional") as professional, coming as socket:
        guest = Talk(socket)
        assert (await guest.hears("welcome")).data["seat"] == "guest"
        await guest.say("join", seat="professional")
        assert (await guest.hears("problem")).code == "not-admitted"
        await guest.say("admit", seat="guest")
        assert (await guest.hears("problem")).code == "not-yours-to-admit"
        await professional.say("admit", seat="person")
        await professional.say("admit", seat="guest")
        await guest.states(person="admitted", professional="admitted", guest="admitted")
        legs = {}
        for name, talk, other in (
            ("professional", professional, "guest"),
            ("guest", guest, "professional"),
        ):
            await talk.say("join", seat=other)
            legs[name] = other
        offers = {"guest": await guest.hears("offer"), "professional": await professional.hears("offer")}
        assert {name: offer.seat for name, offer in offers.items()} == {
            "guest": "professional",
            "professional": "guest",
        }
        await person.say("peer", seat="guest", data={"for": "the guest alone"})
        note = await guest.hears("peer")
        assert (note.seat, note.data) == ("person", {"for": "the guest alone"})
        await guest.say("leave")
        assert await professional.states(person="admitted", professional="admitted", guest="left")


async def test_a_code_opens_its_own_room_only_and_a_new_one_ends_the_old(doors: Doors) -> None:
    first = await invited(doors)
    second = await invited(doors)
    for code, room in ((first, doors.room), ("000000000", doors.room), (second, uuid4())):
        http, coming = seat_of(doors, code, room)
        async with http, coming as socket:
            assert (await Talk(socket).ends())[0] == "invitation-unknown"
    status, _ = await ask(doors, "/invitations/open", {"code": first, "origin": uuid4().hex}, None)
    assert status == 410


async def test_who_guesses_codes_is_slowed_down(doors: Doors) -> None:
    origin = uuid4().hex
    tried = [
        (await ask(doors, "/invitations/open", {"code": f"{n:09d}", "origin": origin}, None))[0] for n in range(12)
    ]
    assert tried[0] == 410 and tried[-1] == 429


@pytest.mark.parametrize("seat", ["person", "professional"])
async def test_only_a_permit_for_a_third_seat_becomes_an_invitation(doors: Doors, seat: str) -> None:
    status, told = await ask(doors, "/invitations", {"permit": doors.permit(seat)}, Role.EXPERT)
    assert (status, told["code"]) == (403, "seat-not-known")
    status, _ = await ask(doors, "/invitations", {"permit": doors.permit(seat)}, Role.PERSON)
    assert status == 403


async def test_a_third_seat_is_not_taken_with_an_account(doors: Doors) -> None:
    doors.holders["guest"] = uuid4()
    async with doors.open("guest") as talk:
        assert (await talk.ends())[0] == "seat-of-another"


async def test_the_way_is_tried_from_the_waiting_room_without_any_device(doors: Doors) -> None:
    client = Client(audio=7, video=8, repair=9)
    async with doors.open("person") as person:
        await person.say("trial")
        offer = await person.hears("trial")
        assert offer.sdp and offer.leg
        await person.say("answer", leg=offer.leg, sdp=await client.answer(offer.sdp))
        await client.connected.wait()
        await client.close()


def test_a_question_that_fewer_than_ten_answered_says_nothing() -> None:
    kept = {"helped:yes": 6, "helped:no": 4, "quality:good": 9}
    assert counted("2026-11", kept) == Opinions("2026-11", {"yes": 6, "some": 0, "no": 4}, None)


async def test_opinions_are_counts_by_month_once_a_seat_and_nothing_else(
    doors: Doors, cluster: Cluster, keys: Keys
) -> None:
    memory = redis.from_url(cluster.valkey_url, decode_responses=True)
    month = f"video:opinions:{now():%Y-%m}"
    before = {name: int(n) for name, n in (await memory.hgetall(month)).items()}
    someone = uuid4()
    told = {"appointment_id": str(doors.room), "helped": "yes", "quality": None}
    for _ in range(2):
        assert (await ask(doors, "/opinions", told, Role.PERSON, someone))[0] == 204
    after = {name: int(n) for name, n in (await memory.hgetall(month)).items()}
    assert after.get("helped:yes", 0) == before.get("helped:yes", 0) + 1
    assert sum(after.values()) == sum(before.values()) + 1
    assert (await ask(doors, "/opinions", {**told, "helped": "perhaps"}, Role.PERSON))[0] in (400, 422)
    assert (await ask(doors, "/opinions", told, Role.EXPERT))[0] == 403
    async with redis.from_url(cluster.valkey_url) as client:
        (latest,) = [one for one in await Kept(client).opinions(now=now()) if one.month == f"{now():%Y-%m}"]
    assert latest.quality is None, "nobody answered that"
    assert (latest.helped or {}).get("yes", 0) in (0, after["helped:yes"])
    every = [key async for key in memory.scan_iter("video:*")]
    assert not [key for key in every if str(someone) in key]
    await memory.aclose()
