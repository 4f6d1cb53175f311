"""A crisis day in minutes: every process lives by a faster clock, everyone acts, and the house is asked what it lost.

The day is always the same Tuesday: its house is prepared at that night's clock and kept, each run breaks only a copy.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench import crisis
from bench.actors import Play
from bench.actors_desk import Desk
from bench.actors_hours import Hours
from bench.actors_line import Line
from bench.actors_network import Network
from bench.actors_team import team
from bench.actors_urgent import Post
from bench.houses import BenchHouse, copied, house_of_a_day, prepare
from bench.verdict import told_and_not_heard, verdict
from kit.clock import machine, now

CALLS: Final = 180
SPEED, STEADY_SPEED = 300.0, 75.0
MANY: Final = 400
"""Beyond so many calls the day takes longer: the machine serves them all, and the clock must not outrun it."""
LOOKED_SECONDS: Final = 2.0
NEARLY: Final = 0.8
PREPARED: Final = crisis.BEGINS - timedelta(hours=6)
WARM_SECONDS: Final = 30
"""Of the machine's, for the house to start and the team to take its places before the first call."""
PROMISED: Final = (
    "calls",
    "referrals",
    "booked",
    "orphans",
    "invariants_broken",
    "urgent_unacknowledged",
    "alone_in_waiting_room",
    "level3plus_unowned",
)
"""What the last line holds, in this order."""
SETTLED_WITHIN: Final = 180
AFTER_SECONDS: Final = 240
"""Of the machine's: what begins while the day is being read still takes place."""


def run(*, quick: bool, calls: int = CALLS) -> dict[str, Any]:
    """The promised figures of one day, or with `quick` of its first eight hours; the others stand above them."""
    speed = STEADY_SPEED if calls > MANY else max(STEADY_SPEED, SPEED * free_share())
    if speed < SPEED and calls <= MANY:
        print(f"the machine is busy: the clock runs {speed:.0f} times faster instead of {SPEED:.0f}", flush=True)
    _child(["--prepare"], starts=PREPARED, speed=2.0)  # which does nothing while the kept one is as the seed makes it
    starts = max(crisis.BEGINS - timedelta(seconds=WARM_SECONDS * speed), PREPARED)
    with copied("day") as data:
        told = ["--data", str(data), "--calls", str(calls), *(["--quick"] if quick else [])]
        lines = _child(told, starts=starts, speed=speed)
    figures: dict[str, Any] = json.loads(lines[-1])
    print("\nall figures: " + json.dumps(figures), flush=True)
    return {name: figures[name] for name in PROMISED}


def free_share() -> float:
    """How much of a processor this process gets when it asks for a whole one: 1 when it gets nearly all."""
    began, used = time.perf_counter(), time.process_time()
    while (waited := time.perf_counter() - began) < LOOKED_SECONDS:
        pass
    share = (time.process_time() - used) / waited
    return 1.0 if share > NEARLY else share


def origin(starts: datetime, speed: float, at: datetime) -> datetime:
    """The clock's origin for a house whose clock shows `starts` when the machine's shows `at`."""
    return at - (starts - at) / (speed - 1)


def _child(arguments: list[str], *, starts: datetime, speed: float) -> list[str]:
    """One process with the day's clock, and every process that it starts; what it said."""
    told = {
        "VEILLEUSE_CLOCK_ORIGIN": origin(starts, speed, machine()).isoformat(),
        "VEILLEUSE_CLOCK_SPEED": str(speed),
    }
    command = [sys.executable, "-m", "bench.day", *arguments, "--speed", str(speed)]
    said: list[str] = []
    with subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            said.append(line.rstrip("\n"))
            if not line.startswith("{"):
                print(said[-1], flush=True)
    if child.returncode:
        raise SystemExit("the day could not be played")
    return said


def play(data: Path, calls: int, *, quick: bool, speed: float) -> dict[str, Any]:
    """The whole day, inside the process that lives by its clock."""
    with house_of_a_day(data) as running:
        figures = asyncio.run(_play(running, calls, quick=quick, speed=speed))
    return figures


async def _play(running: BenchHouse, calls: int, *, quick: bool, speed: float) -> dict[str, Any]:
    length = crisis.QUICK if quick else crisis.DAY
    drawn = [call for call in crisis.day(calls) if call.after < length]
    async with Play(running, speed=speed) as played:
        there = await team(running, played, listeners=max(4, round(calls * 0.075)))
        network, post = Network(played), Post(played, there.manager, there.listeners[0])
        hours = Hours(played, network)
        desk = Desk(played, [*there.listeners, there.manager], there.coordinator, hours, network)
        began = played.opens(crisis.BEGINS, length + crisis.AFTERWARDS, beyond=timedelta(seconds=AFTER_SECONDS * speed))
        await network.open()
        played.begin(post.watch(), "the post's telephones")
        print(f"ready at {local()}: {len(drawn)} calls, {len(there.listeners)} listeners", flush=True)
        Line(played, there.listeners, hours, post).open(drawn)
        desk.open()
        for hour in range(int(length / timedelta(hours=4)) + 1):
            await played.until(min(began + timedelta(hours=4 * hour), played.ends))
            said = ", ".join(f"{name} {played.met[name]}" for name in ("calls", "answered", "hours booked", "met"))
            print(f"{local()}  {said}", flush=True)
        await played.until(played.ends)
        await _settled(running)  # everyone goes on with what they do meanwhile: hours pass
        figures, broken = await verdict(
            running, began=began, ends=played.ends, now=now(), patience=timedelta(seconds=speed)
        )
    _tell(played, figures, broken)
    rang = {"calls": "calls", "hung_up": "hung up in the queue", "calls_cut": "cut"}
    return {
        **{name: played.met[what] for name, what in rang.items()},
        **figures,
        "unforeseen": sum(played.broken.values()),
    }


async def _settled(running: BenchHouse) -> None:
    """Whatever was told of people has been heard; agendas tell of themselves as long as the clock runs."""
    deadline = time.monotonic() + SETTLED_WITHIN
    quiet = left = 0
    while quiet < 3 and time.monotonic() < deadline:
        left = await told_and_not_heard(running, but="AvailabilityChanged")
        quiet = 0 if left else quiet + 1
        await asyncio.sleep(1)
    if quiet < 3:
        print(f"{left} events were still to be heard when the day was read", flush=True)


def local() -> str:
    """The hour of the day, as its people read it."""
    return f"{now().astimezone(crisis.PARIS):%d %H:%M}"


def _tell(played: Play, figures: dict[str, Any], broken: list[str]) -> None:
    for title, counted in (("met", played.met), ("refused", played.refusals), ("unforeseen", played.broken)):
        print(f"\n{title}:")
        for what, count in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
            print(f"  {count:6} {what}")
    print("\nwait by level, hours to the appointment (level 5: to « J'ai l'alerte »):")
    for level, wait in figures["waits_h"].items():
        print(f"  {level}: p50 {wait['p50']:8.2f}   p90 {wait['p90']:8.2f}   ({wait['n']})")
    print("\nwhat does not hold:" if broken else "\neverything holds")
    for sentence in broken:
        print(f"  {sentence}")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.day")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--speed", type=float, required=True)
    chosen = parser.parse_args(arguments)
    if chosen.prepare:
        prepare("day")
        return 0
    print(json.dumps(play(chosen.data, chosen.calls, quick=chosen.quick, speed=chosen.speed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
