"""The relay of its own test: Debian's coturn, installed when we may, on hosts that the test makes."""

import os
import shutil
import subprocess
from collections.abc import Callable

PACKAGES = ("coturn", "iproute2")
TEST = "tests/video/test_relay.py"


def able() -> bool:
    """Whether this user may make network namespaces here."""
    return (
        os.geteuid() == 0
        and subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


def missing() -> str | None:
    """What the test lacks, None when it can run."""
    if not able():
        return "pas d'espaces de réseau pour cet utilisateur"
    if not shutil.which("turnserver") or not shutil.which("ip"):
        return "coturn ou iproute2 ne sont pas là"
    return None


def ensure(say: Callable[[str], None]) -> str | None:
    """None once the relay can be tested, else the sentence that says why it cannot."""
    lacking = missing()
    if lacking is None or not able() or not shutil.which("apt-get"):
        return lacking and f"{TEST} n'est pas passé : {lacking}."
    say("J'installe coturn pour l'essai du relais…")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        subprocess.run(
            ["apt-get", *argv],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    lacking = missing()
    return lacking and f"{TEST} n'est pas passé : {lacking}."
