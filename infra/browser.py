"""The browsers of the browser tests: Debian's own chromium, and Firefox where it is or where every test must run."""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from infra import debian

WINDOWLESS = "chromium-headless-shell"  # the same engine without windows, at half the CPU
NAMES = (WINDOWLESS, "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", WINDOWLESS, "fonts-liberation")
FIREFOX = "firefox-esr"
FIREFOX_TEST = "tests/browser/test_firefox.py"


def found() -> str | None:
    """Where a Chromium is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure(say: Callable[[str], None]) -> str | None:
    """None once a browser is there, else the sentence that says how to get one."""
    failed = None
    if not shutil.which(WINDOWLESS) and debian.may_install():
        say("J'installe Chromium pour les tests de navigateur…")
        failed = debian.install(*(PACKAGES if not found() else (WINDOWLESS,)))
    if found():
        return None
    return failed or "Aucun Chromium ici. Sous Debian : sudo apt-get install chromium"


def ensure_firefox(say: Callable[[str], None], *, every_test: bool) -> str | None:
    """None once Firefox is there: too heavy to bring along for one file, unless `every_test` must run."""
    failed = None
    if not _firefox() and every_test and debian.may_install():
        say("J'installe Firefox pour sa rencontre avec Chromium…")
        failed = debian.install(FIREFOX)
    if _firefox():
        return None
    return f"{FIREFOX_TEST} n'est pas passé : {failed or f'Firefox n’est pas là (apt-get install {FIREFOX})'}."


def left_out(pytest: Sequence[str], root: Path) -> str:
    """How many tests a machine without Chromium does not run, as pytest counts them."""
    asked = [*pytest, "--collect-only", "-m", "browser", "--verbosity=-1"]
    told = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False).stdout
    count = counted(told)
    return (
        f"{count} tests de navigateur n'ont PAS été passés." if count else "Aucun test de navigateur n'était demandé."
    )


def counted(told: str) -> int:
    """From `12/30 tests collected (18 deselected) in 1.2s`."""
    found = re.search(r"^(\d+)(?:/\d+)? tests? collected", told, re.MULTILINE)
    return int(found[1]) if found else 0


def _firefox() -> bool:
    return any(map(shutil.which, (FIREFOX, "firefox")))
