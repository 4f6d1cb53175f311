"""A body is whole or it is nothing: whoever is cut off while sending has asked for nothing."""

from typing import Any

import pytest

from gateway.api import Api
from gateway.door import Door
from gateway.front import Front
from kit.body import Receive, whole
from kit.errors import BodyCut, BodyTooLarge

CUT: list[dict[str, Any]] = [
    {"type": "http.request", "body": b"rpps;nom\n10000000001;An", "more_body": True},
    {"type": "http.disconnect"},
]


def sending(*messages: dict[str, Any]) -> Receive:
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    return receive


async def test_a_part_of_a_body_is_refused_and_so_is_one_without_end() -> None:
    with pytest.raises(BodyCut):
        await whole(sending(*CUT))
    with pytest.raises(BodyTooLarge):
        await whole(sending(CUT[0]), limit=10)
    assert await whole(sending(CUT[0], {"type": "http.request", "body": b"a;7"})) == CUT[0]["body"] + b"a;7"


class Unasked:
    """A service that nobody may ask, an identity that knows everyone, a site that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def send(self, method: str, path: str, **_: Any) -> Any:
        self.asked.append(path)
        return 200, {}, b"{}"

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        self.asked.append(scope["path"])


async def test_a_list_that_was_cut_on_its_way_reaches_no_service() -> None:
    service, answers = Unasked(), []

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/referral/network/imports",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer x"), (b"content-type", b"text/csv")],
    }
    await Api({"referral": service}, Door(service, "poivre"))(scope, sending(*CUT), send)  # type: ignore[arg-type, dict-item]
    assert answers[0]["status"] == 400 and b"body-cut" in answers[1]["body"]
    assert service.asked == []


async def test_whoever_leaves_and_is_gone_has_left() -> None:
    site = Unasked()
    front = Front(site, Door(site, "poivre"), "http://x")  # type: ignore[arg-type]
    scope = {"type": "http", "method": "POST", "path": "/quitter", "query_string": b"", "headers": []}

    async def send(_: Any) -> None: ...

    await front(scope, sending({"type": "http.disconnect"}), send)
    assert site.asked == ["/quitter"]
