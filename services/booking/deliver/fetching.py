"""Asking a server of the open internet for a calendar: bounded in time and bytes, and never inside our own network."""

import asyncio
import socket
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.booking.domain.calendar_addresses import Address, AddressForbidden, AddressNotValid, address, public

MOST_BYTES: Final = 8 * 1024 * 1024
WHOLE: Final = 15.0
"""Seconds for one look, redirects and the slowest drip included."""
REDIRECTS: Final = 3
MOVED: Final = frozenset({301, 302, 303, 307, 308})
AGENT: Final = "agenda/1 (calendar reader)"


class NotFetched(Exception):
    """`code` says why, in a word that a page has a sentence for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """`content` is None when nothing has changed since."""

    content: bytes | None
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200


@dataclass(frozen=True)
class Wanted:
    """One question: `username` and `password` only ever go to the host that they were given for."""

    address: Address
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    username: str = ""
    password: str = ""


class Guarded(AbstractResolver):
    """Resolves a name once, for the connection that follows; a name with any inner address leads nowhere."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if f"{host}:{port}" not in self._allowed and not all(public(one["host"]) for one in found):
            raise AddressForbidden()
        return found

    async def close(self) -> None:
        await self._inner.close()


async def fetch(
    wanted: Wanted, *, allowed: Collection[str] = (), most: int = MOST_BYTES, whole: float = WHOLE
) -> Answer:
    """The answer, after at most three redirects each checked anew; `NotFetched` with its code."""
    connector = aiohttp.TCPConnector(resolver=Guarded(allowed), limit=1, force_close=True, use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=whole, connect=5)
    try:
        async with (
            asyncio.timeout(whole),
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
        ):
            return await _follow(session, wanted, allowed, most)
    except (AddressForbidden, AddressNotValid) as forbidden:
        raise NotFetched("address-forbidden") from forbidden
    except TimeoutError as slow:
        raise NotFetched("too-slow") from slow
    except aiohttp.ClientConnectorCertificateError as untrusted:
        raise NotFetched("not-secure") from untrusted
    except (aiohttp.ClientError, OSError, ValueError) as error:
        inner = error.__cause__ or error.__context__
        raise NotFetched("address-forbidden" if isinstance(inner, AddressForbidden) else "unreachable") from error


async def _follow(session: aiohttp.ClientSession, wanted: Wanted, allowed: Collection[str], most: int) -> Answer:
    here = wanted.address
    for _ in range(REDIRECTS + 1):
        _check_literal(here, allowed)
        same_host = (here.host, here.port) == (wanted.address.host, wanted.address.port)
        headers = {"user-agent": AGENT, "accept-encoding": "identity", **wanted.headers}
        if wanted.username and same_host:
            headers["authorization"] = aiohttp.encode_basic_auth(wanted.username, wanted.password, "utf-8")
        async with session.request(
            wanted.method, here.url, data=wanted.body, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status in MOVED:
                here = _next(here, answer.headers.get("location", ""), allowed)
                continue
            return await _answered(answer, most)
    raise NotFetched("too-many-redirects")


def _check_literal(here: Address, allowed: Collection[str]) -> None:
    """The client asks no resolver for a host of numbers, in the spelling that it reads itself."""
    host = URL(here.url).host or ""
    numbers = ":" in host or host.rpartition(".")[2].isdigit()
    if numbers and f"{here.host}:{here.port}" not in allowed and not public(host):
        raise AddressForbidden


def _next(here: Address, location: str, allowed: Collection[str]) -> Address:
    there = address(urljoin(here.url, location), allowed=allowed)
    if here.secure and not there.secure:
        raise NotFetched("not-secure")
    return there


async def _answered(answer: aiohttp.ClientResponse, most: int) -> Answer:
    if answer.status == 304:
        return Answer(None, status=304)
    if answer.status in (401, 403):
        raise NotFetched("access-refused")
    if answer.status in (404, 410):
        raise NotFetched("not-found")
    if answer.status >= 400:
        raise NotFetched("server-error" if answer.status >= 500 else "not-a-calendar")
    if (answer.content_length or 0) > most:
        raise NotFetched("too-large")
    content = bytearray()
    async for piece in answer.content.iter_chunked(64 * 1024):
        content += piece
        if len(content) > most:
            raise NotFetched("too-large")
    read = _plain(bytes(content), answer.headers.get("content-encoding", ""), most)
    return Answer(read, answer.headers.get("etag"), answer.headers.get("last-modified"), answer.status)


def _plain(content: bytes, encoding: str, most: int) -> bytes:
    """A server may compress although nobody asked; never more comes out than may come in."""
    if encoding.lower() in ("", "identity"):
        return content
    if encoding.lower() not in ("gzip", "deflate"):
        raise NotFetched("not-a-calendar")
    unpacking: Any = zlib.decompressobj(47 if encoding.lower() == "gzip" else zlib.MAX_WBITS)
    try:
        plain: bytes = unpacking.decompress(content, most + 1)
    except zlib.error as broken:
        raise NotFetched("not-a-calendar") from broken
    if len(plain) > most:
        raise NotFetched("too-large")
    return plain
