"""The tests in lanes, a process for each: most of what a test does is to wait, for a browser, a process or a server."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from tempfile import NamedTemporaryFile
from typing import IO

from infra.install import ROOT, python

LANES = {
    "desk": "les navigateurs devant une maison partagée",
    "journeys": "les parcours dans une maison partagée, et le visiteur qui presse tout",
    "rest": "tout le reste",
}
"""What `pytest --lane` takes (tests/conftest.py says what is in which), and what is said of it."""


def run(say: Callable[[str], None], *arguments: str) -> int:
    """All of them side by side; the first is shown as it goes, the others after it. Not 0 when one was not."""
    first, *others = LANES
    with ExitStack() as stack:
        beside = stack.enter_context(ThreadPoolExecutor(len(others)))
        running = []
        for name in others:
            said = stack.enter_context(NamedTemporaryFile("w+", encoding="utf-8", errors="replace"))
            running.append((name, said, beside.submit(_run, name, said, arguments)))
        say(f"— {LANES[first]}")
        codes = [_run(first, None, arguments)]
        for name, said, code in running:
            codes.append(code.result())
            said.seek(0)
            say(f"— {LANES[name]}, en même temps\n{said.read()}")
    return next((code for code in codes if code), 0)


def _run(name: str, said: IO[str] | None, arguments: tuple[str, ...]) -> int:
    command = [str(python()), "-m", "pytest", f"--lane={name}", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=said, stderr=said, check=False).returncode
