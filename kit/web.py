"""How a service answers: one call builds its Litestar app with doors, transactions, refusals and health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio as redis
from litestar import Litestar, MediaType, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from kit import log as logs
from kit import openapi
from kit.auth import PUBLIC, Doorman, SignInFirst, caller_of, signed_in
from kit.broker import Broker
from kit.db import AfterCommit, Database
from kit.hot import Hot, HotApp
from kit.keys import KeyRing, KeySet
from kit.metrics import exposition
from kit.permits import Permits
from kit.refusals import EXCEPTION_HANDLERS
from kit.relay import Relay
from kit.request import RequestMiddleware
from kit.retention import FORGETTING
from kit.settings import ServiceSettings
from kit.ticks import Tick, keep

Start = Callable[["House"], Awaitable[None]]
HousePermits = NamedDependency[Permits]
"""A handler's `permits`: signs this service's permits, reads those of others."""


@dataclass
class House:
    """What one service's process holds while it runs; `app.state.house`."""

    name: str
    settings: Any
    doorman: Doorman
    permits: Permits
    ring: KeyRing | None
    redis: redis.Redis
    database: Database | None = None
    relay: Relay | None = None
    broker: Broker | None = None
    things: dict[str, Any] = field(default_factory=dict)  # what the service itself keeps for its handlers

    def after(self, done: AfterCommit) -> None:
        """Carry out what waits for a commit."""
        if self.relay is not None:
            self.relay.after(done)


NamedHouse = NamedDependency[House]
"""A handler's `house`: the process's own things (settings, database, redis, `things`)."""


async def provide_db(request: Request[Any, Any, Any]) -> AsyncConnection:
    """The request's transaction, opened on first use."""
    opened: AsyncConnection = await request.scope["transaction"].begin(caller_of(request.scope))  # type: ignore[typeddict-item]
    return opened


def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    """The verified caller."""
    caller = caller_of(request.scope)
    if caller is None:
        raise SignInFirst()
    return caller


def provide_permits(request: Request[Any, Any, Any]) -> Permits:
    """This process's permits."""
    permits: Permits = request.app.state.house.permits
    return permits


def provide_house(request: Request[Any, Any, Any]) -> House:
    """This process's house."""
    house: House = request.app.state.house
    return house


@get("/live", opt=PUBLIC, include_in_schema=False, media_type=MediaType.TEXT)
async def live() -> str:
    """The process runs; depends on nothing."""
    return "live"


@get("/ready", opt=PUBLIC, include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Requests can be served: the database answers. The broker away is only `degraded`."""
    house: House = request.app.state.house
    state = {"database": "none", "broker": "up"}
    if house.database is not None:
        try:
            async with asyncio.timeout(2), house.database.engine.connect() as db:
                await db.execute(text("SELECT 1 FROM outbox LIMIT 1"))
            state["database"] = "up"
        except Exception:
            state["database"] = "down"
    try:
        async with asyncio.timeout(1):
            await house.redis.ping()
    except Exception:
        state["broker"] = "degraded"
    return Response(state, status_code=503 if state["database"] == "down" else 200)


@get("/metrics", opt=PUBLIC, include_in_schema=False, media_type=MediaType.TEXT)
async def metrics(request: Request[Any, Any, Any]) -> bytes:
    """Prometheus exposition; the gateway does not pass it through."""
    relay: Relay | None = request.app.state.house.relay
    if relay is not None:
        await relay.measure()
    return exposition()


@get("/keys", opt=PUBLIC, include_in_schema=False)
async def keys(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The public keys of this service (JWKS)."""
    ring: KeyRing | None = request.app.state.house.ring
    return ring.public_set() if ring else {"keys": []}


def service(
    name: str,
    settings: Any,
    *,
    controllers: Sequence[ControllerRouterHandler],
    ticks: Sequence[Tick] = (),
    issuers: Mapping[str, str] | None = None,
    with_database: bool = True,
    starts: Sequence[Start] = (),
    stops: Sequence[Start] = (),
    dependencies: Mapping[str, Provide] | None = None,
    hot: Sequence[Hot] = (),
    reserved: tuple[str, ...] = (),
    lists: frozenset[str] = frozenset(),
) -> Litestar:
    """The app of service `name`.

    `issuers` are the services whose permits it reads (name → URL); `starts` run once the house is made (fill
    `house.things` there), `stops` before it ends; `hot` routes are answered before the framework; paths that begin
    with one of `reserved` have connections of their own, so that they never wait for the others; the paths in `lists`
    take a longer body.
    """
    house = _furnish(name, settings, issuers or {}, with_database)
    kept = Database(house.database.url, size=3, application=f"{name}-reserved") if reserved and house.database else None

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        tasks: list[asyncio.Task[None]] = []
        for start in starts:
            await start(house)
        if house.database is not None and house.relay is not None:
            tasks.append(asyncio.create_task(house.relay.run(), name="relay"))
            tasks += [
                asyncio.create_task(keep(tick, house.database, house.after), name=tick.name)
                for tick in (*ticks, FORGETTING)
            ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for stop in stops:
                await stop(house)
            await house.redis.aclose()
            for database in (house.database, kept):
                if database is not None:
                    await database.stop()

    app = HotApp(
        route_handlers=[live, ready, metrics, keys, *controllers],
        guards=[signed_in],
        middleware=[
            DefineMiddleware(
                RequestMiddleware,
                database=house.database,
                after=house.after,
                reserved=kept,
                reserved_for=reserved,
                lists=lists,
            )
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies={
            "db": Provide(provide_db),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "permits": Provide(provide_permits, sync_to_thread=False),
            "house": Provide(provide_house, sync_to_thread=False),
            **(dependencies or {}),
        },
        lifespan=[lifespan],
        openapi_config=openapi.config(name),
        logging_config=None,
        request_max_body_size=None,  # RequestMiddleware bounds it
    )
    app.state.house = house
    app.heat(hot)
    return app


def _furnish(name: str, settings: Any, issuers: Mapping[str, str], with_database: bool) -> House:
    logs.start(name, settings.log_level)
    ring = KeyRing(settings.keys_dir) if settings.keys_dir else None
    identity = KeySet("identity", settings.identity_url)
    if name == "identity" and ring is not None:
        identity.put(ring.public_set())
    client: redis.Redis = redis.from_url(settings.redis_url, socket_connect_timeout=0.5, socket_timeout=2)
    house = House(
        name=name,
        settings=settings,
        doorman=Doorman(name, identity),
        permits=Permits(name, ring, {issuer: KeySet(issuer, url) for issuer, url in issuers.items()}),
        ring=ring,
        redis=client,
    )
    if with_database and isinstance(settings, ServiceSettings):
        house.database = Database(settings.database_url, application=name)
        house.broker = Broker(settings.redis_url)
        house.relay = Relay(name, house.database, house.broker, client)
    return house
