"""The relay of its own test: Debian's coturn, installed when we may, on hosts that the test makes."""

import os
import shutil
import subprocess
from collections.abc import Callable

from infra import debian

PACKAGES = ("coturn", "iproute2")
TEST = "tests/video/test_relay.py"


def refused_by_the_machine() -> bool:
    """Whether even root may make no network here: then no installation helps (docs/decisions/tests-left-out.md)."""
    return os.geteuid() == 0 and not _makes_networks()


def missing() -> str | None:
    """What the test lacks, None when it can run."""
    if os.geteuid() != 0 or not _makes_networks():
        return "pas d'espaces de réseau pour cet utilisateur"
    if not all(map(shutil.which, ("turnserver", "ip"))):
        return "coturn ou iproute2 ne sont pas là"
    return None


def ensure(say: Callable[[str], None]) -> str | None:
    """None once the relay can be tested, else the sentence that says why it cannot."""
    lacking = missing()
    if lacking and not refused_by_the_machine() and debian.may_install():
        say("J'installe coturn pour l'essai du relais…")
        lacking = debian.install(*PACKAGES) or missing()
    return lacking and f"{TEST} n'est pas passé : {lacking}."


def _makes_networks() -> bool:
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
