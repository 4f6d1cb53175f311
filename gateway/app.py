"""How the gateway starts: settings, door, peers, pages, and the API beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.static_files import create_static_files_router

from gateway.api import PREFIX, Api
from gateway.door import Door
from gateway.failures import EXCEPTION_HANDLERS
from gateway.front import Front
from gateway.guards import GUARDS, OPEN
from gateway.house import Gateway, gateway_of, peers_of
from gateway.live import Live
from gateway.page import provide_page
from gateway.pages import HANDLERS
from gateway.settings import Settings
from gateway.templating import STATIC, Templates
from kit import log as logs
from kit.http import PeerAway
from kit.metrics import exposition
from kit.settings import load


@get("/live", opt=OPEN, media_type=MediaType.TEXT)
async def live() -> str:
    """The process runs."""
    return "live"


@get("/ready", opt=OPEN)
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Pages answer: identity can be asked. The others may follow."""
    state = "up"
    try:
        status, _, _ = await gateway_of(request).peers["identity"].send("GET", "/live")
        state = "up" if status == 200 else "down"
    except PeerAway:
        state = "down"
    return Response({"identity": state}, status_code=200 if state == "up" else 503)


@get("/metrics", opt=OPEN, media_type=MediaType.TEXT)
async def metrics(request: Request[Any, Any, Any]) -> bytes:
    """Prometheus exposition, for those inside: what came through a proxy is told that there is nothing.

    Counted every second, a quiet night's pages would tell a stranger when somebody opens theirs.
    """
    if request.headers.get("x-forwarded-for") is not None:
        raise NotFoundException
    return exposition()


class Doors:
    """The ASGI application: the API has its own short way, everything else goes through the front."""

    def __init__(self, site: Litestar, front: Front, api: Api) -> None:
        self.site, self.front, self.api = site, front, api

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.site(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self.api(scope, receive, send)
        else:
            await self.front(scope, receive, send)


def create(settings: Settings | None = None) -> Doors:
    """The gateway, ready for uvicorn."""
    settings = settings or load(Settings, "gateway")
    logs.start("gateway", settings.log_level)
    peers = peers_of(settings)
    door = Door(peers["identity"], settings.pepper)
    gateway = Gateway(settings, peers, door, Live(settings.redis_url, door), Templates())

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        gateway.live.start()
        yield
        await gateway.stop()

    site = Litestar(
        route_handlers=[
            live,
            ready,
            metrics,
            create_static_files_router("/static", [STATIC], opt=OPEN, cache_control=None),
            *HANDLERS,
        ],
        guards=GUARDS,
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies={"page": Provide(provide_page)},
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
    site.state.gateway = gateway
    return Doors(site, Front(site, door, settings.public_url), Api(peers, door))
