"""`./veilleuse up`: checks the ground, starts the house, fills it with demo data once, tells where to look."""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncpg.exceptions import DiskFullError

from contracts.words import Role
from infra.embedded import databases, postgres, refusals, runfile, secrets
from infra.embedded.environment import Place, place
from infra.embedded.ownership import dies_with_parent
from infra.embedded.processes import PRELOADED, stages
from infra.embedded.refusals import Refusal
from infra.embedded.supervisor import DiedAtStart, Supervisor

STEPS = ("Bases de données et boîte de démonstration", "Tables", "Services", "Pages")

RETOLD_AFTER = 5.0


def say(sentence: str) -> None:
    with suppress(OSError):  # a full disk, a pipe that nobody reads any more
        print(sentence, flush=True)


def check_ground(data: Path, port: int) -> runfile.Lock:
    """Everything that could stop us, before anything is written; the lock of the data when all is well."""
    refusals.writable(data)
    lock = runfile.Lock(data)
    if not lock.take():
        run = runfile.read(data) or {}
        raise refusals.already_running(data, run.get("url", ""))
    runfile.forget(data)  # of a run that was killed: its pids may be others' by now
    refusals.enough_disk(data)
    refusals.port_free(port, data)
    if not os.environ.get("VEILLEUSE_POSTGRES_URL"):
        refusals.able_to_step_down()
    return lock


async def run(place: Place, *, demo: bool, say: Callable[[str], None]) -> int:
    """The whole life of a run; returns the exit code."""
    began = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    state = "starting"

    def record(supervisor: Supervisor) -> None:
        try:
            runfile.write(place.data, _report(place, supervisor, state))
        except OSError:  # the disk is full: what is written down lags behind, the house goes on
            asyncio.get_running_loop().call_later(RETOLD_AFTER, record, supervisor)

    logs = place.data / "logs"
    supervisor = Supervisor(stages(place), logs=logs, preloaded=PRELOADED, changed=record, said=say)
    record(supervisor)
    starting = asyncio.create_task(_start(supervisor, place, demo=demo, say=say))
    stopping = asyncio.create_task(stop.wait())
    code = 0
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            say(_welcome(place, time.monotonic() - began))
            state = "ready"
            record(supervisor)
            await stopping
    except DiedAtStart as died:
        say(f"\n{died.name} n'a pas démarré ({died.why}). {_cause(place.data, died.log)}")
        code = 1
    except (Refusal, OSError, DiskFullError) as failed:
        code = 1
        said = refusals.full_disk(place.data) or (str(failed) if isinstance(failed, Refusal) else "")
        if not said:
            raise
        say(f"\n{said}")
    finally:
        state = "stopping"
        if code == 0:
            say("\nJ'arrête tout, dans l'ordre. Vos données restent.")
        starting.cancel()
        with suppress(asyncio.CancelledError, DiedAtStart, Refusal, OSError, DiskFullError):
            await starting
        await supervisor.stop()
        state = "stopped"
        record(supervisor)
    if code == 0:
        say("Tout est arrêté.")
    return code


async def _start(supervisor: Supervisor, place: Place, *, demo: bool, say: Callable[[str], None]) -> None:
    """Every stage in turn; the demo data once the tables are there and before anyone can see them half-filled."""
    importing = asyncio.create_task(supervisor.forks.start())
    try:
        if not place.postgres_server:
            await _prepare_cluster(place)
        for number, title in enumerate(STEPS):
            began = time.monotonic()
            if title == "Tables":
                await _make_databases(place)
            await supervisor.start(number)
            say(f"  ✓ {title} ({time.monotonic() - began:.1f} s)".replace(".", ","))
            if title == "Tables":
                await _fill(place, demo=demo)
    finally:
        importing.cancel()


async def _prepare_cluster(place: Place) -> None:
    try:
        await asyncio.to_thread(postgres.prepare, place.data / "postgres")
    except subprocess.CalledProcessError as failed:
        raise Refusal(f"PostgreSQL n'a pas pu préparer ses fichiers : {failed.stderr.strip()}") from failed


async def _make_databases(place: Place) -> None:
    """A filling that was cut short begins again from nothing: nobody has ever seen those rows."""
    if (place.data / "seeding").exists():
        await databases.drop_databases(place.admin_url)
    await databases.create_databases(place.admin_url, passwords=place.passwords())


async def _fill(place: Place, *, demo: bool) -> None:
    """The demo data, once in the life of a data folder."""
    seeded, seeding = place.data / "seeded", place.data / "seeding"
    if demo and not seeded.exists():
        seeding.touch()
        await _seed(place)
        seeded.touch()
    seeding.unlink(missing_ok=True)


async def _seed(place: Place) -> None:
    """The demo data, by its own program: it shows its progress itself."""
    environment = place.environment(*databases.SERVICES, "video", "gateway", migrating=True)
    seed = await asyncio.create_subprocess_exec(
        *(*dies_with_parent("TERM"), sys.executable, "-m", "infra.embedded.seed", "--data", str(place.data)),
        env=environment,
    )
    try:
        if await seed.wait() != 0:
            raise Refusal("Les données de démonstration n'ont pas pu être écrites ; je les referai au prochain départ.")
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            seed.terminate()
        await seed.wait()
        raise


def _report(place: Place, supervisor: Supervisor, state: str) -> dict[str, Any]:
    return {
        "url": place.url,
        "messages_url": place.messages_url,
        "state": state,
        "pid": os.getpid(),
        "data": str(place.data),
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processes": supervisor.report(),
    }


def _welcome(place: Place, seconds: float) -> str:
    lines = [
        "",
        f"La Veilleuse est allumée ({seconds:.1f} s).".replace(".", ",", 1),
        "",
        f"  Adresse             {place.url}",
        f"  Messages envoyés    {place.messages_url}",
    ]
    accounts = place.data / "demo-accounts.json"
    if accounts.exists():
        lines += ["", "  Comptes de démonstration"]
        rows = [(a["role"], a["login"], a["password"]) for a in json.loads(accounts.read_text())]
        wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines += [f"    {role:<{wide[0]}}  {login:<{wide[1]}}  {password}" for role, login, password in rows]
    else:
        first = refusals.as_typed(f"account IDENTIFIANT --role {Role.ADMIN}", place.data)
        lines += ["", "  Aucun compte encore. Le premier, qui ouvre ceux des autres :", f"    {first}"]
    lines += ["", f"  Pour arrêter : Ctrl-C, ou {refusals.how_to_stop(place.data)}"]
    return "\n".join(lines)


def _cause(data: Path, log: Path, lines: int = 20) -> str:
    """A full disk in plain words; anything else as the log of the one that died tells it."""
    tail = "".join(f"\n  | {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])
    return refusals.full_disk(data) or f"Les dernières lignes de son journal, {log} :{tail}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse up")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--video-nodes", type=int, default=1, choices=range(1, 17))
    chosen = parser.parse_args(arguments)
    data = chosen.data.absolute()
    try:
        lock = check_ground(data, chosen.port)
        secrets.make_all(data)
        here = place(data, chosen.port, chosen.video_nodes)
        code = asyncio.run(run(here, demo=not chosen.empty, say=say))
        lock.release()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the loop could answer it: nothing runs yet
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
