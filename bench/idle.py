"""Idle: the memory of the whole house at rest, without PostgreSQL (PSS: shared pages counted once)."""

import time
from pathlib import Path

from bench.houses import house


def run(*, quick: bool) -> dict[str, float]:
    """Megabytes of every process of the house but PostgreSQL's, ten seconds after it is ready."""
    with house("1000", copy=False) as running:
        time.sleep(3 if quick else 10)
        pids = {int(one["pid"]): name for name, one in running.run["processes"].items() if one.get("pid")}
        pids[int(running.run["pid"])] = "supervisor"
        total = sum(_pss(pid) for pid, name in _family(pids).items() if name != "postgres")
    return {"idle_mb": round(total / 1024, 1)}


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
