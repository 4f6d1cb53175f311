"""The room's websocket: checks Origin, session and seat, then carries messages between a browser and its room."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from contracts.booking import Seat
from contracts.video import FromServer
from contracts.words import Role
from gateway.door import NotForYou, credential_of
from gateway.guards import to
from gateway.house import Gateway, House, gateway_of
from kit.http import Peer, PeerAway, PeerProblem
from kit.log import log

LARGEST = 72 * 1024
KEEP_ALIVE = 60.0  # seconds; a session never ends during an open room (care.md 17)
REFUSED, ENDED, AWAY = 4403, 4401, 1013
INSIDE = frozenset({"admitted", "in_room"})

Heard = Callable[[FromServer], Awaitable[None]]


@websocket("/salle/{appointment_id:uuid}/fil", opt=to(Role.PERSON, Role.EXPERT))
async def thread(socket: WebSocket[Any, Any, Any], appointment_id: FromPath[UUID]) -> None:
    """One participant's way to their room."""
    gateway = gateway_of(socket)
    if not from_our_pages(socket, gateway.settings.public_url):
        raise NotForYou("other origin")
    credential = credential_of(socket.scope)
    house = House(gateway, credential)
    await socket.accept()
    try:
        seat = await house.booking.seat(appointment_id)
        headers = {"x-permit": seat.permit, "authorization": f"Bearer {await house.token_for('video')}"}
    except PeerProblem as error:
        await refuse(socket, error.problem.code, REFUSED)
        return
    except PeerAway:
        await refuse(socket, "unavailable", AWAY)
        return
    session = socket.scope["session_found"]  # type: ignore[typeddict-item]
    names = {str(session.id), credential.hash if credential else ""}
    await first_of(
        carry(socket, gateway.peers["video"], f"/rooms/{appointment_id}", headers, marking(house, seat)),
        keep_alive(house),
        until_ended(socket, gateway, names),
    )


def from_our_pages(socket: WebSocket[Any, Any, Any], public_url: str) -> bool:
    """A browser says where its page comes from; another site's page may not speak here."""
    host = socket.headers.get("host", "")
    return socket.headers.get("origin", "") in {public_url.rstrip("/"), f"http://{host}", f"https://{host}"}


async def refuse(socket: WebSocket[Any, Any, Any], code: str, close: int) -> None:
    """Say why, then close."""
    await socket.send_text(msgspec.json.encode(FromServer(kind="problem", code=code)).decode())
    await socket.close(code=close)


def marking(house: House, seat: Seat) -> Heard:
    """Tell booking, once, that the person is in the waiting room, and that the consultation has begun."""
    told = False

    async def heard(message: FromServer) -> None:
        nonlocal told
        if told:
            return
        if seat.seat == "person":
            what = "arrive" if message.kind == "welcome" else None
        else:
            inside = any(one.seat == "person" and one.state in INSIDE for one in message.seats)
            what = "start" if inside else None
        if what is None:
            return
        told = True
        try:
            await house.booking.mark(seat.appointment.id, what, key=f"{seat.appointment.id}:{what}")
        except (PeerAway, PeerProblem) as error:
            log().warning("room not marked", what=what, error=str(error)[:60])

    return heard


async def carry(
    socket: WebSocket[Any, Any, Any], video: Peer, path: str, headers: dict[str, str], heard: Heard
) -> None:
    """Carry text both ways until either side ends; a room that lives on another node is followed there once."""
    base: str | None = video.base_url
    while base is not None:
        try:
            async with video.session.ws_connect(base + path, headers=headers, max_msg_size=LARGEST) as room:
                base = await _exchange(socket, room, heard)
        except aiohttp.ClientError:
            await refuse(socket, "unavailable", AWAY)
            return


async def _exchange(
    socket: WebSocket[Any, Any, Any], room: aiohttp.ClientWebSocketResponse, heard: Heard
) -> str | None:
    """Carry until one side ends; the address of another node when the room is there."""
    inward = asyncio.create_task(_inward(socket, room))
    try:
        async for frame in room:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                break
            message = msgspec.json.decode(frame.data, type=FromServer)
            if message.kind == "move" and (elsewhere := message.data.get("url")):
                return str(elsewhere)
            await socket.send_text(frame.data)
            await heard(message)
        if not inward.done():
            await socket.close(code=room.close_code or AWAY)
        return None
    except WebSocketDisconnect:
        return None
    finally:
        inward.cancel()
        await asyncio.gather(inward, return_exceptions=True)


async def _inward(socket: WebSocket[Any, Any, Any], room: aiohttp.ClientWebSocketResponse) -> None:
    try:
        while True:
            text = await socket.receive_text()
            if len(text) > LARGEST:
                break
            await room.send_str(text)
    except (WebSocketDisconnect, aiohttp.ClientError, ConnectionError):
        pass
    await room.close()


async def keep_alive(house: House) -> None:
    """As long as the room is open, the session neither idles out nor ends."""
    while True:
        await asyncio.sleep(KEEP_ALIVE)
        try:
            await house.keep_alive()
        except (PeerAway, PeerProblem) as error:
            log().warning("room not kept alive", error=str(error)[:60])


async def until_ended(socket: WebSocket[Any, Any, Any], gateway: Gateway, names: set[str]) -> None:
    """Close when this session ends: a quick exit on one page closes the room on every other."""
    async for name in gateway.live.listen(lambda channel: channel.startswith("session:ended:")):
        if name is not None and names & set(name.removeprefix("session:ended:").split()):
            await socket.close(code=ENDED)
            return


async def first_of(*works: Awaitable[None]) -> None:
    """Run all, end with the first that ends."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
