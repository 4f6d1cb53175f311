"""What the tests need of the machine, from Debian, when we are root."""

import os
import shutil
import subprocess
from functools import cache


def may_install() -> bool:
    """Root on a Debian; anyone else is told what to install."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> str | None:
    """None, or why it could not be done: a mirror that does not answer is given up soon."""
    failed = _updated() or _apt_get("install", "-y", "-qq", "--no-install-recommends", *packages)
    return f"{packages[0]} n'a pas pu être installé : {failed}" if failed else None


@cache
def _updated() -> str | None:
    return _apt_get("update", "-qq")


def _apt_get(*argv: str) -> str | None:
    patience = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *patience, *argv]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return (done.stderr.strip()[-300:] or "apt-get") if done.returncode else None
