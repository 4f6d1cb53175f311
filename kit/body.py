"""The body of a request: read to its end and within its limit, or refused; nobody acts on a part of one."""

from collections.abc import Awaitable, Callable
from typing import Any

from kit.errors import BodyCut, BodyTooLarge

Receive = Callable[[], Awaitable[Any]]

BODY_LIMIT = 256 * 1024
LIST_LIMIT = 2 * 1024 * 1024
"""Of the few routes that take a whole list."""


async def whole(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """Every byte of it; `body-too-large` beyond `limit`, `body-cut` when the sender is gone before its end."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BodyCut()
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge()
        if not message.get("more_body"):
            return body


def again(body: bytes, receive: Receive) -> Receive:
    """What was read, for whoever reads next; then whatever still comes."""
    given = False

    async def once() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
