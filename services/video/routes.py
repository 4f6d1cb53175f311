"""The doors of a room: a websocket per participant, opened by a permit or an invitation; and what is asked around."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import WebSocket, get, post, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from contracts.permits import SeatPermit
from contracts.video import (
    FromBrowser,
    FromServer,
    Invitation,
    Invited,
    NewInvitation,
    NodeSeen,
    OpenInvitation,
    Opinion,
    Opinions,
)
from contracts.words import Role
from kit.auth import PUBLIC, caller_of, only
from kit.clock import now
from kit.db import Me
from kit.errors import Refusal
from kit.log import log
from kit.web import HousePermits, NamedHouse
from services.video import domain
from services.video.rtc.lines import LARGEST_DESCRIPTION, LARGEST_NOTE, NotUnderstood
from services.video.rtc.live import LiveRoom
from services.video.rtc.node import Elsewhere, Node
from services.video.rtc.trial import Trials
from services.video.store import Kept

MESSAGES_PER_SECOND = 20
AT_ONCE = 60  # what one page says when three people come back in the same moment
LARGEST_MESSAGE = LARGEST_DESCRIPTION + 4096
WAITING_TO_LEAVE = 64  # messages; a browser slower than this loses its line and comes back
REFUSED, REPLACED, FAILED, MOVED = 4403, 4409, 1011, 1012
REPLACED_CODE = "seat-taken-elsewhere"
Permitted = Callable[[WebSocket[Any, Any, Any], UUID], Awaitable[SeatPermit]]


class SocketLine:
    """Carries messages to one browser without ever making the room wait."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[FromServer | int] = asyncio.Queue(WAITING_TO_LEAVE)

    def put(self, message: FromServer) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.end(FAILED)

    def replace(self) -> None:
        self.put(FromServer(kind="problem", code=REPLACED_CODE))
        self.end(REPLACED)

    def move(self) -> None:
        """The room goes to another node: come back, the gateway finds it."""
        self.put(FromServer(kind="move"))
        self.end(MOVED)

    def shut(self) -> None:
        """The time of this room is over."""
        self.put(FromServer(kind="problem", code=domain.RoomClosed().code))
        self.end(REFUSED)

    def end(self, code: int) -> None:
        """Close once what waits has left; what does not fit is given up."""
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(code)

    async def carry(self, socket: WebSocket[Any, Any, Any]) -> None:
        while True:
            message = await self._queue.get()
            if isinstance(message, int):
                await socket.close(code=message)
                return
            await socket.send_text(msgspec.json.encode(message).decode())


class Allowance:
    """So many messages a second, and a few seconds' worth at once."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._at = 0.0

    def take(self, at: float) -> bool:
        self._left = min(AT_ONCE, self._left + (at - self._at) * MESSAGES_PER_SECOND)
        self._at = at
        self._left -= 1
        return self._left >= 0


@websocket("/rooms/{room_id:uuid}")
async def seat(socket: WebSocket[Any, Any, Any], room_id: FromPath[UUID]) -> None:
    """Sit in a room; `X-Permit` is booking's word that this caller may, `X-Silent` a node that did not answer."""
    await _opened(socket, room_id, _permitted)


@websocket("/guests/{room_id:uuid}", opt=PUBLIC)
async def guest_seat(socket: WebSocket[Any, Any, Any], room_id: FromPath[UUID]) -> None:
    """The third seat: `X-Invitation` is its code; the professional still opens the door."""
    await _opened(socket, room_id, _invited)


async def _permitted(socket: WebSocket[Any, Any, Any], room_id: UUID) -> SeatPermit:
    permit: SeatPermit = await socket.app.state.house.permits.read(socket.headers.get("x-permit", ""), SeatPermit)
    caller = caller_of(socket.scope)
    if permit.seat == domain.GUEST or caller is None or caller.subject != permit.holder:
        raise domain.SeatOfAnother()
    return permit


async def _invited(socket: WebSocket[Any, Any, Any], room_id: UUID) -> SeatPermit:
    kept: Kept = socket.app.state.house.things["kept"]
    permit = await kept.invitation(socket.headers.get("x-invitation", ""))
    if permit is None or permit.appointment_id != room_id:
        raise domain.InvitationUnknown()
    return permit


