"""Hot routes: the few paths that are asked a thousand times a second, answered before the framework.

The framework's routing, connection objects and exception layers cost 300 µs of CPU a request; this door costs 40 and
keeps the same promises: a verified caller with one of the named roles, a request id, problem+json, metrics.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from litestar import Litestar

from contracts.caller import Caller
from contracts.problem import Problem
from contracts.words import Role
from kit.auth import NotAllowed
from kit.errors import MethodNotAllowed, NulCharacter, Refusal
from kit.log import log, new_request_id, request_id, trace_of
from kit.metrics import observe

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")


@dataclass(frozen=True)
class Hot:
    """`GET path`, for callers with one of `roles`: from the raw query string to the JSON bytes of a 200."""

    path: str
    roles: frozenset[Role]
    answer: Callable[[Any, bytes, Caller], Awaitable[bytes]]  # (house, query string, caller)


class HotApp(Litestar):
    """A Litestar app that answers its hot routes itself; everything else is Litestar's."""

    def heat(self, routes: Sequence[Hot]) -> None:
        """Take these paths over."""
        self._hot = {route.path: route for route in routes}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        route = self._hot.get(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await super().__call__(scope, receive, send)
        else:
            await self._answer(route, scope, send)

    async def _answer(self, route: Hot, scope: Any, send: Any) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        token = request_id.set(headers.get(b"x-request-id", b"").decode("latin1")[:32] or new_request_id())
        try:
            status, kind, body = await self._found(route, scope, headers)
        finally:
            request_id.reset(token)
        observe(scope["method"], route.path, status, time.perf_counter() - started)
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [kind, length]})
        await send({"type": "http.response.body", "body": body})

    async def _found(self, route: Hot, scope: Any, headers: dict[bytes, bytes]) -> tuple[int, Any, bytes]:
        house = self.state.house
        try:
            if scope["method"] != "GET":
                raise MethodNotAllowed()
            query = scope["query_string"]
            if b"\x00" in unquote_to_bytes(query):
                raise NulCharacter()
            given = headers.get(b"authorization")
            caller = await house.doorman.caller(given.decode("latin1") if given else None)
            if route.roles.isdisjoint(caller.roles):
                raise NotAllowed()
            return 200, JSON, await route.answer(house, query, caller)
        except Refusal as refusal:
            return refusal.status, PROBLEM, msgspec.json.encode(refusal.problem(request_id.get()))
        except Exception as error:
            log().error("failed", route=route.path, error=type(error).__name__, exception=trace_of(error))
            problem = Problem(title="This failed on our side", status=500, code="our-side", request_id=request_id.get())
            return 500, PROBLEM, msgspec.json.encode(problem)
