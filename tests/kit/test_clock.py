"""The house's clock may run faster than the machine's, in every process alike."""

import os
import subprocess
import sys
from datetime import UTC, datetime

from kit import clock

READ = (
    "from kit.clock import lasts, machine, now; "
    "print(now().isoformat(), machine().isoformat(), lasts(600), lasts(5), lasts(0.1))"
)


def test_a_process_told_a_pace_lives_by_it() -> None:
    origin = "2026-03-28T20:00:00+00:00"
    pace = {**os.environ, "VEILLEUSE_CLOCK_ORIGIN": origin, "VEILLEUSE_CLOCK_SPEED": "144"}
    said = subprocess.run([sys.executable, "-c", READ], env=pace, capture_output=True, text=True, check=True).stdout
    fast, machine, lasts, *short = said.split()
    begun = datetime.fromisoformat(origin)
    passed = (datetime.fromisoformat(fast) - begun) / (datetime.fromisoformat(machine) - begun)
    assert abs(passed - 144) < 0.001
    assert float(lasts) == 600 / 144
    assert [float(each) for each in short] == [clock.SHORTEST, 0.1], "a tick never does nothing else"


def test_without_a_pace_the_clock_is_the_machines() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= clock.machine()
    assert clock.lasts(15) == 15
