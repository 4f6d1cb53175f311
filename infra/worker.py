"""The Celery side of one service or of several in one process: `python -m infra.worker booking reminders`."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from celery.signals import worker_ready

from kit.worker import build

STEP_BACK = 10
"""How nice the worker is beside web processes on the same cores: a person waits for those; it still gets its tenth."""


def work(services: Sequence[str], announce: Path | None = None) -> None:
    """Serve the queues of these services until told to stop; its pid is in `announce` once it listens.

    Only then does it step back: a worker that starts is waited for.
    """
    celery = build(
        [import_module(f"services.{name}.worker").SERVICE for name in services],
        os.environ["VEILLEUSE_REDIS_URL"],
        os.environ.get("VEILLEUSE_LOG_LEVEL", "info"),
    )

    def ready(**_: object) -> None:
        os.nice(STEP_BACK)
        if announce is not None:
            announce.write_text(str(os.getpid()))

    worker_ready.connect(ready, weak=False)
    options = ["--pool=solo", f"--queues={','.join(services)}", "--loglevel=INFO"]
    alone = ["--without-mingle", "--without-gossip", f"--hostname={'-'.join(services)}@%h"]
    celery.worker_main(["worker", *options, *alone])


if __name__ == "__main__":
    work(sys.argv[1:])
