"""The list of the house: every process, in the order they start, with what each is told."""

import signal
from collections.abc import Sequence

from infra.embedded import databases, postgres, probes, valkey
from infra.embedded.environment import SERVICES, VIDEO, Place
from infra.embedded.launch import Fork, Program
from infra.embedded.supervisor import Process

PRELOADED = (
    "aiohttp", "asyncpg", "celery", "celery.bin.worker", "celery.app.amqp",
    "celery.worker.consumer", "celery.concurrency.solo", "kombu.transport.redis", "cryptography", "httptools", "jinja2",
    "jwt", "litestar", "litestar.contrib.jinja", "litestar.openapi", "msgspec", "prometheus_client", "redis.asyncio",
    "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.postgresql.asyncpg", "structlog", "uvicorn", "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.websockets_sansio_impl", "uvloop",
    "zoneinfo", "contracts.events", "kit.web", "kit.worker", "infra.embedded.children",
)  # fmt: skip


def stages(place: Place) -> Sequence[Sequence[Process]]:
    """Servers; migrations; services; worker and gateway. Stopping goes the other way."""
    return [
        [*_servers(place), _inbox(place)],
        [
            Process(
                "migrations", Fork("infra.embedded.children:migrate", {}, place.environment(migrating=True)), once=True
            )
        ],
        [_web(name, f"services.{name}.app:create", place.ports[name], place) for name in SERVICES if name != VIDEO]
        + [_web(node, "services.video.app:create", place.ports[node], place) for node in place.nodes],
        [_worker(place), _web("gateway", "gateway.app:create", place.port, place, grace=5)],
    ]


def _servers(place: Place) -> list[Process]:
    """The embedded PostgreSQL and Valkey, except where a server of yours is used instead."""
    servers = []
    if not place.postgres_server:
        port = place.ports["postgres"]
        command = Program(postgres.command(place.data / "postgres", port=port), {}, signal.SIGINT)
        servers.append(Process("postgres", command, port, probes.cluster(port)))
    if not place.redis_server:
        port = place.ports["valkey"]
        command = Program(valkey.command(place.data / "valkey", port=port))
        servers.append(Process("valkey", command, port, probes.cache(port)))
    return servers


def _inbox(place: Place) -> Process:
    smtp, messages = place.ports["smtp"], place.ports["messages"]
    arguments = {"smtp_port": smtp, "http_port": messages, "folder": str(place.data / "messages")}
    fork = Fork("infra.embedded.children:inbox", arguments, place.environment())
    return Process("inbox", fork, messages, probes.http(messages, "/ready"))


def _web(name: str, app: str, port: int, place: Place, grace: int = 20) -> Process:
    arguments = {"app": app, "port": port, "grace": grace}
    fork = Fork("infra.embedded.children:serve", arguments, place.environment(name))
    return Process(name, fork, port, probes.http(port, "/ready"))


def _worker(place: Place) -> Process:
    """One for all queues: each more would cost 60 MB and a second of the start."""
    announce = place.data / "worker.pid"
    arguments = {"services": databases.SERVICES, "announce": str(announce)}
    fork = Fork("infra.embedded.children:work", arguments, place.environment(*SERVICES))
    return Process("worker", fork, ready=probes.announced(announce))
