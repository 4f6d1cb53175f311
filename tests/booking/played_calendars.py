"""A server of calendars on loopback that behaves well, or badly in every way that one may."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

DAY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%sEND:VCALENDAR\r\n"
MULTI = """<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">%s</d:multistatus>"""
FOUND = """<d:response><d:href>/dav/one/%s.ics</d:href>
<d:propstat><d:prop><c:calendar-data>%s</c:calendar-data></d:prop>
<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"""


class Server:
    """`events` is what every well-behaved address answers; `asked` what was asked of it."""

    def __init__(self) -> None:
        self.events = b""
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.etag = '"1"'
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    @property
    def calendar(self) -> bytes:
        return DAY % self.events

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path, dict(request.headers)))
        match request.path:
            case "/good.ics":
                if request.headers.get("If-None-Match") == self.etag:
                    return web.Response(status=304)
                return web.Response(body=self.calendar, headers={"etag": self.etag})
            case "/moved":
                return web.Response(status=302, headers={"location": "/good.ics"})
            case "/loop":
                return web.Response(status=302, headers={"location": "/loop"})
            case "/inside":
                return web.Response(status=302, headers={"location": "http://127.0.0.1:1/private"})
            case "/bomb":
                return web.Response(body=gzip.compress(b"0" * 40_000_000), headers={"content-encoding": "gzip"})
            case "/page":
                return web.Response(text="<html>Sign in</html>", content_type="text/html")
            case "/swelling/":
                inside = "<d:href>&a;</d:href><d:resourcetype><c:calendar/></d:resourcetype>"
                text = (MULTI % inside).replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa">]>', 1)
                return web.Response(status=207, body=text.encode(request.query.get("as", "utf-8")))
            case "/gone":
                return web.Response(status=410)
            case "/heavy.ics":
                return web.Response(body=b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 9_000)
            case "/endless" | "/drip":
                return await self._stream(request, slowly=request.path == "/drip")
        return await self._dav(request)

    async def _stream(self, request: web.Request, *, slowly: bool) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(10_000):
            await answer.write(b"x" if slowly else b"x" * 100_000)
            await asyncio.sleep(0.05 if slowly else 0)
        return answer

    async def _dav(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "")[:6] != "Basic ":
            return web.Response(status=401)
        said = {
            "/dav/": "<d:current-user-principal><d:href>/dav/me/</d:href></d:current-user-principal>",
            "/dav/me/": "<c:calendar-home-set><d:href>/dav/all/</d:href></c:calendar-home-set>",
            "/dav/one/": "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>",
        }
        if request.method == "REPORT":
            data = self.calendar.decode().replace("&", "&amp;")
            return web.Response(status=207, text=MULTI % (FOUND % ("x", data)), content_type="application/xml")
        if request.path == "/dav/all/":
            inner = "<d:response><d:href>/dav/one/</d:href><d:propstat><d:prop>%s</d:prop></d:propstat></d:response>"
            return web.Response(status=207, text=MULTI % (inner % said["/dav/one/"]), content_type="application/xml")
        prop = said.get(request.path, "")
        inner = "<d:response><d:href>.</d:href><d:propstat><d:prop>%s</d:prop></d:propstat></d:response>"
        return web.Response(status=207, text=MULTI % (inner % prop), content_type="application/xml")


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """The server, on a free port of loopback."""
    server = Server()
    app = web.Application(client_max_size=1024**2)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner: Any = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    try:
        yield server
    finally:
        await runner.cleanup()
