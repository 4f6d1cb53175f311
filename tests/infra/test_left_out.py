"""What a machine cannot run is named, and told apart from what was merely not installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import browser

ROOT = Path(__file__).parent.parent.parent
ASK = """
from infra import browser, debian, relay
print(relay.refused_by_the_machine(), relay.missing(), browser.ensure_firefox(print, every_test=True), sep="|")
"""


@pytest.mark.parametrize("makes_networks", [True, False])
def test_only_the_machine_itself_may_leave_a_test_out(tmp_path: Path, makes_networks: bool) -> None:
    shim = tmp_path / "unshare"
    shim.write_text(f"#!/bin/sh\nexit {0 if makes_networks else 1}\n")
    shim.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT, env={"PATH": f"{tmp_path}:{tmp_path}/nothing"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    refused, lacking, foxless = done.stdout.strip().split("|")
    root = os.geteuid() == 0
    assert refused == str(root and not makes_networks)
    assert lacking.startswith("coturn" if root and makes_networks else "pas d'espaces de réseau")
    assert foxless.startswith("tests/browser/test_firefox.py n'est pas passé : ")


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("tests/browser/test_room.py: 8\n\n183/2450 tests collected (2267 deselected) in 6.10s\n", 183),
        ("1 test collected in 0.10s\n", 1),
        ("no tests collected (12 deselected) in 0.10s\n", 0),
    ],
)
def test_what_chromium_would_have_run_is_counted(told: str, count: int) -> None:
    assert browser.counted(told) == count
