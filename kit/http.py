"""One pooled client per peer: the calls that the gateway makes to the services."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec

from contracts.problem import Problem
from kit.log import request_id
from kit.wire import WireCut, Wires


class PeerProblem(Exception):
    """A peer refused: its problem, for the one who asked to answer with."""

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.headers = headers


class PeerAway(Exception):
    """A peer does not answer: nothing is known of what it did."""


class Peer:
    """One base URL: connect within 1 s, answer within 3 s, 100 connections kept; see `kit.wire`."""

    def __init__(self, base_url: str, *, total: float = 3.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._wires = Wires(self.base_url, total=total)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """For WebSockets."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=3, connect=1),  # of the handshake
                connector=aiohttp.TCPConnector(limit=0),  # each room keeps one for as long as it lasts
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def stop(self) -> None:
        """Close the connections."""
        self._wires.close()
        if self._session is not None:
            await self._session.close()

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        within: float | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers (lower-case names) and body of one call; `PeerAway` when there was no answer (`within`
        seconds, for the few that bring in a whole list)."""
        sent = {"content-type": "application/json"} if body is not None else {}
        if token:
            sent["authorization"] = f"Bearer {token}"
        if current := request_id.get():
            sent["x-request-id"] = current
        if headers:
            sent.update(headers)
        if pairs := _query(query):
            path = f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}"
        try:
            return await self._wires.send(method, path, sent, body, within=within)
        except (WireCut, TimeoutError) as error:
            raise PeerAway(f"{method} {self.base_url}") from error

    async def call(self, method: str, path: str, shape: Any = None, data: Any = None, **more: Any) -> Any:
        """`data` (a contract, or text as it is) out, `shape` (a contract) back; `PeerProblem` when the peer refuses."""
        body = data.encode() if isinstance(data, str) else None if data is None else msgspec.json.encode(data)
        if isinstance(data, str):
            more["headers"] = {**(more.get("headers") or {}), "content-type": "text/plain; charset=utf-8"}
        status, headers, answer = await self.send(method, path, body=body, **more)
        if status >= 400:
            raise PeerProblem(_problem(status, answer), headers)
        return msgspec.json.decode(answer, type=shape) if shape is not None else None


def _problem(status: int, answer: bytes) -> Problem:
    try:
        return msgspec.json.decode(answer, type=Problem)
    except msgspec.DecodeError:
        return Problem(title="The peer failed", status=status, code="our-side")


def _query(query: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    if not query:
        return None
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is not None:
                pairs.append((name, one.isoformat() if hasattr(one, "isoformat") else str(one)))
    return pairs
