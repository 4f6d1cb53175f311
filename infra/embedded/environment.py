"""Where everything of a data folder lies and listens, and the settings each process is given from it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.embedded import databases, postgres, secrets
from infra.embedded.ports import HOST, free_port, is_taken

SERVICES = ("identity", "referral", "booking", "video", "reminders")
FOR_THE_SUPERVISOR = ("VEILLEUSE_POSTGRES_URL", "VEILLEUSE_SERVER_REDIS_URL")
VIDEO = "video"
INNER = (*SERVICES, "postgres", "valkey", "smtp", "messages")


@dataclass(frozen=True)
class Place:
    """One data folder, its ports, and the servers it uses instead of the embedded ones."""

    data: Path
    port: int
    ports: Mapping[str, int]
    postgres_server: str = ""
    redis_server: str = ""
    video_nodes: int = 1

    @property
    def nodes(self) -> list[str]:
        """The names of the processes that hold rooms."""
        return [VIDEO, *(f"{VIDEO}-{number}" for number in range(2, self.video_nodes + 1))]

    @property
    def admin_url(self) -> str:
        return self.postgres_server or postgres.url(self.ports["postgres"], "postgres")

    @property
    def redis_url(self) -> str:
        return self.redis_server or f"redis://{HOST}:{self.ports['valkey']}/0"

    def passwords(self) -> dict[str, str]:
        """Role → password: only for a server of yours; the embedded one listens to this machine alone."""
        if not self.postgres_server:
            return {}
        return {role: file.read_text() for role, file in secrets.database_password_files(self.data).items()}

    def database_url(self, service: str, role: str) -> str:
        return databases.database_url(self.admin_url, service, role, self.passwords().get(role))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def messages_url(self) -> str:
        """The page that shows what the demo sent."""
        return f"http://{HOST}:{self.ports['messages']}/"

    def shared(self) -> dict[str, str]:
        """What every process is told."""
        peers = {f"VEILLEUSE_{name.upper()}_URL": f"http://{HOST}:{self.ports[name]}" for name in SERVICES}
        messages = f"{HOST}:{self.ports['messages']}"
        return {
            **peers,
            "VEILLEUSE_VIDEO_NODES": ",".join(f"http://{HOST}:{self.ports[node]}" for node in self.nodes),
            "VEILLEUSE_REDIS_URL": self.redis_url,
            "VEILLEUSE_PUBLIC_URL": self.url,
            "VEILLEUSE_SMTP_URL": f"smtp://{HOST}:{self.ports['smtp']}",
            "VEILLEUSE_SMS_URL": f"json://{messages}/sms?:to={{to}}&:id={{id}}",
            "VEILLEUSE_REMINDERS_SMS_URL": f"batch://{messages}/sms",
            "VEILLEUSE_VOICE_URL": f"json://{messages}/voice?:to={{to}}&:id={{id}}",
            "VEILLEUSE_PUSH_URL": f"json://{messages}/push?:to={{to}}&:id={{id}}",
            "VEILLEUSE_LOG_LEVEL": "info",
        }

    def own(self, process: str) -> dict[str, str]:
        """What one process is told and no other: its database, keys, pepper and vault key."""
        upper = f"VEILLEUSE_{process.upper()}_"
        told = {}
        if process in secrets.KEYED:
            told[f"{upper}KEYS_DIR"] = str(secrets.keys_dir(self.data, process))
        if process in databases.SERVICES:
            told[f"{upper}DATABASE_URL"] = self.database_url(process, databases.app_role(process))
        if process in self.nodes:
            told["VEILLEUSE_VIDEO_NODE"] = process
            told["VEILLEUSE_VIDEO_NODE_URL"] = f"http://{HOST}:{self.ports[process]}"
        if process in secrets.PEPPERED:
            told[f"{upper}PEPPER_FILE"] = str(secrets.pepper_file(self.data, process))
        if process in secrets.VAULTED:
            told[f"{upper}VAULT_KEY_FILE"] = str(secrets.vault_key_file(self.data, process))
        return told

    def migration(self) -> dict[str, str]:
        """The owners' addresses, for migrations only."""
        return {
            f"VEILLEUSE_{service.upper()}_MIGRATION_URL": self.database_url(service, databases.owner_role(service))
            for service in databases.SERVICES
        }

    def environment(self, *processes: str, migrating: bool = False) -> dict[str, str]:
        """A whole environment for a process that plays these parts; a `VEILLEUSE_…` of the caller's wins."""
        inherited = {name: value for name, value in os.environ.items() if name not in FOR_THE_SUPERVISOR}
        told = self.shared()
        for process in processes:
            told |= self.own(process)
        if migrating:
            told |= self.migration()
        return {**told, **inherited, "PYTHONUNBUFFERED": "1"}


def place(data: Path, port: int, video_nodes: int = 1) -> Place:
    """The folder's place; it keeps its inner ports from one start to the next while they are free."""
    found = Place(
        data=data,
        port=port,
        ports=_saved_ports(data),
        postgres_server=os.environ.get("VEILLEUSE_POSTGRES_URL", ""),
        redis_server=os.environ.get("VEILLEUSE_SERVER_REDIS_URL", ""),
        video_nodes=video_nodes,
    )
    ports = {name: found.ports.get(name, 0) for name in dict.fromkeys((*INNER, *found.nodes))}
    for name, known in ports.items():
        while not ports[name] or is_taken(ports[name]) or (not known and _twice(ports, name)) or ports[name] == port:
            ports[name] = free_port()
    (data / "ports.json").write_text(json.dumps(ports))
    return replace(found, ports=ports)


def place_of_run(data: Path, port: int) -> Place:
    """The place of a run that is already there: its ports as they were written."""
    return Place(
        data=data,
        port=port,
        ports=_saved_ports(data),
        postgres_server=os.environ.get("VEILLEUSE_POSTGRES_URL", ""),
        redis_server=os.environ.get("VEILLEUSE_SERVER_REDIS_URL", ""),
    )


def _twice(ports: Mapping[str, int], name: str) -> bool:
    return list(ports.values()).count(ports[name]) > 1


def _saved_ports(data: Path) -> dict[str, int]:
    try:
        saved: dict[str, int] = json.loads((data / "ports.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return saved
