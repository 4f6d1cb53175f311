"""What must never wait has connections of its own (care.md 3: a gesture never waits for a page)."""

from typing import Any, cast

import pytest

from kit.db import Database
from kit.request import RequestMiddleware


@pytest.mark.parametrize(
    ("path", "own"),
    [("/urgent-actions", True), ("/urgent-actions/7/ack", True), ("/tasks", False), ("/contacts", False)],
)
async def test_a_reserved_path_never_takes_from_what_pages_share(path: str, own: bool) -> None:
    shared, reserved = cast(Database, object()), cast(Database, object())
    seen: list[Any] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["transaction"].database)

    async def nothing(*_: Any) -> None:
        return None

    middle = RequestMiddleware(app, shared, lambda _: None, reserved, ("/urgent-actions",))
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "raw_path": b"", "query_string": b""}
    await middle(scope, nothing, nothing)
    assert seen == [reserved if own else shared]
