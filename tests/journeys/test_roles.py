"""Who may do what, as one table: every route of every service and every page, for every role and for nobody."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler

from contracts.words import Role
from gateway.app import create
from gateway.door import SignInFirst
from gateway.failures import later
from gateway.settings import Settings
from infra.embedded.token import make
from tests.house import RunningHouse
from tests.journeys.who_may import ALLOWED, SERVICES, TEAM

OWNED = ("/experts/{}/", "/accounts/{}")
"""Below these, whose it is counts beside the role: nobody's id is refused to all but the keepers."""
NOT_FOR_PROGRAMS = {
    "identity": {
        "POST /login",
        "POST /login/factors",
        "POST /tokens",
        "POST /links/exchange",
        "POST /codes/exchange",
        "POST /invitations/accept",
        "POST /codes/permitted",
    },
    "reminders": {"POST /kept-numbers"},
    "video": {"POST /invitations/open"},
}
OPEN_PAGES = {
    *("/", "/live", "/ready", "/metrics", "/l", "/theme", "/quitter", "/calendrier", "/alerte", "/static/{}"),
    *("/rappel", "/calendrier/{}"),
    *("/en-ligne", "/en-ligne/heures", "/en-ligne/confirmer"),
    *("/groupes", "/groupes/confirmer"),
    *("/invite", "/invite/{}", "/invite/{}/fil"),
    *("/connexion", "/connexion/code", "/verrou", "/deconnexion", "/invitation", "/professionnels"),
}


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="module")
async def keys_of(house: RunningHouse) -> dict[Role, str]:
    return {role: await make(house.database("identity"), role) for role in sorted(TEAM)}


async def said(http: aiohttp.ClientSession, url: str, method: str, key: str = "") -> tuple[int, str]:
    """Status and code of one call with nothing useful in it."""
    headers = {"Idempotency-Key": uuid4().hex} | ({"Authorization": f"Bearer {key}"} if key else {})
    body: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
    async with http.request(method, url, json=body, headers=headers) as answer:
        problem = await answer.json(content_type=None) if answer.status >= 400 else {}
        return answer.status, problem.get("code", "")


def owned(route: str) -> bool:
    return any(part in route for part in OWNED)


def filled(route: str) -> str:
    """A route with ids that nobody has; the last of an opening, an absence or a hold is a number."""
    numbered = re.sub(r"(openings|absences|holds)/\{\}", r"\1/987654321", route)
    return re.sub(r"\{\}", lambda _: str(uuid4()), numbered)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_table_names_every_route_that_a_service_has(
    house: RunningHouse, http: aiohttp.ClientSession, keys_of: dict[Role, str], service: str
) -> None:
    url = f"{house.url}/api/v1/{service}/openapi/openapi.json"
    async with http.get(url, headers={"Authorization": f"Bearer {keys_of[Role.ADMIN]}"}) as answer:
        paths = (await answer.json())["paths"]
    methods = {"get", "post", "put", "patch", "delete"}
    found = {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
        for path, operations in paths.items()
        for method in methods & operations.keys()
        if not path.startswith("/openapi")
    }
    by_hand = {"GET /slots"} if service == "booking" else set()  # a bare handler, which OpenAPI does not see
    assert found | by_hand == {*ALLOWED[service]} | NOT_FOR_PROGRAMS.get(service, set())


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_reaches_a_service_without_a_credential(
    house: RunningHouse, http: aiohttp.ClientSession, service: str
) -> None:
    routes = {*ALLOWED[service], "GET /nothing", "GET /openapi/openapi.json"}
    for given in ("", "vl_not-a-key", "x" * 5000):
        for route in routes:
            method, _, path = route.partition(" ")
            got = await said(http, f"{house.url}/api/v1/{service}{filled(path)}", method, given)
            assert got == (401, "sign-in-first"), (route, given[:12])