async def _opened(socket: WebSocket[Any, Any, Any], room_id: UUID, permitted: Permitted) -> None:
    node: Node = socket.app.state.house.things["node"]
    line = SocketLine()
    await socket.accept()
    carrying = asyncio.create_task(line.carry(socket))
    try:
        await _sit(socket, room_id, node, line, await permitted(socket, room_id))
    except Refusal as refusal:
        line.put(FromServer(kind="problem", code=refusal.code))
        line.end(REFUSED if refusal.status < 500 else FAILED)
    except Elsewhere as elsewhere:
        line.put(FromServer(kind="move", data={"url": elsewhere.url, "node": elsewhere.node}))
        line.end(1000)
    except WebSocketDisconnect:
        line.end(1000)
    except BaseException:
        carrying.cancel()
        raise
    await asyncio.gather(carrying, return_exceptions=True)


async def _sit(
    socket: WebSocket[Any, Any, Any], room_id: UUID, node: Node, line: SocketLine, permit: SeatPermit
) -> None:
    if permit.appointment_id != room_id:
        raise domain.SeatOfAnother()
    domain.allowed(permit, now())
    room = await node.room(room_id, until=permit.closes_at, silent=socket.headers.get("x-silent", ""))
    holder = hashlib.sha256(f"{room_id}/{permit.holder}".encode()).hexdigest()
    welcome = {
        "ice_servers": node.ice_servers(until=permit.closes_at),
        "closes_at": permit.closes_at.isoformat(),
    }
    await room.sit(permit.seat, holder, line, welcome)
    trials = Trials(line, node.settings.public_address)
    try:
        await _listen(socket, room, permit.seat, line, trials)
    finally:
        await trials.close()
        await room.stand(permit.seat, line)


async def _listen(
    socket: WebSocket[Any, Any, Any], room: LiveRoom, name: str, line: SocketLine, trials: Trials
) -> None:
    allowance, clock = Allowance(), asyncio.get_running_loop()
    while True:
        text = await socket.receive_text()
        if not allowance.take(clock.time()) or len(text) > LARGEST_MESSAGE:
            raise NotUnderstood("too much")
        try:
            message = msgspec.json.decode(text, type=FromBrowser)
        except (msgspec.DecodeError, RecursionError) as error:  # a thousand brackets are no message either
            raise NotUnderstood("not a message") from error
        if message.kind == "beat":
            line.put(FromServer(kind="beat"))
        elif message.kind == "peer" and len(text) > LARGEST_NOTE:
            raise NotUnderstood("too long a note")
        elif not await trials.heard(message):
            await _heard(room, name, message, line)


async def _heard(room: LiveRoom, name: str, message: FromBrowser, line: SocketLine) -> None:
    try:
        await room.hear(name, message)
    except NotUnderstood:
        raise
    except Refusal as refusal:
        log().info("room said no", code=refusal.code)
        line.put(FromServer(kind="problem", code=refusal.code))


@post("/invitations", guards=[only(Role.EXPERT)])
async def invite(data: JSONBody[NewInvitation], caller: Me, permits: HousePermits, house: NamedHouse) -> Invitation:
    """A code for a third seat; it replaces the room's earlier one."""
    permit = await permits.read(data.permit, SeatPermit)
    if permit.seat != domain.GUEST:
        raise domain.SeatNotKnown()
    kept: Kept = house.things["kept"]
    return Invitation(await kept.invite(permit))


@post("/invitations/open", opt=PUBLIC, status_code=200)
async def open_invitation(data: JSONBody[OpenInvitation], house: NamedHouse) -> Invited:
    """Which room a code opens; wrong tries slow down, here and everywhere."""
    limiter, kept = house.things["limiter"], house.things["kept"]
    await limiter.hit("invitation", data.origin[:200], limit="10/minute", closed_without_redis=True)
    await limiter.hit("invitations", "everyone", limit="200/minute", closed_without_redis=True)
    permit = await kept.invitation(data.code[:40])
    if permit is None:
        raise domain.InvitationUnknown()
    return Invited(permit.appointment_id, permit.closes_at)


@post("/opinions", guards=[only(Role.PERSON)], status_code=204)
async def think(data: JSONBody[Opinion], caller: Me, house: NamedHouse) -> None:
    """Two anonymous answers, in counts only."""
    kept: Kept = house.things["kept"]
    await kept.count(data, who=caller.subject, now=now())


@get("/opinions", guards=[only(Role.COORDINATOR)])
async def opinions(caller: Me, house: NamedHouse) -> list[Opinions]:
    """What people thought, month by month, in counts that are shown only from a certain number on."""
    kept: Kept = house.things["kept"]
    return await kept.opinions(now=now())


@get("/nodes", guards=[only(Role.COORDINATOR)])
async def nodes(caller: Me, house: NamedHouse) -> list[NodeSeen]:
    """Every node and the states of its rooms, as each said them within the last seconds."""
    node: Node = house.things["node"]
    return await node.seen()


DOORS: list[ControllerRouterHandler] = [seat, guest_seat, invite, open_invitation, think, opinions, nodes]
