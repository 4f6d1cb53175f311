"""The one door of a room: who may sit, what may be said, and what a broken or rude browser gets."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest

from contracts.permits import SeatPermit
from contracts.video import FromBrowser, FromServer
from contracts.words import Role
from infra.embedded.ports import free_port
from kit.clock import now
from kit.permits import Permits
from services.video.app import create
from services.video.settings import Settings
from tests.cluster import Cluster
from tests.keys import Keys
from tests.tokens import a_caller, bearer
from tests.video.client import Client
from tests.video.serving import Served

KEPT = 0.5  # seconds that a lost seat keeps its media here


@pytest.fixture(scope="module")
def address(cluster: Cluster, keys: Keys) -> Iterator[str]:
    port = free_port()
    settings = Settings(
        redis_url=cluster.valkey_url,
        identity_url="http://127.0.0.1:9",
        booking_url="http://127.0.0.1:9",
        node=f"node-{uuid4()}",
        seat_kept=timedelta(seconds=KEPT),
        turn_urls="turn:turn.example:3478",
        turn_secret="shared",
        log_level="error",
    )
    served = Served(keys.trusted_by(create(settings)), port)
    yield f"http://127.0.0.1:{port}"
    served.stop()


class Talk:
    """One browser's side of a socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, kind: str, **message: Any) -> None:
        await self.socket.send_str(msgspec.json.encode(FromBrowser(kind, **message)).decode())

    async def hears(self, kind: str) -> FromServer:
        """The next message of that kind."""
        async with asyncio.timeout(120):
            while True:
                message = msgspec.json.decode(await self.socket.receive_str(), type=FromServer)
                if message.kind == kind:
                    return message

    async def ends(self) -> tuple[str | None, int | None]:
        """The last problem said, and the code that the socket closed with."""
        problem = None
        async with asyncio.timeout(120):
            async for frame in self.socket:
                message = msgspec.json.decode(frame.data, type=FromServer)
                problem = message.code if message.kind == "problem" else problem
        return problem, self.socket.close_code

    async def states(self, **wanted: str) -> FromServer:
        """The first news of the seats that says what is wanted."""
        while True:
            news = await self.hears("seats")
            if {one.seat: one.state for one in news.seats} == wanted:
                return news


class Doors:
    """Opens sockets to one room."""

    def __init__(self, address: str, keys: Keys) -> None:
        self.address, self.keys, self.room = address, keys, uuid4()
        self.holders = {"person": uuid4(), "professional": uuid4()}

    def permit(self, name: str, **changes: Any) -> str:
        permit = SeatPermit(
            appointment_id=self.room,
            seat=name,
            holder=self.holders[name],
            opens_at=now() - timedelta(minutes=1),
            closes_at=now() + timedelta(minutes=60),
        )
        return Permits("booking", self.keys.rings["booking"], {}).sign(msgspec.structs.replace(permit, **changes))

    @asynccontextmanager
    async def open(self, seat: str, permit: str | None = None) -> AsyncIterator[Talk]:
        caller = a_caller(Role.PERSON if seat == "person" else Role.EXPERT, subject=self.holders[seat])
        headers = bearer(self.keys.rings["identity"], "video", caller)
        headers["x-permit"] = self.permit(seat) if permit is None else permit
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{self.address}/rooms/{self.room}", headers=headers) as socket,
        ):
            yield Talk(socket)


@pytest.fixture
def doors(address: str, keys: Keys) -> Doors:
    return Doors(address, keys)


class TestSitting:
    async def test_a_person_is_welcomed_to_wait_with_a_relay_of_their_own(self, doors: Doors) -> None:
        async with doors.open("person") as person:
            welcome = await person.hears("welcome")

        assert [(one.seat, one.state) for one in welcome.seats] == [("person", "waiting")]
        (relay,) = welcome.data["ice_servers"]
        assert relay["urls"] == ["turn:turn.example:3478"]
        assert int(relay["username"].split(":")[0]) > now().timestamp() + 2 * 3600 - 60

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"appointment_id": uuid4()}, "seat-of-another"),
            ({"holder": uuid4()}, "seat-of-another"),
            ({"seat": "audience"}, "seat-not-known"),
            ({"opens_at": now() + timedelta(days=30)}, "room-not-open"),
            ({"closes_at": now() - timedelta(minutes=5)}, "room-closed"),
        ],
    )
    async def test_a_permit_for_something_else_opens_nothing(
        self, doors: Doors, changes: dict[str, Any], code: str
    ) -> None:
        async with doors.open("person", doors.permit("person", **changes)) as refused:
            assert await refused.ends() == (code, 4403)

    @pytest.mark.parametrize("permit", ["", "x.y.z", "é"])
    async def test_a_forged_permit_opens_nothing(self, doors: Doors, permit: str) -> None:
        async with doors.open("person", permit) as refused:
            assert await refused.ends() == ("permit-refused", 4403)

    async def test_without_a_token_there_is_no_door(self, doors: Doors) -> None:
        address, headers = f"{doors.address}/rooms/{doors.room}", {"x-permit": doors.permit("person")}
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(address, headers=headers)

    async def test_the_same_seat_opened_again_replaces_the_first_page(self, doors: Doors) -> None:
        async with doors.open("person") as first, doors.open("person") as second:
            await second.hears("welcome")

            assert await first.ends() == ("seat-taken-elsewhere", 4409)


