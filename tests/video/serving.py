"""Serves an app on a free port, in a thread with a loop of its own, as a process would."""

import asyncio
import threading
from typing import Any

import uvicorn


class Served:
    """Answers once made; `stop` drains and ends it."""

    def __init__(self, app: Any, port: int) -> None:
        config = uvicorn.Config(
            app, port=port, log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=2
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server._serve(None)), daemon=True)
        self.thread.start()
        while not self.server.started:
            if not self.thread.is_alive():
                raise RuntimeError("the app did not start")
            self.thread.join(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
