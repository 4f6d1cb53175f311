"""What the forked processes of the house run: a web application, the worker, the migrations, the inbox."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.embedded.ports import HOST


def serve(app: str, port: int, grace: int = 20) -> int:
    """A web application (`module:factory`); `grace` seconds to end requests under way."""
    from infra.web import serve as serve_pages

    _show_failed_starts()
    return serve_pages(app, host=HOST, port=port, grace=grace)


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
