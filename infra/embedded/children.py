"""What the forked processes of the house run: a web application, the worker, the migrations, the inbox."""

from collections.abc import Sequence
from pathlib import Path

from infra.embedded.ports import HOST


def serve(app: str, port: int, grace: int = 20) -> None:
    """A web application (`module:factory`) under uvicorn; `grace` seconds to end requests under way."""
    import uvicorn

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
        backlog=2048,
    )


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
