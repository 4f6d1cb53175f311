"""The supervisor with small real processes: ready, brought back, stopped in order, honest about a bad start."""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.embedded import probes
from infra.embedded.launch import Fork, Program
from infra.embedded.ports import free_port
from infra.embedded.supervisor import DiedAtStart, Process, Supervisor

ANSWER = "tests.infra.small_web:answer"


def forked(name: str, **more: Any) -> Process:
    port = free_port()
    fork = Fork(ANSWER, {"port": port}, {"PATH": os.environ["PATH"]})
    return Process(name, fork, port, probes.http(port, "/"), **more)


def program(name: str) -> Process:
    port = free_port()
    argv = [sys.executable, "-m", "tests.infra.small_web", str(port)]
    return Process(name, Program(argv), port, probes.http(port, "/"))


async def until(true: Callable[[], bool], within: float = 120.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


def full_disk(_: object) -> None:
    """What is told of a run cannot be written down: in all of these tests, and nothing may come of it."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


Start = Callable[[Sequence[Sequence[Process]]], Supervisor]


@pytest.fixture
async def supervise(tmp_path: Path) -> AsyncIterator[Start]:
    made: list[Supervisor] = []

    def start(stages: Sequence[Sequence[Process]]) -> Supervisor:
        made.append(Supervisor(stages, logs=tmp_path / "logs", changed=full_disk, said=full_disk))
        return made[-1]

    yield start
    for supervisor in made:
        await supervisor.stop()


async def test_a_stage_is_started_once_all_of_it_answers(supervise: Start) -> None:
    one, two = program("one"), forked("two")
    supervisor = supervise([[one, two]])
    await supervisor.start(0)

    assert one.ready and two.ready
    assert await one.ready() and await two.ready()
    report = supervisor.report()
    assert report["one"]["state"] == report["two"]["state"] == "ready"
    assert report["one"]["port"] == one.port
    assert report["zygote"]["pid"] == supervisor.forks.pid


@pytest.mark.parametrize("make", [program, forked])
async def test_a_killed_process_comes_back(supervise: Start, make: Callable[[str], Process]) -> None:
    process = make("one")
    supervisor = supervise([[process]])
    await supervisor.start(0)
    first = supervisor.report()["one"]["pid"]

    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.report()["one"]["restarts"] == 1 and supervisor.report()["one"]["state"] == "ready")

    assert supervisor.report()["one"]["pid"] != first


async def test_the_zygote_comes_back_with_all_its_children(supervise: Start) -> None:
    supervisor = supervise([[forked("one"), forked("two")]])
    await supervisor.start(0)
    before = supervisor.forks.pid
    assert before

    os.kill(before, signal.SIGKILL)
    await until(
        lambda: all(
            supervisor.report()[name]["restarts"] == 1 and supervisor.report()[name]["state"] == "ready"
            for name in ("one", "two")
        )
    )
    assert supervisor.forks.pid != before


@pytest.mark.parametrize(
    "start",
    [Program([sys.executable, "-c", "print('bad luck'); exit(3)"]), Fork("tests.infra.small_web:end", {"code": 3})],
)
async def test_a_process_that_dies_at_start_is_named_with_its_log(supervise: Start, start: Program | Fork) -> None:
    port = free_port()
    supervisor = supervise([[Process("unlucky", start, port, probes.http(port, "/"))]])
    with pytest.raises(DiedAtStart) as died:
        await supervisor.start(0)
    assert (died.value.name, died.value.why) == ("unlucky", "code 3")
    assert died.value.log.read_text().strip() in ("bad luck", "ending with 3")


async def test_a_process_that_never_answers_is_named(supervise: Start) -> None:
    mute = Program([sys.executable, "-c", "import time; time.sleep(600)"])
    port = free_port()
    supervisor = supervise([[Process("mute", mute, port, probes.http(port, "/"), ready_within=0.3)]])
    with pytest.raises(DiedAtStart, match="pas prêt"):
        await supervisor.start(0)


async def test_a_step_that_runs_once_is_over_before_the_next_stage(supervise: Start) -> None:
    supervisor = supervise(
        [[Process("step", Fork("tests.infra.small_web:end", {"code": 0}), once=True)], [forked("web")]]
    )
    await supervisor.start(0)
    await supervisor.start(1)
    assert set(supervisor.report()) == {"web", "zygote"}


async def test_stages_stop_in_reverse_order_and_leave_nothing_behind(tmp_path: Path) -> None:
    stopped: list[str] = []

    def record(supervisor: Supervisor) -> None:
        for member in supervisor.members:
            if member.state == "stopped" and member.process.name not in stopped:
                stopped.append(member.process.name)

    supervisor = Supervisor([[program("one")], [forked("two")], [forked("three")]], logs=tmp_path, changed=record)
    for stage in range(3):
        await supervisor.start(stage)
    pids = [entry["pid"] for entry in supervisor.report().values()]
    await supervisor.stop()

    assert stopped == ["three", "two", "one"]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_fork_sees_only_the_environment_it_is_given(supervise: Start, tmp_path: Path) -> None:
    supervisor = supervise(
        [[Process("step", Fork("tests.infra.small_web:environment", {}, {"ONLY": "this"}), once=True)]]
    )
    await supervisor.start(0)
    assert supervisor.members[0].log.read_text().split() == ["ONLY"]
