"""The real house, started as a person starts it: it answers, outlives the death of any process, keeps its data."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.embedded.environment import SERVICES
from infra.embedded.ports import free_port
from tests.cluster import Cluster

ROOT = Path(__file__).parent.parent.parent
EVERY_PROCESS = (*SERVICES, "postgres", "valkey", "inbox", "gateway", "worker", "zygote")

pytestmark = pytest.mark.faults


@dataclass(frozen=True)
class House:
    data: Path
    port: int

    def say(self, *words: str, **told: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "veilleuse", words[0], "--data", str(self.data), *words[1:]]
        environment = {**os.environ, **told}
        return subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)

    def up(self, **told: str) -> subprocess.CompletedProcess[str]:
        return self.say("up", "--empty", "--detach", "--port", str(self.port), **told)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say("status", "--json").stdout)
        return found

    def written(self) -> dict[str, Any]:
        """What `status` reads, without a program started for each look."""
        found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        return found

    def status_of(self, path: str, key: str = "") -> int:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except OSError:
            return 0

    def answers(self, path: str) -> bool:
        return self.status_of(path) == 200


def until(true: Callable[[], bool], within: float = 120.0) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    started = House(tmp_path_factory.mktemp("house") / "data", free_port())
    up = started.up()
    assert up.returncode == 0, up.stdout + up.stderr
    yield started
    started.say("down")


def test_it_says_where_it_is_and_what_runs(house: House) -> None:
    status = house.status()
    assert status["url"] == f"http://127.0.0.1:{house.port}"
    assert status["state"] == "ready"
    assert set(status["processes"]) == set(EVERY_PROCESS)
    for one in status["processes"].values():
        os.kill(one["pid"], 0)
        assert Path(one["log"]).exists()
    assert house.answers("/ready")
    with urllib.request.urlopen(status["messages_url"], timeout=5) as page:
        assert "Messages envoyés" in page.read().decode()


def test_a_second_up_on_the_same_data_says_so(house: House) -> None:
    again = House(house.data, free_port()).up()
    assert again.returncode == 2
    assert f"tourne déjà sur {house.data} : http://127.0.0.1:{house.port}" in again.stdout + again.stderr
    assert house.answers("/ready")


def test_a_token_opens_what_its_role_may_see_and_nothing_else(house: House) -> None:
    types, accounts = "/api/v1/booking/consultation-types", "/api/v1/identity/accounts"
    made = house.say("token", "--role", "psychologist")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert house.status_of(types) == 401
    assert house.status_of(types, key) == 200
    assert house.status_of(accounts, key) == 403
    assert house.status_of(types, key[:-1]) == 401
    assert house.say("token", "--role", "person").returncode == 2


def test_an_empty_house_says_how_its_first_account_is_made(house: House) -> None:
    assert "account IDENTIFIANT --role admin" in (house.data / "up.log").read_text()
    made = house.say("account", "première@ici.fr", "--role", "admin")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("première@ici.fr  ")
    again = house.say("account", "Première@ici.fr", "--role", "admin")
    assert again.returncode == 1 and "déjà pris" in again.stderr


def test_the_invariants_hold_on_an_empty_house(house: House) -> None:
    asked = house.say("check-data")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert asked.stdout.count("tout tient") == 4


@pytest.mark.parametrize("name", EVERY_PROCESS)
def test_a_killed_process_comes_back(house: House, name: str) -> None:
    before = house.written()["processes"][name]
    os.kill(before["pid"], signal.SIGKILL)

    def back() -> bool:
        now = house.written()["processes"]
        all_ready = set(now) == set(EVERY_PROCESS) and all(one["state"] == "ready" for one in now.values())
        return all_ready and now[name]["pid"] != before["pid"]

    until(back)
    until(lambda: house.answers("/ready"))
    assert house.status()["processes"][name]["pid"] != before["pid"]


def test_down_stops_everything_and_the_data_survives(house: House) -> None:
    pids = [one["pid"] for one in house.status()["processes"].values()]
    down = house.say("down")
    assert down.returncode == 0, down.stdout
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert house.say("status").returncode == 3
    keys = {file: file.read_bytes() for file in (house.data / "keys").rglob("*.pem")}

    up = house.up()
    assert up.returncode == 0, up.stdout + up.stderr
    assert house.answers("/ready")
    assert keys == {file: file.read_bytes() for file in (house.data / "keys").rglob("*.pem")}


def test_when_the_supervisor_is_killed_nothing_is_left_running(house: House) -> None:
    status = house.status()
    os.kill(status["pid"], signal.SIGKILL)

    def all_gone() -> bool:
        return not any(Path(f"/proc/{one['pid']}").exists() for one in status["processes"].values())

    until(all_gone)
    assert house.up().returncode == 0
    assert house.answers("/ready")


def test_servers_of_your_own_are_used_instead(cluster: Cluster, tmp_path: Path) -> None:
    servers = {"VEILLEUSE_POSTGRES_URL": cluster.admin_url, "VEILLEUSE_SERVER_REDIS_URL": cluster.valkey_url}
    elsewhere = House(tmp_path / "data", free_port())
    up = elsewhere.up(**servers)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        assert set(elsewhere.status()["processes"]) == set(EVERY_PROCESS) - {"postgres", "valkey"}
        assert elsewhere.answers("/ready")
        key = elsewhere.say("token", "--role", "coordinator", **servers)
        assert elsewhere.status_of("/api/v1/booking/consultation-types", key.stdout.strip()) == 200
    finally:
        assert elsewhere.say("down").returncode == 0
