"""What is logged goes to a disk that may be full: then a line is lost, never the work that wrote it."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, errno, logging
from kit import log
from kit.ticks import Tick, beat

class Full:
    def transaction(self):
        raise OSError(errno.ENOSPC, "no space left")

async def main():
    for _ in range(100):
        await beat(Tick("reminders", 1, lambda db: None), Full(), print)

log.start("test")
asyncio.run(main())
logging.getLogger("a library").error("x" * 100_000)
print("still at work")
"""


def test_a_loop_goes_on_where_nothing_can_be_written_down() -> None:
    with Path("/dev/full").open("w") as full:
        told = subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=full, check=False)
    assert told.stdout == b"still at work\n"
