"""The one door of a room: a websocket per participant, opened by a seat permit."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from contracts.permits import SeatPermit
from contracts.video import FromBrowser, FromServer
from kit.auth import caller_of
from kit.clock import now
from kit.errors import Refusal
from kit.log import log
from services.video import domain
from services.video.rtc.lines import LARGEST_DESCRIPTION, LARGEST_NOTE, NotUnderstood
from services.video.rtc.live import LiveRoom
from services.video.rtc.node import Elsewhere, Node

MESSAGES_PER_SECOND = 20
LARGEST_MESSAGE = LARGEST_DESCRIPTION + 4096
WAITING_TO_LEAVE = 64  # messages; a browser slower than this loses its line and comes back
REFUSED, REPLACED, FAILED, MOVED = 4403, 4409, 1011, 1012
REPLACED_CODE = "seat-taken-elsewhere"


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
    """At most so many messages in any second."""

    def __init__(self) -> None:
        self._left = float(MESSAGES_PER_SECOND)
        self._at = 0.0

    def take(self, at: float) -> bool:
        self._left = min(MESSAGES_PER_SECOND, self._left + (at - self._at) * MESSAGES_PER_SECOND)
        self._at = at
        self._left -= 1
        return self._left >= 0


@websocket("/rooms/{room_id:uuid}")
async def seat(socket: WebSocket[Any, Any, Any], room_id: FromPath[UUID]) -> None:
    """Sit in a room; `X-Permit` is booking's word that this caller may, `X-Silent` a node that did not answer."""
    node: Node = socket.app.state.house.things["node"]
    line = SocketLine()
    await socket.accept()
    carrying = asyncio.create_task(line.carry(socket))
    try:
        await _sit(socket, room_id, node, line)
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


async def _sit(socket: WebSocket[Any, Any, Any], room_id: UUID, node: Node, line: SocketLine) -> None:
    permit = await socket.app.state.house.permits.read(socket.headers.get("x-permit", ""), SeatPermit)
    caller = caller_of(socket.scope)
    if permit.appointment_id != room_id or caller is None or caller.subject != permit.holder:
        raise domain.SeatOfAnother()
    domain.allowed(permit, now())
    room = await node.room(room_id, until=permit.closes_at, silent=socket.headers.get("x-silent", ""))
    holder = hashlib.sha256(f"{room_id}/{permit.holder}".encode()).hexdigest()
    welcome = {
        "ice_servers": node.ice_servers(until=permit.closes_at),
        "closes_at": permit.closes_at.isoformat(),
    }
    await room.sit(permit.seat, holder, line, welcome)
    try:
        await _listen(socket, room, permit.seat, line)
    finally:
        await room.stand(permit.seat, line)


async def _listen(socket: WebSocket[Any, Any, Any], room: LiveRoom, name: str, line: SocketLine) -> None:
    allowance, clock = Allowance(), asyncio.get_running_loop()
    while True:
        text = await socket.receive_text()
        if not allowance.take(clock.time()) or len(text) > LARGEST_MESSAGE:
            raise NotUnderstood("too much")
        try:
            message = msgspec.json.decode(text, type=FromBrowser)
        except msgspec.DecodeError as error:
            raise NotUnderstood("not a message") from error
        if message.kind == "beat":
            line.put(FromServer(kind="beat"))
        elif message.kind == "peer" and len(text) > LARGEST_NOTE:
            raise NotUnderstood("too long a note")
        else:
            await _heard(room, name, message, line)


async def _heard(room: LiveRoom, name: str, message: FromBrowser, line: SocketLine) -> None:
    try:
        await room.hear(name, message)
    except NotUnderstood:
        raise
    except Refusal as refusal:
        log().info("room said no", code=refusal.code)
        line.put(FromServer(kind="problem", code=refusal.code))
