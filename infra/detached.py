"""Starting the house in the background and waiting until it answers; stopping the one that runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from infra.embedded import refusals, runfile

STOPPED_WITHIN = 90.0


def start(argv: list[str], data: Path) -> int:
    """Start `argv` in a session of its own, show what it says until it is ready, then leave it alone."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = data / "up.log"
        out = log.open("ab")  # a house that runs here already goes on writing into it
    except OSError as refused:
        print(refusals.cannot_write(data, refused), file=sys.stderr)
        return 2
    with out, log.open("rb") as said:
        said.seek(0, os.SEEK_END)
        house = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while house.poll() is None and not _is_ready(data, house.pid):
                _show(said.read())
                time.sleep(0.05)
        except KeyboardInterrupt:
            house.send_signal(signal.SIGINT)
            house.wait()
        time.sleep(0.1)
        _show(said.read())
    return house.returncode or 0


def stop(data: Path, say: Callable[[str], None]) -> int:
    """Ask the house to stop and wait until it has."""
    if not runfile.is_held(data):
        say(f"Rien ne tourne sur {data}.")
        return 0
    asked = None
    deadline = time.monotonic() + STOPPED_WITHIN
    while runfile.is_held(data):
        run = runfile.read(data)  # none yet when it has only just begun
        if run is not None and run["pid"] != asked:
            asked = run["pid"]
            with suppress(ProcessLookupError):
                os.kill(asked, signal.SIGTERM)
        if time.monotonic() > deadline:
            say(f"Elle ne s'arrête pas : regardez {data / 'logs'}.")
            return 1
        time.sleep(0.05)
    say("Tout est arrêté. Vos données restent.")
    return 0


def _is_ready(data: Path, pid: int) -> bool:
    run = runfile.read(data)
    return run is not None and run["pid"] == pid and run["state"] == "ready"


def _show(said: bytes) -> None:
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()
