"""Rooms for a browser test: the real video service and the real pages, on free ports, with seats handed out freely."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import redis.asyncio as redis
from litestar import Litestar, Response, WebSocket, get, websocket
from litestar.params import FromPath, FromQuery
from litestar.static_files import create_static_files_router

from contracts.booking import Appointment, Seat
from contracts.permits import SeatPermit
from contracts.video import FromServer
from contracts.words import AppointmentStatus, Modality, Role, VisitKind
from gateway.front import CSP
from gateway.pages import invite
from gateway.pages.room import shown
from gateway.signalling import carry
from gateway.templating import STATIC, Templates
from infra.embedded.ports import free_port
from kit.auth import sign_token
from kit.clock import now
from kit.http import Peer
from kit.permits import Permits
from services.video.app import create
from services.video.placement import Placement
from services.video.settings import Settings
from tests.keys import Keys
from tests.tokens import a_caller
from tests.video.serving import Served

HOLDERS = {"person": uuid4(), "professional": uuid4(), "guest": uuid4()}
NAMES = {"person": "Claire Morvan", "professional": "Alix"}


@dataclass
class Rooms:
    """A running house of rooms; `mutants` are copies of the browser's modules with one line changed."""

    keys: Keys
    port: int
    video_port: int
    mutants: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # name → file, old, new
    codes: dict[UUID, str] = field(default_factory=dict)  # what opened each third seat
    restart: Callable[[], None] = lambda: None  # ends the video node and starts another in its place
    second: Callable[[], None] = lambda: None  # starts another node beside it, until the tests are over
    nodes: list[str] = field(default_factory=list)
    redis_url: str = ""

    @asynccontextmanager
    async def draining(self) -> AsyncIterator[None]:
        """Meanwhile the first node is asked to hand its rooms over."""
        async with redis.from_url(self.redis_url) as client:
            placement, name = Placement(client, "test"), f"first-{self.port}"
            await placement.drain(name)
            yield
            await placement.drain(name, again=True)

    def url(self, room: UUID, seat: str, *, mutant: str = "", theme: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/salle/{room}?seat={seat}&mutant={mutant}&theme={theme}"

    def mutant(self, name: str, file: str, old: str, new: str) -> str:
        assert old in (STATIC / "room" / file).read_text(), f"{file} has changed: the mutation would prove nothing"
        self.mutants[name] = (file, old, new)
        return name

    def permit(self, room: UUID, seat: str) -> str:
        permits = Permits("booking", self.keys.rings["booking"], {})
        return permits.sign(
            SeatPermit(
                appointment_id=room,
                seat=seat,
                holder=HOLDERS[seat],
                opens_at=now() - timedelta(minutes=5),
                closes_at=now() + timedelta(hours=1),
            )
        )

    async def invitation(self, room: UUID) -> str:
        """A code, as the professional would get one."""
        if room not in self.codes:
            headers = {"authorization": self.authorization("professional")}
            address = f"http://127.0.0.1:{self.video_port}/invitations"
            asked = {"permit": self.permit(room, "guest")}
            async with (
                aiohttp.ClientSession() as http,
                http.post(address, json=asked, headers=headers) as answer,
            ):
                self.codes[room] = (await answer.json())["code"]
        return self.codes[room]

    def authorization(self, seat: str) -> str:
        caller = a_caller(Role.PERSON if seat == "person" else Role.EXPERT, subject=HOLDERS[seat])
        return f"Bearer {sign_token(self.keys.rings['identity'], caller, audience='video', now=now())}"


def an_appointment(room: UUID) -> Appointment:
    starts = datetime.now(UTC) + timedelta(minutes=4)
    return Appointment(
        id=room,
        expert_id=HOLDERS["professional"],
        type_id=uuid4(),
        case_id=HOLDERS["person"],
        referral_id=uuid4(),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=45),
        status=AppointmentStatus.BOOKED,
        modality=Modality.VIDEO,
        visit=VisitKind.FIRST,
        nickname="Alix",
        expert_zone="Europe/Paris",
        person_zone="Europe/Paris",
        version=1,
        sequence=0,
        ical_uid="x",
    )


