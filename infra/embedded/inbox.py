"""Where the demo's outgoing messages end: an SMTP sink, one for SMS, voice and push, and a page to read them.

It stands outside the product: in a real house its three addresses are those of real providers.
"""

import asyncio
import email
import json
import re
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.embedded.ports import HOST

KEPT = 2000
PAGE = Path(__file__).parent / "inbox_page"
ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
RECIPIENT = ("to", "recipient", "number", "phone", "target")
PLAIN = re.compile(r"<([\w.+-]{1,64}@[\w.-]+)>\s*(.*)", re.ASCII)
WORDING = ("message", "text", "body", "content")


class Message(msgspec.Struct, frozen=True):
    """One message that left the house."""

    id: int
    at: datetime
    channel: str  # mail, sms, voice, push
    to: str
    subject: str
    text: str
    raw: dict[str, Any] = {}


class Letterbox:
    """Keeps messages on disk, one JSON line each, and the latest ones in memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "messages.jsonl"
        self.messages: deque[Message] = deque(maxlen=KEPT)
        if self._file.exists():
            for line in self._file.read_bytes().splitlines():
                self.messages.append(msgspec.json.decode(line, type=Message))

    def keep(self, *, channel: str, to: str, subject: str, text: str, raw: dict[str, Any] | None = None) -> Message:
        told = {"channel": channel, "to": to, "subject": subject, "text": text, "raw": raw or {}}
        return self.keep_all([told])[0]

    def keep_all(self, told: Sequence[dict[str, Any]]) -> list[Message]:
        """Written together, in their order."""
        first = self.messages[-1].id + 1 if self.messages else 1
        kept = [Message(id=number, at=datetime.now(UTC), **one) for number, one in enumerate(told, first)]
        with self._file.open("ab") as out:
            out.write(b"".join(msgspec.json.encode(one) + b"\n" for one in kept))
        self.messages.extend(kept)
        return kept

    def since(self, number: int) -> list[Message]:
        return [message for message in self.messages if message.id > number]


class Door(SMTP):
    """aiosmtpd's own, but a plain address is read at a glance: a whole grammar was a fifth of a letter's cost."""

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = PLAIN.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)


class Mail:
    """aiosmtpd's handler: every letter is taken, none is passed on."""

    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        letter = email.message_from_bytes(envelope.original_content or b"")
        parts = [one for one in letter.walk() if one.get_content_type() in ("text/plain", "text/html")]
        body = parts[0].get_payload(decode=True) if parts else b""
        assert isinstance(body, bytes)
        self._letterbox.keep(
            channel="mail",
            to=", ".join(envelope.rcpt_tos),
            subject=_plain(letter.get("subject", "")),
            text=body.decode("utf-8", "replace").replace("\r\n", "\n").strip(),
            raw={name: _plain(value) for name, value in letter.items()},
        )
        return "250 OK"


def _plain(value: str) -> str:
    """A header as it reads; most are plain already."""
    return str(make_header(decode_header(value))) if "=?" in value else value


def _first(payload: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(payload[name]) for name in names if payload.get(name)), "")


def web_application(letterbox: Letterbox) -> web.Application:
    """The page, its list of messages, and the doors of SMS, voice and push."""

    async def take(request: web.Request) -> web.Response:
        try:
            payload = json.loads(await request.read())
        except ValueError:
            return web.json_response({"error": "not JSON"}, status=400)
        every = payload if isinstance(payload, list) else [payload]
        if not every or not all(isinstance(one, dict) for one in every):
            return web.json_response({"error": "not a JSON object, nor a list of them"}, status=400)
        kept = letterbox.keep_all(
            [
                {
                    "channel": request.path.strip("/"),
                    "to": _first(one, RECIPIENT),
                    "subject": str(one.get("title") or ""),
                    "text": _first(one, WORDING),
                    "raw": one,
                }
                for one in every
            ]
        )
        return web.json_response({"id": kept[-1].id}, status=201)

    async def listing(request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal():
            return web.json_response({"error": "since is a number"}, status=400)
        return web.Response(
            body=msgspec.json.encode(letterbox.since(int(since))), content_type="application/json", headers=HEADERS
        )

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=(PAGE / "page.html").read_text(), content_type="text/html", headers=HEADERS)

    async def asset(request: web.Request) -> web.Response:
        name = request.path.strip("/")
        return web.Response(text=(PAGE / name).read_text(), content_type=ASSETS[name], headers=HEADERS)

    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    application = web.Application(client_max_size=256 * 1024)
    application.add_routes([web.post(door, take) for door in ("/sms", "/voice", "/push")])
    application.add_routes([web.get("/messages.json", listing)])
    application.add_routes([web.get("/", page), web.get("/ready", ready)])
    application.add_routes([web.get(f"/{name}", asset) for name in ASSETS])
    return application


async def serve(smtp_port: int, http_port: int, folder: Path) -> None:
    """Both doors, until cancelled."""
    letterbox = Letterbox(folder)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: Door(Mail(letterbox), hostname="localhost", enable_SMTPUTF8=True, loop=loop), HOST, smtp_port
    )
    runner = web.AppRunner(web_application(letterbox), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, HOST, http_port).start()
    async with smtp:
        await smtp.serve_forever()


def main(smtp_port: int, http_port: int, folder: str) -> None:
    """A child of the embedded run; SIGTERM ends it at once, every message is on disk already."""
    uvloop.run(serve(smtp_port, http_port, Path(folder)))
