"""The Celery side of one service or of several in one process: `python -m infra.worker booking reminders`."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from kit.worker import build


def work(services: Sequence[str]) -> None:
    """Serve the queues of these services until told to stop."""
    celery = build(
        [import_module(f"services.{name}.worker").SERVICE for name in services],
        os.environ["VEILLEUSE_REDIS_URL"],
        os.environ.get("VEILLEUSE_LOG_LEVEL", "info"),
    )
    options = ["--pool=solo", f"--queues={','.join(services)}", "--loglevel=INFO"]
    alone = ["--without-mingle", "--without-gossip", f"--hostname={'-'.join(services)}@%h"]
    celery.worker_main(["worker", *options, *alone])


if __name__ == "__main__":
    work(sys.argv[1:])
