"""What the tests need of the machine, from Debian, when we are root."""

import os
import shutil
import subprocess


def may_install() -> bool:
    """Root on a Debian; anyone else is told what to install."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> str | None:
    """None, or why it could not be done: a mirror that does not answer is given up soon."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15")
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *patience, *argv],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return f"{packages[0]} n'a pas pu être installé : {done.stderr.strip()[-300:]}" if done.returncode else None
