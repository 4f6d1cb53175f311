"""The Celery side of one service or of several in one process: `python -m infra.worker booking reminders`."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from celery.signals import worker_ready

from kit.worker import build


def work(services: Sequence[str], announce: Path | None = None) -> None:
    """Serve the queues of these services until told to stop; its pid is in `announce` once it listens."""
    celery = build(
        [import_module(f"services.{name}.worker").SERVICE for name in services],
        os.environ["VEILLEUSE_REDIS_URL"],
        os.environ.get("VEILLEUSE_LOG_LEVEL", "info"),
    )
    if announce is not None:
        worker_ready.connect(lambda **_: announce.write_text(str(os.getpid())), weak=False)
    options = ["--pool=solo", f"--queues={','.join(services)}", "--loglevel=INFO"]
    alone = ["--without-mingle", "--without-gossip", f"--hostname={'-'.join(services)}@%h"]
    celery.worker_main(["worker", *options, *alone])


if __name__ == "__main__":
    work(sys.argv[1:])
