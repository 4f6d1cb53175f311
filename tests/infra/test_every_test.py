"""In continuous integration a test that was not run is a failure, and pytest still has the last line."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PASSES = "def test_passes(): pass\n"
SKIPPED = "import pytest\n@pytest.mark.skip\ndef test_skipped(): pass\n"
EXPECTED_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_fails(): assert False\n"


@pytest.mark.parametrize(
    ("tests", "options", "code"),
    [
        (PASSES, [], 0),
        (PASSES + SKIPPED, [], 1),
        (PASSES + EXPECTED_TO_FAIL, [], 1),
        (PASSES + "def test_left_out(): pass\n", ["-k", "passes"], 1),
    ],
)
def test_only_a_run_of_every_test_is_green(tmp_path: Path, tests: str, options: list[str], code: int) -> None:
    (tmp_path / "test_it.py").write_text(tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    argv = [sys.executable, "-m", "pytest", "-p", "infra.every_test", "-p", "no:valkey", *options, "test_it.py"]
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the others' plugins are most of its time
    done = subprocess.run(argv, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert " passed" in done.stdout.splitlines()[-1]
