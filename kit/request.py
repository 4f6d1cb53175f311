"""The one middleware of a service: request id, bounded body, transaction, time and log of each request."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from kit.body import BODY_LIMIT, LIST_LIMIT, Receive, again, whole
from kit.db import AfterCommit, Database
from kit.errors import NotJson, NulCharacter, Refusal
from kit.log import log, new_request_id, request_id
from kit.metrics import observe
from kit.refusals import PROBLEM_TYPE, failure
from kit.transaction import Transaction

Scope = Any  # litestar's typed scopes do not know our own entries
Send = Callable[[Any], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class RequestMiddleware:
    """Wraps each route; pure ASGI, since it stands on the hot paths too."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database | None,
        after: Callable[[AfterCommit], None],
        reserved: Database | None = None,
        reserved_for: tuple[str, ...] = (),
        lists: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.database = database
        self.after = after
        self.reserved = reserved
        self.reserved_for = reserved_for
        self.lists = lists

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value for name, value in scope.get("headers", ()) if name in _READ}
        token = request_id.set(headers.get(b"x-request-id", b"").decode("latin1")[:32] or new_request_id())
        try:
            if scope["type"] != "http":
                await self.app(scope, receive, send)
            else:
                await self._http(scope, receive, send, headers)
        finally:
            request_id.reset(token)

    async def _http(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        started = time.perf_counter()
        own = bool(self.reserved_for) and scope["path"].startswith(self.reserved_for)
        transaction = Transaction(self.reserved if own else self.database, self.after)
        scope["transaction"] = transaction
        answer = _Answer(scope, send, transaction)
        method = scope["method"]
        try:
            if b"%00" in scope.get("raw_path", b"") or b"%00" in scope.get("query_string", b""):
                raise NulCharacter()
            if method in WITH_BODY:
                body = await read_body(receive, LIST_LIMIT if scope["path"] in self.lists else BODY_LIMIT)
                key = headers.get(b"idempotency-key")
                if body and _claims_json(headers, body):
                    refuse_not_json(body)
                transaction.identify(method, _address(scope), key.decode("latin1") if key else None, body)
                receive = again(body, receive)
            await self.app(scope, receive, answer)
        except Refusal as error:
            answer.status = error.status  # answered outside, by the exception handlers
            raise
        finally:
            await transaction.abandon()
            seconds = time.perf_counter() - started
            route = str(scope.get("path_template") or "none")
            observe(method, route, answer.status, seconds)
            if answer.status >= 500:
                log().error("answered", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1))


_READ = frozenset({b"x-request-id", b"idempotency-key", b"content-type"})


def _address(scope: Scope) -> str:
    """What was asked of, with its query: what stands there is as much of a request as its body."""
    query = scope.get("query_string", b"").decode("latin1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _claims_json(headers: dict[bytes, bytes], body: bytes) -> bool:
    """By its type, or by how it begins: a list of lines (CSV) does neither."""
    return b"json" in headers.get(b"content-type", b"") or body[:1] in (b"{", b"[")


def refuse_not_json(body: bytes) -> None:
    """A body that is not JSON to its last byte, in UTF-8, or nests without end, says nothing, even where it is unread.

    A typed decoder names the first missing field before it has seen the end.
    """
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson() from error


class _Answer:
    """Holds the start of the answer until its transaction has ended, so that « yes » is never said too early."""

    def __init__(self, scope: Scope, send: Send, transaction: Transaction) -> None:
        self.scope = scope
        self.send = send
        self.transaction = transaction
        self.status = 500
        self._start: Any = None
        self._body = b""

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start, self._body, self.status = message, b"", message["status"]
            return
        if message["type"] != "http.response.body":
            await self.send(message)
            return
        if self._start is not None and message.get("more_body") and self.transaction.db is None:
            start, self._start = self._start, None
            await self.send(start)  # a stream without a transaction goes straight through
        if self._start is None:
            await self.send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        try:
            await self.transaction.end(self.status, self._body)
        except Exception as error:
            await self._not_kept(error)
            return
        start, self._start = self._start, None
        await self.send(start)
        await self.send({"type": "http.response.body", "body": self._body, "more_body": False})

    async def _not_kept(self, error: Exception) -> None:
        """The commit failed. To the framework the answer has begun, and it would say nothing more of it."""
        problem = failure(error, str(self.scope.get("path_template") or "none"))
        body = msgspec.json.encode(problem)
        headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        self.status, self._start = problem.status, None
        await self.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body; refused when it is cut, too large, or holds a NUL."""
    body = await whole(receive, limit)
    if b"\\u0000" in body or b"\x00" in body:
        raise NulCharacter()
    return body
