"""`./veilleuse bench video`: what forwarding costs beside Debian's Janus, in the same run, and what delay it adds.

Canned-packet clients in processes of their own talk through one node, then through Janus's videoroom; two connections
of one Chromium talk directly, then through the node. CPU is the server's alone (`/proc/PID/stat`), in % of one core.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from typing import Any

from bench import video_delay, video_janus
from bench.load import hear, say
from bench.video_node import VideoNode, cpu_seconds, memory_kb, turn_seconds, video_node
from bench.video_peer import TAIL

PER_CLIENT = 10  # rooms for one client process: it must never be what is measured
SOAK_ROOMS = 8


def run(*, quick: bool = False, soak: float | None = None) -> dict[str, Any]:
    """All figures of the issue; `soak` (minutes) watches the memory of one busy node instead."""
    if soak is not None:
        return run_soak(soak * 60)
    seconds = 6.0 if quick else 20.0
    told: dict[str, Any] = {}
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        print(
            f"THE MACHINE IS BUSY (load {os.getloadavg()[0]:.0f}): packets may be lost for want of a turn", flush=True
        )
    missing = video_janus.ensure()
    with video_node() as node, contextlib.ExitStack() as stack:
        reference = None if missing else stack.enter_context(video_janus.janus())
        if missing:
            print(f"NO REFERENCE: {missing}; the ratios are left out", flush=True)
        _window(node.pid, [_plan(node, 1, 1.0)], 1.0)  # what is loaded once is no room's
        for rooms in (1, 8) if quick else (1, 8, 25):
            told |= _through_ours(node, rooms, seconds)
            if reference is not None and rooms <= 8:
                numbers = list(range(rooms * 1000, rooms * 1000 + rooms))
                plans = [{"kind": "janus", "address": reference.address, "rooms": numbers, "seconds": seconds}]
                theirs, used = _window(reference.pid, plans, seconds)
                janus = used / rooms
                print(f"Janus, {rooms} room(s): {janus:.2f} % a room, {_share(theirs)} % handed on", flush=True)
                told[f"cpu_pct_janus_{rooms}"] = round(janus, 2)
                told[f"ratio_janus_{rooms}"] = round(told[f"cpu_pct_room_{rooms}"] / janus, 2)
        told |= _beside_idle_rooms(node, 20 if quick else 200)
        told["memory_kb_room"] = told[f"memory_kb_room_{8 if quick else 25}"]
        told["forwarded_pct"] = told[f"forwarded_pct_{8 if quick else 25}"]
        told |= video_delay.measure(node, quick=quick)
    return told


def run_soak(seconds: float) -> dict[str, Any]:
    """Rooms that come, talk a minute and go, for so long: the slope of the node's memory in the second half.

    The first hundred rooms warm the allocator up: less than half an hour says little.
    """
    samples: list[tuple[float, int]] = []
    handed, began = {"sent": 0, "received": 0}, time.monotonic()
    with video_node() as node:
        while time.monotonic() - began < seconds:
            talk = min(60.0, max(10.0, seconds / 10))
            seen, used = _window(node.pid, [_plan(node, SOAK_ROOMS, talk)], talk)
            handed = {name: handed[name] + seen[name] for name in handed}
            samples.append((time.monotonic() - began, memory_kb(node.pid)))
            print(f"{samples[-1][0]:6.0f} s  {samples[-1][1]} kB  {used:.1f} %  {_share(seen)} %", flush=True)
    return {
        "soak_seconds": round(time.monotonic() - began),
        "memory_kb": samples[-1][1],
        "memory_slope_kb_per_hour": round(_slope(samples[len(samples) // 2 :]) * 3600),
        "forwarded_pct": _share(handed),
    }


def _through_ours(node: VideoNode, rooms: int, seconds: float) -> dict[str, Any]:
    before = memory_kb(node.pid)
    counts = [min(PER_CLIENT, rooms - done) for done in range(0, rooms, PER_CLIENT)]
    seen, used = _window(node.pid, [_plan(node, count, seconds) for count in counts], seconds)
    memory = max(0, memory_kb(node.pid) - before) // rooms
    print(
        f"ours, {rooms} room(s): {used / rooms:.2f} % a room, {used:.1f} % of a core, {_share(seen)} % handed on, "
        f"{memory} kB a room",
        flush=True,
    )
    return {
        f"cpu_pct_room_{rooms}": round(used / rooms, 2),
        f"forwarded_pct_{rooms}": _share(seen),
        f"memory_kb_room_{rooms}": memory,
    }


def _beside_idle_rooms(node: VideoNode, idle: int) -> dict[str, Any]:
    """How long joining takes while so many rooms only wait."""
    joins = [node.seats() for _ in range(20)]
    client = _start({"kind": "idle", "rooms": [node.seats() for _ in range(idle)], "joins": joins, "seconds": 0})
    hear(client)
    say(client, "go")
    times = sorted(json.loads(hear(client))["joins"])
    client.wait(10)
    print(f"joining beside {idle} idle rooms: p50 {times[10]:.0f} ms, p95 {times[18]:.0f} ms", flush=True)
    return {"idle_rooms": idle, "join_ms_p95_idle": round(times[18])}


def _plan(node: VideoNode, rooms: int, seconds: float) -> dict[str, Any]:
    return {"kind": "veilleuse", "rooms": [node.seats() for _ in range(rooms)], "seconds": seconds}


def _window(pid: int, plans: list[dict[str, Any]], seconds: float) -> tuple[dict[str, int], float]:
    """What the clients of these plans saw together, and the server's CPU meanwhile in % of a core."""
    clients = [_start(plan) for plan in plans]
    for client in clients:
        hear(client)
    time.sleep(1)  # handshakes are over
    used, waited, began = cpu_seconds(pid), turn_seconds(pid), time.monotonic()
    for client in clients:
        say(client, "go")
    time.sleep(seconds)
    used, spent = cpu_seconds(pid) - used, time.monotonic() - began
    waited = 100 * (turn_seconds(pid) - waited) / spent
    if waited > 10:
        print(f"THE SERVER WAITED {waited:.0f} % OF THE TIME FOR A PROCESSOR: others were using them", flush=True)
    told = [json.loads(hear(client)) for client in clients]
    for client in clients:
        client.wait(10 + TAIL)
    return {name: sum(one[name] for one in told) for name in ("sent", "received")}, 100 * used / spent


def _start(plan: dict[str, Any]) -> "subprocess.Popen[str]":
    client = subprocess.Popen(
        [sys.executable, "-m", "bench.video_peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    say(client, json.dumps(plan))
    return client


def _share(seen: dict[str, int]) -> float:
    return round(100 * seen["received"] / max(1, seen["sent"]), 3)


def _slope(samples: list[tuple[float, int]]) -> float:
    """Least squares, kB a second."""
    if len(samples) < 2:
        return 0.0
    middle = sum(at for at, _ in samples) / len(samples)
    level = sum(kb for _, kb in samples) / len(samples)
    spread = sum((at - middle) ** 2 for at, _ in samples)
    return sum((at - middle) * (kb - level) for at, kb in samples) / spread
