"""The run file of a data folder: who runs there, on which ports, with which logs; and the lock that proves it."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any


class Lock:
    """Held for as long as a supervisor owns the data; the kernel lets go when it dies, however it dies."""

    def __init__(self, data: Path) -> None:
        self._path = data / "run.lock"
        self._file: int | None = None

    def take(self) -> bool:
        """True when nobody else runs on this data."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_held(data: Path) -> bool:
    """Whether a supervisor lives on this data."""
    if not (data / "run.lock").exists():
        return False
    lock = Lock(data)
    taken = lock.take()
    lock.release()
    return not taken


def path(data: Path) -> Path:
    return data / "run.json"


def write(data: Path, run: dict[str, Any]) -> None:
    """Replace the run file in one step: a reader never sees half of it."""
    fresh = path(data).with_suffix(".new")
    fresh.write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n")
    fresh.replace(path(data))


def read(data: Path) -> dict[str, Any] | None:
    """The last run on this data, None when there was none."""
    try:
        found: dict[str, Any] = json.loads(path(data).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found


def forget(data: Path) -> None:
    """No run is written down any more."""
    path(data).unlink(missing_ok=True)
