"""The reference: Debian's Janus with its videoroom, met by the same canned-packet clients."""

import asyncio
import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.video_peer import Canned
from infra.embedded.ports import HOST, free_port, wait_until_answers

FOLDERS = ("plugins", "transports", "events", "loggers")
PLUGIN = "janus.plugin.videoroom"


@dataclass(frozen=True)
class Janus:
    """A running Janus."""

    pid: int
    address: str


def found() -> str | None:
    """Where Janus is, None when it is not here."""
    return shutil.which("janus")


def ensure() -> str | None:
    """None once Janus is there, else the sentence that says why it is not."""
    if found():
        return None
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "no Janus here and no right to install it (as root: apt-get install janus)"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "janus"]):
        done = subprocess.run(
            ["apt-get", *argv],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return None if found() else f"Janus could not be installed: {done.stderr.strip()[-200:]}"


@contextmanager
def janus() -> Iterator[Janus]:
    """Janus with nothing but its videoroom and a websocket on loopback."""
    folder, port = Path(tempfile.mkdtemp(prefix="bench-janus-")), free_port()
    library = next(Path("/usr/lib").glob("*/janus"))
    for kind in FOLDERS:
        (folder / kind).mkdir()
    os.symlink(library / "plugins/libjanus_videoroom.so", folder / "plugins/libjanus_videoroom.so")
    os.symlink(library / "transports/libjanus_websockets.so", folder / "transports/libjanus_websockets.so")
    folders = "\n".join(
        f'  {kind}_folder = "{folder / kind}"' for kind in ("plugins", "transports", "events", "loggers")
    )
    (folder / "janus.jcfg").write_text(
        f'general: {{\n  configs_folder = "{folder}"\n{folders}\n  debug_level = 2\n}}\n'
        'nat: { ice_enforce_list = "lo,127.0.0.1"\n  ice_ignore_list = "" }\nmedia: { ipv6 = false }\n'
    )
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{\n  json = "compact"\n  ws = true\n  ws_port = {port}\n  ws_ip = "{HOST}"\n  wss = false\n}}\n'
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(found()), "-F", str(folder)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_until_answers(port, 20)
        yield Janus(process.pid, f"ws://{HOST}:{port}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


class Session:
    """One websocket to Janus."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._session = 0

    async def ask(self, janus: str, wanted: str, **more: Any) -> dict[str, Any]:
        """The first answer of the kind wanted."""
        transaction = f"t{next(self._numbers)}"
        more |= {"session_id": self._session} if self._session else {}
        await self._socket.send_json({"janus": janus, "transaction": transaction, **more})
        while True:
            answer: dict[str, Any] = await self._socket.receive_json(timeout=20)
            if answer.get("error") or answer.get("plugindata", {}).get("data", {}).get("error"):
                raise ConnectionError(str(answer))
            if answer.get("transaction") == transaction and answer["janus"] == wanted:
                return answer

    async def handle(self) -> int:
        if not self._session:
            self._session = (await self.ask("create", "success"))["data"]["id"]
        attached = await self.ask("attach", "success", plugin=PLUGIN)
        return int(attached["data"]["id"])

    async def say(self, handle: int, body: dict[str, Any], wanted: str = "event", **more: Any) -> dict[str, Any]:
        return await self.ask("message", wanted, handle_id=handle, body=body, **more)

    async def stay(self) -> None:
        """Keep the session, and let go of what Janus says."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._drop())
            while True:
                await asyncio.sleep(20)
                await self._socket.send_json({"janus": "keepalive", "transaction": "k", "session_id": self._session})

    async def _drop(self) -> None:
        async for _ in self._socket:
            pass


async def meet(http: aiohttp.ClientSession, address: str, rooms: list[int]) -> tuple[list[Canned], list[Canned]]:
    """Two in each room: who speaks (publishers) and who hears (subscribers), all connected."""
    speakers, hearers = [], []
    for room in rooms:
        sessions = [
            Session(await http.ws_connect(address, protocols=["janus-protocol"], max_msg_size=0)) for _ in range(2)
        ]
        handle = await sessions[0].handle()
        made = {"request": "create", "room": room, "publishers": 2, "audiocodec": "opus", "videocodec": "vp8"}
        await sessions[0].say(handle, {**made, "bitrate": 4_000_000}, "success")
        feeds = []
        for session in sessions:
            peer, feed = await _publish(session, room)
            speakers.append(peer)
            feeds.append(feed)
        for session, feed in zip(sessions, reversed(feeds), strict=True):
            hearers.append(await _subscribe(session, room, feed))
        _staying.extend(asyncio.create_task(session.stay()) for session in sessions)
    return speakers, hearers


_staying: list["asyncio.Task[None]"] = []


async def _publish(session: Session, room: int) -> tuple[Canned, int]:
    handle, peer = await session.handle(), Canned()
    joined = await session.say(handle, {"request": "join", "ptype": "publisher", "room": room})
    offer = {"type": "offer", "sdp": await peer.describe("sendonly", "actpass")}
    answered = await session.say(handle, {"request": "configure", "audio": True, "video": True}, jsep=offer)
    await peer.connect(answered["jsep"]["sdp"], opens=False)
    return peer, int(joined["plugindata"]["data"]["id"])


async def _subscribe(session: Session, room: int, feed: int) -> Canned:
    handle, peer = await session.handle(), Canned()
    wanted = {"request": "join", "ptype": "subscriber", "room": room, "streams": [{"feed": feed}]}
    offered = await _once_there(session, handle, wanted)
    answer = {"type": "answer", "sdp": await peer.describe("recvonly", "active")}
    await session.say(handle, {"request": "start"}, jsep=answer)
    await peer.connect(offered["jsep"]["sdp"], opens=True)
    return peer


async def _once_there(session: Session, handle: int, wanted: dict[str, Any]) -> dict[str, Any]:
    """Janus knows a publisher only a moment after its handshake."""
    for _ in range(50):
        with contextlib.suppress(ConnectionError):
            return await session.say(handle, wanted)
        await asyncio.sleep(0.1)
    return await session.say(handle, wanted)
