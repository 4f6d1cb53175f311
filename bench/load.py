"""Starts client processes, lets them go together, and sums up what they saw."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

Request = tuple[str, str, dict[str, str], str]


@dataclass(frozen=True)
class Seen:
    """What the clients saw; latencies in milliseconds."""

    ok: int
    refused: int
    seconds: float
    statuses: dict[int, int]
    millis: list[float]

    @property
    def per_s(self) -> float:
        return round(self.ok / self.seconds, 1) if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency below which this share of the answers came."""
        if not self.millis:
            return float("nan")
        return round(self.millis[min(len(self.millis) - 1, int(len(self.millis) * share))], 3)


def load(
    port: int,
    requests: list[Request],
    *,
    connections: int,
    seconds: float,
    processes: int = 1,
    once: bool = False,
    warm: str = "/live",
    warm_headers: dict[str, str] | None = None,
) -> Seen:
    """Closed loop: `connections` in all, spread over `processes`; with `once`, each request is sent at most once."""
    started = []
    for number in range(processes):
        share = connections // processes + (number < connections % processes)
        plan = {
            "port": port,
            "connections": share,
            "seconds": seconds,
            "requests": requests[number::processes] if once else requests,
            "once": once,
            "warm": warm,
            "warm_headers": warm_headers or {},
        }
        client = subprocess.Popen(
            [sys.executable, "-m", "bench.client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        say(client, json.dumps(plan))
        started.append(client)
    for client in started:
        hear(client)  # ready
    for client in started:
        say(client, "go")
    told: list[dict[str, Any]] = [json.loads(hear(client)) for client in started]
    for client in started:
        client.wait(10)
    statuses: dict[int, int] = {}
    for one in told:
        for status, count in one["statuses"].items():
            statuses[int(status)] = statuses.get(int(status), 0) + count
    ok = sum(count for status, count in statuses.items() if status < 300)
    return Seen(
        ok=ok,
        refused=sum(statuses.values()) - ok,
        seconds=max(one["seconds"] for one in told),
        statuses=statuses,
        millis=sorted(micros / 1000 for one in told for micros in one["micros"]),
    )


def say(client: "subprocess.Popen[str]", line: str) -> None:
    """One line to a client."""
    assert client.stdin is not None
    client.stdin.write(line + "\n")
    client.stdin.flush()


def hear(client: "subprocess.Popen[str]") -> str:
    """The next line of a client; an error when it has ended."""
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise RuntimeError(f"a client ended early ({client.wait()})")
    return line
