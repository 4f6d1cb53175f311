"""Hot routes: the few paths that are asked a thousand times a second, answered before the framework.

The framework's routing, connection objects and exception layers cost 300 µs of CPU a request and more where there is a
body; this door costs 40 and keeps the same promises: a verified caller with one of the named roles, a bounded body, a
request id, problem+json, metrics. Each hot route has a handler of the framework beside it, which the OpenAPI shows and
which answers the same by the same function.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from litestar import Litestar

from contracts.caller import Caller
from contracts.problem import Problem
from contracts.words import Role
from kit.auth import NotAllowed
from kit.db import is_away
from kit.errors import Invalid, NotJson, NulCharacter, Refusal, UnsupportedMediaType
from kit.log import log, new_request_id, request_id, trace_of
from kit.metrics import observe
from kit.refusals import AWAY
from kit.request import WITH_BODY, read_body, refuse_not_json

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
Shape = TypeVar("Shape")
Answer = tuple[int, Sequence[tuple[bytes, bytes]], bytes]
"""Status, headers besides the length, body."""


class InvalidInput(Invalid):
    """The request says something that cannot be."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at a hot door: who asks is known, the body is read and holds no NUL."""

    caller: Caller
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes


@dataclass(frozen=True)
class Hot:
    """`METHOD path`, for callers with one of `roles`."""

    method: str
    path: str
    roles: frozenset[Role]
    answer: Callable[[Any, Asked], Awaitable[Answer]]  # (house, what is asked)


class HotApp(Litestar):
    """A Litestar app that answers its hot routes itself; everything else is Litestar's."""

    def heat(self, routes: Sequence[Hot]) -> None:
        """Take these paths over."""
        self._hot = {(route.method, route.path): route for route in routes}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        route = self._hot.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await super().__call__(scope, receive, send)
        else:
            await self._answer(route, scope, receive, send)

    async def _answer(self, route: Hot, scope: Any, receive: Any, send: Any) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        token = request_id.set(headers.get(b"x-request-id", b"").decode("latin1")[:32] or new_request_id())
        try:
            status, kept, body = await self._found(route, scope, headers, receive)
        finally:
            request_id.reset(token)
        observe(route.method, route.path, status, time.perf_counter() - started)
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*kept, length]})
        await send({"type": "http.response.body", "body": body})

    async def _found(self, route: Hot, scope: Any, headers: dict[bytes, bytes], receive: Any) -> Answer:
        house = self.state.house
        try:
            query = scope["query_string"]
            if b"\x00" in (unquote_to_bytes(query) if b"%" in query else query):
                raise NulCharacter()
            given = headers.get(b"authorization")
            caller = await house.doorman.caller(given.decode("latin1") if given else None)
            if route.roles.isdisjoint(caller.roles):
                raise NotAllowed()
            body = await read_body(receive) if route.method in WITH_BODY else b""
            return await route.answer(house, Asked(caller, query, headers, body))
        except Refusal as refusal:
            return refusal.status, (PROBLEM,), msgspec.json.encode(refusal.problem(request_id.get()))
        except Exception as error:
            if is_away(error):
                log().error("database away", error=type(error).__name__)
                return AWAY.status, (PROBLEM,), msgspec.json.encode(AWAY)
            log().error("failed", route=route.path, error=type(error).__name__, exception=trace_of(error))
            problem = Problem(title="This failed on our side", status=500, code="our-side", request_id=request_id.get())
            return 500, (PROBLEM,), msgspec.json.encode(problem)


def decoded(asked: Asked, shape: type[Shape]) -> Shape:
    """The JSON body as `shape`; `not-json`, or `invalid-input` with the field that is wrong."""
    if not asked.headers.get(b"content-type", b"application/json").startswith(b"application/json"):
        raise UnsupportedMediaType()
    try:
        return msgspec.json.decode(asked.body, type=shape)
    except msgspec.ValidationError as error:
        refuse_not_json(asked.body)
        message, _, place = str(error).partition(" - at `$.")
        raise InvalidInput(fields={place.rstrip("`") or "body": message}) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson() from error
