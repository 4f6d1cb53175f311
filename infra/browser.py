"""The browser of the browser tests: Debian's own chromium, installed when we may."""

import os
import shutil
import subprocess
from collections.abc import Callable

WINDOWLESS = "chromium-headless-shell"  # the same engine without windows, at half the CPU
NAMES = (WINDOWLESS, "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", WINDOWLESS, "fonts-liberation")


def found() -> str | None:
    """Where a Chromium is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


FIREFOX_TEST = "tests/browser/test_firefox.py"


def firefox_missing() -> str | None:
    """Firefox is met where it is; it is too heavy to bring along for one test."""
    if any(map(shutil.which, ("firefox-esr", "firefox"))):
        return None
    return f"{FIREFOX_TEST} n'est pas passé : Firefox n'est pas là (apt-get install firefox-esr)."


def ensure(say: Callable[[str], None]) -> str | None:
    """None once a browser is there, else the sentence that says how to get one."""
    failed = None
    if not shutil.which(WINDOWLESS) and os.geteuid() == 0 and shutil.which("apt-get"):
        say("J'installe Chromium pour les tests de navigateur…")
        failed = _install(*(PACKAGES if not found() else (WINDOWLESS,)))
    if found():
        return None
    return failed or "Aucun Chromium ici. Sous Debian : sudo apt-get install chromium"


def _install(*packages: str) -> str | None:
    """None, or why it could not be done: a mirror that does not answer is given up soon."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15")
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *patience, *argv],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return f"Chromium n'a pas pu être installé : {done.stderr.strip()[-300:]}" if done.returncode else None
