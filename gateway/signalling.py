"""The room's websocket: checks Origin, session and seat, then carries messages between a browser and its room."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
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
ANSWERS_WITHIN = 2.0  # seconds for a node to open a socket
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
        carry(
            socket,
            gateway.peers["video"],
            f"/rooms/{appointment_id}",
            headers,
            marking(house, seat),
            nodes_of(gateway),
        ),
        telling(socket, house, seat),
        keep_alive(house),
        until_ended(socket, gateway, names),
    )


def nodes_of(gateway: Gateway) -> list[str]:
    """Where every video node is; none when there is only one."""
    return [node.strip().rstrip("/") for node in gateway.settings.video_nodes.split(",") if node.strip()]


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
            log().warning("room not marked", kind=what, error=str(error)[:60])

    return heard


async def carry(
    socket: WebSocket[Any, Any, Any],
    video: Peer,
    path: str,
    headers: dict[str, str],
    heard: Heard,
    nodes: Sequence[str] = (),
) -> None:
    """Carry text both ways until either side ends.

    Any node may be asked for any room and tells where it is. A node that does not answer is named to the next one
    (`X-Silent`), which takes the room over.
    """
    others = in_order(path, nodes or [video.base_url])
    target, life, silent = others.pop(0), "", ""
    for _ in range(2 * len(others) + 4):
        room = await _reach(video, target + path, {**headers, **({"x-silent": silent} if silent else {})})
        if room is not None:
            async with room:
                told = await _exchange(socket, room, heard)
            if told is None:
                return
            target, life = told
        elif life or others:
            silent, life = life or silent, ""
            target = next((node for node in others if node != target), video.base_url)
            others = [node for node in others if node != target]
        else:
            break
    await refuse(socket, "unavailable", AWAY)


def in_order(path: str, nodes: Sequence[str]) -> list[str]:
    """The nodes, in an order of its own for each room: both browsers begin at the same one, rooms are spread."""
    return sorted(nodes, key=lambda node: hashlib.sha256(f"{path} {node}".encode()).digest())


async def _reach(video: Peer, url: str, headers: dict[str, str]) -> aiohttp.ClientWebSocketResponse | None:
    """A socket to one node; None when it refuses the connection or stays silent."""
    with suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(ANSWERS_WITHIN):
            return await video.session.ws_connect(url, headers=headers, max_msg_size=LARGEST)
    return None


async def _exchange(
    socket: WebSocket[Any, Any, Any], room: aiohttp.ClientWebSocketResponse, heard: Heard
) -> tuple[str, str] | None:
    """Carry until one side ends; the address and the life of another node when the room is there."""
    inward = asyncio.create_task(_inward(socket, room))
    try:
        async for frame in room:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                break
            message = msgspec.json.decode(frame.data, type=FromServer)
            if message.kind == "move" and (elsewhere := message.data.get("url")):
                return str(elsewhere), str(message.data.get("node", ""))
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


async def telling(socket: WebSocket[Any, Any, Any], house: House, seat: Seat) -> None:
    """What the waiting room says of the appointment: the professional's lateness, and that the arrival is known."""
    about = f"appointment:{seat.appointment.id}"
    async for name in house.gateway.live.listen(lambda channel: channel == about):
        if name is None:
            continue
        try:
            one = await house.booking.appointment(seat.appointment.id)
        except (PeerAway, PeerProblem):
            continue  # the next nudge tells again
        told = {"late": one.late_minutes, "arrived": one.arrived_at is not None}
        await socket.send_text(msgspec.json.encode(FromServer(kind="visit", data=told)).decode())


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