def the_pages(rooms: Rooms) -> Litestar:
    """The gateway's page and thread, for seats of ours."""
    templates = Templates()
    peer = Peer(f"http://127.0.0.1:{rooms.video_port}")

    @get("/salle/{room:uuid}", media_type="text/html")
    async def page(
        room: FromPath[UUID], seat: FromQuery[str], mutant: FromQuery[str] = "", theme: FromQuery[str] = ""
    ) -> Response[str]:
        if seat == "guest":
            context = invite.shown(room)
        else:
            context = shown(Seat("", seat, an_appointment(room)), NAMES[seat], theme=theme or None, now=now())
        context |= {"socket": f"/fil/{room}/{seat}", "csrf_token": "x", "key": "k", "back": "/", "origin": ""}
        text = templates.render("room/salle.html", {"theme": theme or None, **context})
        if mutant:
            text = text.replace("/static/room/", f"/mutant/{mutant}/")
        return Response(text, headers={"content-security-policy": CSP})

    @get("/mutant/{name:str}/{file:str}")
    async def changed(name: FromPath[str], file: FromPath[str]) -> Response[str]:
        text = (STATIC / "room" / Path(file).name).read_text()
        where, old, new = rooms.mutants[name]
        return Response(text.replace(old, new) if file == where else text, media_type="text/javascript")

    @get("/{path:path}", media_type="text/plain")
    async def elsewhere(path: FromPath[Path]) -> str:
        return "elsewhere"

    @websocket("/fil/{room:uuid}/{seat:str}")
    async def thread(socket: WebSocket[Any, Any, Any], room: FromPath[UUID], seat: FromPath[str]) -> None:
        await socket.accept()
        if seat == "guest":
            headers = {"x-invitation": await rooms.invitation(room)}
            await carry(socket, peer, f"/guests/{room}", headers, _silent, rooms.nodes)
            return
        headers = {"x-permit": rooms.permit(room, seat), "authorization": rooms.authorization(seat)}
        await carry(socket, peer, f"/rooms/{room}", headers, _silent, rooms.nodes)

    async def close() -> None:
        await peer.stop()

    return Litestar(
        [page, changed, thread, elsewhere, create_static_files_router("/static", [STATIC])],
        on_shutdown=[close],
        openapi_config=None,
        logging_config=None,
    )


async def _silent(_: FromServer) -> None: ...


@contextmanager
def running(keys: Keys, redis_url: str, *, seat_kept: timedelta = timedelta(seconds=30)) -> Iterator[Rooms]:
    """Both servers in one thread of their own, until the tests are over."""
    rooms = Rooms(keys, free_port(), free_port(), redis_url=redis_url)

    def video(name: str, port: int) -> Served:
        settings = Settings(
            redis_url=redis_url,
            identity_url="http://127.0.0.1:9",
            booking_url="http://127.0.0.1:9",
            node=name,
            node_url=f"http://127.0.0.1:{port}",
            seat_kept=seat_kept,
            log_level="warning",
        )
        return Served(keys.trusted_by(create(settings)), port)

    first = partial(video, f"first-{rooms.port}", rooms.video_port)
    pages, nodes = Served(the_pages(rooms), rooms.port), [first()]

    def restart() -> None:
        nodes.pop(0).stop()
        nodes.insert(0, first())

    def second() -> None:
        port = free_port()
        nodes.append(video(f"second-{rooms.port}", port))
        rooms.nodes = [f"http://127.0.0.1:{one}" for one in (rooms.video_port, port)]

    rooms.restart, rooms.second = restart, second
    yield rooms
    pages.stop()
    for node in nodes:
        node.stop()
