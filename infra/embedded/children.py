"""What the forked processes of the house run: a web application, the worker, the migrations, the inbox."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.embedded.ports import HOST


def serve(app: str, port: int, grace: int = 20) -> None:
    """A web application (`module:factory`) under uvicorn; `grace` seconds to end requests under way."""
    import uvicorn

    _show_failed_starts()
    uvicorn.run(
        app,
        factory=True,
        host=HOST,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=grace,
        timeout_keep_alive=75,  # longer than the peers' pools keep a connection (30 s): none is cut as it is used
        proxy_headers=False,  # the gateway reads them itself, from as many hops as the settings trust
        backlog=2048,
    )


def _show_failed_starts() -> None:
    """The house's logs keep no free text; why a start failed is the exception, and nobody's data is in it yet."""
    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(logging.ERROR)
    shown.addFilter(lambda record: record.module in ("config", "on", "server"))  # not the modules of requests
    logging.getLogger("uvicorn.error").addHandler(shown)


def work(services: Sequence[str], announce: str) -> None:
    """One Celery worker for the queues of all these services."""
    from infra.worker import work as serve_queues

    serve_queues(services, Path(announce))


def migrate() -> None:
    """The tables of every service, brought up to date."""
    from infra.embedded.migrations import main

    main()


def inbox(smtp_port: int, http_port: int, folder: str) -> None:
    """Where the demo's outgoing messages end, and the page that shows them."""
    from infra.embedded.inbox import main

    main(smtp_port, http_port, folder)