@pytest.mark.parametrize("service", [one for one in SERVICES if ALLOWED[one]])
async def test_each_role_does_what_the_table_says_and_nothing_else(
    house: RunningHouse, http: aiohttp.ClientSession, keys_of: dict[Role, str], service: str
) -> None:
    wrong: list[Any] = []
    for route, roles in ALLOWED[service].items():
        method, _, path = route.partition(" ")
        url = f"{house.url}/api/v1/{service}{filled(path)}"
        answers = await asyncio.gather(*(said(http, url, method, key) for key in keys_of.values()))
        for role, (status, code) in zip(keys_of, answers, strict=True):
            refused = (status, code) == (403, "not-allowed")
            theirs = role in roles
            if (
                status >= 500
                or status == 401
                or (not theirs and not refused)
                or (theirs and refused and not owned(route))
            ):
                wrong.append((route, role.value, status, code))
    assert not wrong, wrong


@pytest.mark.parametrize(
    "path",
    ["metrics", "x/../metrics", "./metrics", "/metrics", "%2e/metrics", "metrics%3f", "metrics%23", "x/%2e%2e/tokens"],
)
async def test_no_spelling_of_an_address_reaches_what_only_the_gateway_asks(
    house: RunningHouse, keys_of: dict[Role, str], path: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = f"GET /api/v1/identity/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}Authorization: Bearer {keys_of[Role.PARTNER]}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 404 "), answer[:200]


def pages() -> list[Any]:
    """Every route of the gateway's site, as the application is put together."""
    away: dict[str, Any] = {f"{name}_url": "http://127.0.0.1:9" for name in SERVICES}
    site = create(Settings(**away, redis_url="redis://127.0.0.1:9/0")).site
    return [
        (route.path, handler)
        for route in site.routes
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
        if isinstance(handler, HTTPRouteHandler | WebsocketRouteHandler)
    ]


def test_every_page_is_open_by_name_or_asks_for_a_role() -> None:
    found = pages()
    assert len(found) > 50
    for path, handler in found:
        methods = getattr(handler, "http_methods", {"WS"})
        if methods <= {"OPTIONS"}:
            continue
        opened = bool(handler.opt.get("open"))
        assert opened == (re.sub(r"{[^}]*}", "{}", path) in OPEN_PAGES), path
        assert opened or handler.opt.get("roles"), f"{path} names no role"


def test_who_comes_with_a_code_is_never_led_to_the_sign_in_of_accounts() -> None:
    theirs = [
        (path, handler)
        for path, handler in pages()
        if handler.opt.get("roles") == {Role.PERSON} and isinstance(handler, HTTPRouteHandler)
        if handler.status_code != 204  # a script asks, and shows nothing
    ]
    assert len(theirs) > 20
    assert [path for path, handler in theirs if handler.resolve_exception_handlers()[SignInFirst] is later] == []


async def test_no_page_opens_to_a_visitor_or_to_a_role_that_it_does_not_name(
    house: RunningHouse, http: aiohttp.ClientSession, keys_of: dict[Role, str]
) -> None:
    wrong: list[Any] = []
    for path, handler in pages():
        if handler.opt.get("open") or "GET" not in getattr(handler, "http_methods", ()):
            continue
        if path.endswith("/flux"):
            continue  # an open stream: its guard is the same, its answer has no end
        numbered = re.sub(r"{[^}]*:int}", "987654321", path)
        url = house.url + re.sub(r"{[^}]*}", lambda _: str(uuid4()), numbered)
        roles = handler.opt["roles"]
        async with http.get(url, allow_redirects=False) as answer:
            place = answer.headers.get("Location", "")
            if answer.status != 303 or not (place.startswith("/connexion?next=") or place == "/l"):
                wrong.append((path, "nobody", answer.status))
        for role, key in keys_of.items():
            async with http.get(url, headers={"Authorization": f"Bearer {key}"}, allow_redirects=False) as answer:
                shut = answer.status == 403 or answer.headers.get("Location") == "/l"
                busy = answer.status == 503  # behind the door already
                if (answer.status >= 500 and not busy) or shut == (role in roles):
                    wrong.append((path, role.value, answer.status))
    assert not wrong, wrong
