"""`/api/v1/<service>/…` for programs: the credential is swapped for an internal token, the rest passes through."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from contracts.problem import Problem
from gateway.door import SESSION_COOKIE, Door, SignInFirst, cookies_of, credential_of
from kit.body import BODY_LIMIT, LIST_LIMIT, Receive, whole
from kit.errors import Refusal
from kit.http import Peer, PeerAway, PeerProblem
from kit.log import new_request_id, request_id

PREFIX = "/api/v1/"
LISTS = frozenset({("referral", "network/imports"), ("referral", "telephone/imports")})
"""Where a whole list is brought in."""
LIST_SECONDS = 30.0
FOR_ALL_AGENDAS = "consultation-types/"
"""What is changed there is written anew in every agenda of the network, in one request."""
SIGNED = {("referral", "telephone/events"): b"x-veilleuse-signature"}
"""What carries its own signature instead of a key: the service verifies it."""
PASSED = (b"idempotency-key", b"if-match", b"if-none-match", b"content-type", *SIGNED.values())
RETURNED = ("content-type", "etag", "retry-after", "location", "idempotency-replayed", "allow")
NOT_FOR_PROGRAMS = frozenset(
    {
        *("metrics", "ready", "live", "keys", "tokens", "login", "login/factors"),
        *("links/exchange", "codes/exchange", "codes/permitted", "kept-numbers", "invitations/open"),
    }
)
"""What only the gateway itself asks of a service."""
PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")
"""An address with one spelling only: no dots to climb by, no empty steps, nothing left to decode."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Api:
    """Raw ASGI: no re-validation, the service validates."""

    def __init__(self, peers: dict[str, Peer], door: Door) -> None:
        self.peers = peers
        self.door = door

    async def __call__(self, scope: Any, receive: Receive, send: Callable[[Any], Awaitable[None]]) -> None:
        token = request_id.set(new_request_id())
        try:
            status, headers, body = await self._pass(scope, receive)
        except Refusal as error:
            problem = error.problem(request_id.get())
            status, headers, body = _problem(problem)
        except PeerProblem as error:
            status, headers, body = _problem(error.problem)
        except PeerAway:
            status, headers, body = _problem(
                Problem(title="A part of the house does not answer", status=503, code="unavailable")
            )
        finally:
            rid = request_id.get() or ""
            request_id.reset(token)
        headers += [
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", rid.encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

    async def _pass(self, scope: Any, receive: Receive) -> tuple[int, list[Any], bytes]:
        name, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        peer = self.peers.get(name)
        if peer is None or not PLAIN.fullmatch(rest) or rest.rstrip("/") in NOT_FOR_PROGRAMS:
            return _problem(Problem(title="No such thing", status=404, code="not-found"))
        credential = credential_of(scope)
        method = scope["method"]
        given = {key: value for key, value in scope["headers"] if key in _WANTED}
        signed = SIGNED.get((name, rest)) in given
        if credential is None and not signed:
            raise SignInFirst()
        if credential is not None and credential.kind == "session" and method not in SAFE:
            held = cookies_of(scope).get(SESSION_COOKIE, "")
            if not hmac.compare_digest(given.get(b"x-csrf-token", b""), self.door.csrf(held).encode()):
                return _problem(Problem(title="The form token is missing", status=403, code="foreign-form"))
        a_list = (name, rest) in LISTS and not signed
        body = b"" if method in SAFE else await whole(receive, LIST_LIMIT if a_list else BODY_LIMIT)
        internal = None if credential is None or signed else (await self.door.token(credential, name)).token
        headers = {key.decode(): given[key].decode("latin1") for key in PASSED if key in given}
        query = scope["query_string"].decode("latin1")
        path = "/" + rest + (f"?{query}" if query else "")
        long = a_list or (method == "PUT" and rest.startswith(FOR_ALL_AGENDAS))
        status, answered, answer = await peer.send(
            method, path, token=internal, body=body or None, headers=headers, within=LIST_SECONDS if long else None
        )
        kept = [(key.encode(), answered[key].encode("latin1")) for key in RETURNED if key in answered]
        return status, kept, answer


_WANTED = frozenset({*PASSED, b"x-csrf-token"})


def _problem(problem: Problem) -> tuple[int, list[Any], bytes]:
    return problem.status, [(b"content-type", b"application/problem+json")], msgspec.json.encode(problem)
