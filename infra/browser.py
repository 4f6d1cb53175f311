"""The browser of the browser tests: Debian's own chromium, installed when we may."""

import os
import shutil
import subprocess
from collections.abc import Callable

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-liberation")


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
    if found():
        return None
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "Aucun Chromium ici. Sous Debian : sudo apt-get install chromium"
    say("J'installe Chromium pour les tests de navigateur…")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            ["apt-get", *argv],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return None if found() else f"Chromium n'a pas pu être installé : {done.stderr.strip()[-300:]}"
