"""A real PostgreSQL and a real Valkey for one test session, and as many migrated databases as wanted."""

import asyncio
import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from infra.embedded import databases, postgres, valkey
from infra.embedded.ports import free_port
from kit import migrations

UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True)
class Address:
    """One database as its application role, and as the owner of its tables."""

    name: str
    app: str
    owner: str


class Cluster:
    """Starts on `start`, ends with its process; databases are cloned from a migrated template."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.valkey_port = free_port()
        self._running: list[subprocess.Popen[bytes]] = []
        self._templates: set[str] = set()
        self._count = itertools.count(1)

    @property
    def admin_url(self) -> str:
        return postgres.url(self.port, "postgres")

    @property
    def valkey_url(self) -> str:
        return f"redis://127.0.0.1:{self.valkey_port}/0"

    def start(self) -> None:
        """Both servers, ready."""
        postgres.prepare(self.folder / "postgres")
        self._run(postgres.command(self.folder / "postgres", port=self.port, settings=UNSAFE_BUT_FAST), "postgres")
        (self.folder / "valkey").mkdir(exist_ok=True)
        self._run(valkey.command(self.folder / "valkey", port=self.valkey_port, appendonly=False), "valkey")
        postgres.wait_ready(self.port)
        valkey.wait_ready(self.valkey_port)

    def _run(self, command: list[str], name: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self._running.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        log.close()

    def stop(self) -> None:
        """End both, by the pids that were started here."""
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    def log(self) -> str:
        """What PostgreSQL has logged so far."""
        return (self.folder / "postgres.log").read_text(errors="replace")

    def database(self, service: str) -> Address:
        """A fresh, migrated database of `service`; call from sync fixtures only (no running loop)."""
        if service not in self._templates:
            asyncio.run(databases.create_databases(self.admin_url, suffix="_template", services=(service,)))
            migrations.upgrade(service, self._url(f"{service}_template", databases.owner_role(service)))
            self._templates.add(service)
        name = f"{service}_{next(self._count)}"
        asyncio.run(self._clone(service, name))
        return Address(
            name,
            self._url(name, databases.app_role(service)),
            self._url(name, databases.owner_role(service)),
        )

    async def _clone(self, service: str, name: str) -> None:
        admin: Any = await asyncpg.connect(self.admin_url)
        try:
            await admin.execute(
                f'CREATE DATABASE "{name}" OWNER "{databases.owner_role(service)}" TEMPLATE "{service}_template"'
                " STRATEGY file_copy"  # half the CPU of writing each page to the log too
            )
        finally:
            await admin.close()

    def _url(self, database: str, user: str) -> str:
        return postgres.url(self.port, database, user)
