"""Idle: memory of the whole house at rest, without PostgreSQL (PSS: shared pages counted once), and CPU with it."""

import os
import time
from pathlib import Path

from bench.houses import house


def run(*, quick: bool) -> dict[str, float]:
    """Megabytes of every process but PostgreSQL's; per cent of one core at rest; seconds of CPU until it was ready."""
    seconds = 5.0 if quick else 30.0
    with house("1000", copy=False) as running:
        pids = {int(one["pid"]): name for name, one in running.run["processes"].items() if one.get("pid")}
        pids[int(running.run["pid"])] = "supervisor"
        started = _cpu(_family(pids))
        time.sleep(3 if quick else 10)
        before, began = _cpu(_family(pids)), time.monotonic()
        time.sleep(seconds)
        share = (_cpu(_family(pids)) - before) / (time.monotonic() - began)
        total = sum(_pss(pid) for pid, name in _family(pids).items() if name != "postgres")
    return {
        "idle_mb": round(total / 1024, 1),
        "idle_cpu_pct": round(share * 100, 1),
        "ready_cpu_s": round(started, 1),
    }


def _cpu(pids: dict[int, str]) -> float:
    """Seconds that these processes, and those of their children that have ended, were at work."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pids: dict[int, str]) -> dict[int, str]:
    """Those processes and their children, each under its root's name."""
    found = dict(pids)
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid, parent = int(status.parent.name), int(fields[1])
        if parent in pids and pid not in found:
            found[pid] = pids[parent] if pids[parent] == "postgres" else f"{pids[parent]} child"
    return found


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0
