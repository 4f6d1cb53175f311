"""Dying with one's parent, and not being root where a program refuses to be."""

import os
import shutil
import subprocess

NOBODY = "65534"


class UnshareRefused(Exception):
    """The machine does not let root open a user namespace, which PostgreSQL needs when run as root."""


def not_as_root() -> list[str]:
    """The prefix under which a program no longer sees itself as root; empty for a normal user.

    Root maps itself to `nobody` in a user namespace of its own: files keep their owner, no chown is needed.
    """
    if os.geteuid() != 0:
        return []
    return ["unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]


def check_not_as_root(prefix: list[str]) -> None:
    """Raise `UnshareRefused` when root cannot step down on this machine with this prefix."""
    if not prefix:
        return
    try:
        done = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise UnshareRefused(f"{prefix[0]}: command not found") from missing
    if done.returncode != 0:
        raise UnshareRefused(done.stderr.strip())


def dies_with_parent(signal: str) -> list[str]:
    """The prefix that sends `signal` to the program when its parent dies; empty where `setpriv` is missing.

    It comes after `unshare`: entering a namespace changes credentials, and that clears the setting.
    """
    return ["setpriv", "--pdeathsig", signal] if shutil.which("setpriv") else []