class TestTheWaitingRoom:
    async def test_the_professional_admits_and_the_person_hears_it(self, doors: Doors) -> None:
        async with doors.open("person") as person, doors.open("professional") as professional:
            await professional.hears("welcome")
            await professional.say("admit")

            await person.states(person="admitted", professional="admitted")

    async def test_a_person_can_neither_admit_nor_join_from_the_waiting_room(self, doors: Doors) -> None:
        async with doors.open("person") as person:
            await person.say("admit")
            assert (await person.hears("problem")).code == "not-yours-to-admit"
            await person.say("join", epoch=0)
            assert (await person.hears("problem")).code == "not-admitted"

    async def test_a_closed_page_is_seen_as_away_and_keeps_its_seat(self, doors: Doors) -> None:
        async with doors.open("professional") as professional:
            async with doors.open("person") as person:
                await person.hears("welcome")
                await professional.say("admit")
                await person.states(person="admitted", professional="admitted")
            while True:
                seats = (await professional.hears("seats")).seats
                away = {one.seat: one.here for one in seats}
                if away == {"person": False, "professional": True}:
                    break
            async with doors.open("person") as back:
                states = {one.seat: one.state for one in (await back.hears("welcome")).seats}

        assert states["person"] == "admitted"

    async def test_notes_between_browsers_reach_the_other_only(self, doors: Doors) -> None:
        async with doors.open("person") as person, doors.open("professional") as professional:
            await professional.hears("welcome")
            await person.say("peer", data={"hello": "é"})

            assert (await professional.hears("peer")).data == {"hello": "é"}
            await person.say("beat")
            assert (await person.hears("beat")).kind == "beat"


class TestMedia:
    async def test_a_pair_is_made_once_both_are_ready_and_replaced_once_per_loss(self, doors: Doors) -> None:
        async with doors.open("person") as person, doors.open("professional") as professional:
            await professional.hears("welcome")
            await professional.say("admit")
            await person.states(person="admitted", professional="admitted")
            await professional.say("join", epoch=0)
            await person.say("join", epoch=0)
            first = await self.connected(person, professional)
            await person.states(person="in_room", professional="in_room")

            await person.say("join", epoch=first)
            await professional.say("join", epoch=first)  # both saw the same loss: one new pair, not two
            second = await self.connected(person, professional)
            await person.say("peer", data={"after": second})
            news = await professional.hears("peer")

        assert (first, second) == (1, 2)
        assert news.data == {"after": 2}

    async def connected(self, *talks: Talk) -> int:
        """Answer each offer as a browser without a screen would; the epoch of the pair."""
        clients = []
        for number, talk in enumerate(talks):
            offer = await talk.hears("offer")
            client = Client(audio=10 * number + 1, video=10 * number + 2, repair=10 * number + 3)
            await talk.say("answer", leg=offer.leg, sdp=await client.answer(offer.sdp or ""))
            clients.append(client)
        async with asyncio.timeout(120):
            await asyncio.gather(*(client.connected.wait() for client in clients))
        for client in clients:
            await client.close()
        assert offer.epoch is not None
        return offer.epoch

    async def test_an_answer_that_makes_no_sense_closes_that_socket_only(self, doors: Doors) -> None:
        async with doors.open("person") as person, doors.open("professional") as professional:
            await professional.say("admit")
            await person.states(person="admitted", professional="admitted")
            for talk in (person, professional):
                await talk.say("join", epoch=0)
            offer = await person.hears("offer")
            await person.say("answer", leg=offer.leg, sdp="v=0")

            assert await person.ends() == ("not-understood", 4403)
            await professional.say("beat")
            await professional.hears("beat")


class TestRudeness:
    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", '{"kind": 3}', '{"kind": "record"}', '{"kind":"peer","data":{"x":"' + "y" * 9000 + '"}}'],
    )
    async def test_a_malformed_message_closes_its_socket(self, doors: Doors, text: str) -> None:
        async with doors.open("person") as person:
            await person.hears("welcome")
            await person.socket.send_str(text)

            assert await person.ends() == ("not-understood", 4403)

    async def test_a_flood_closes_its_socket(self, doors: Doors) -> None:
        async with doors.open("person") as person:
            for _ in range(100):
                await person.say("beat")

            assert (await person.ends())[1] == 4403

    async def test_too_many_candidates_are_refused(self, doors: Doors) -> None:
        async with doors.open("person") as person:
            await person.say(
                "candidate", leg="x", data={"candidates": ["candidate:1 1 udp 1 192.0.2.1 9 typ host"] * 51}
            )

            assert (await person.hears("problem")).code == "too-many-candidates"


class TestTheCoordination:
    async def test_it_sees_states_of_rooms_and_never_which_room_or_who(self, doors: Doors, address: str) -> None:
        headers = bearer(doors.keys.rings["identity"], "video", a_caller(Role.COORDINATOR))
        async with doors.open("person") as person, aiohttp.ClientSession(headers=headers) as http:
            await person.hears("welcome")
            async with asyncio.timeout(120):
                while True:
                    async with http.get(f"{address}/nodes") as answer:
                        text = await answer.text()
                    if '"waiting"' in text:
                        break
                    await asyncio.sleep(0.2)

        assert str(doors.room) not in text
        assert not any(str(holder) in text for holder in doors.holders.values())

    async def test_the_figures_tell_no_room_from_another(self, doors: Doors, address: str) -> None:
        async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as answer:
            text = await answer.text()

        assert "video_join_seconds_bucket" in text and "video_rooms{" in text
        assert str(doors.room) not in text
