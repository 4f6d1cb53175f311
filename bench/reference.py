"""Runs the bare reference beside the house, on the same database, in the same minute."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from infra.embedded.ports import free_port


@contextmanager
def reference(dsn: str) -> Iterator[int]:
    """The port of the reference while it runs."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(
        [*command, "--loop", "uvloop", "--http", "httptools", "--log-level", "warning"],
        env={**os.environ, "BARE_DSN": dsn},
    )
    try:
        deadline = time.monotonic() + 20
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the reference did not start")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
