"""`python -m services.booking.importer`: a task as JSON on the first line, the file after it; busy time as JSON back.

The file comes from outside: the process bounds its own time and memory before it looks at a single byte.
"""

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from xml.etree import ElementTree

import msgspec

CPU_SECONDS = 12
MEMORY = 600 * 1024 * 1024
ONE_EVENT = 1.0
"""Seconds of work that one event may cost; then it is left out, and the others count."""
DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"


class Task(msgspec.Struct, frozen=True):
    """What is wanted of the file: how it comes, the window, and the UIDs that are ours."""

    kind: str
    first: datetime
    last: datetime
    zone: str
    ours: list[str] = []


class Found(msgspec.Struct, frozen=True):
    """`error` is empty when the file could be read."""

    error: str = ""
    spans: list[tuple[datetime, datetime]] = []
    left_out: int = 0


class TooLong(Exception):
    """One event took more than its time."""


def _late(signum: int, frame: FrameType | None) -> None:
    raise TooLong


@contextmanager
def one_event() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_VIRTUAL, ONE_EVENT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def texts(kind: str, content: bytes) -> list[bytes]:
    """The calendars in a file, or in the answer of a CalDAV server; a document with entities of its own is refused."""
    if kind != "caldav":
        return [content]
    if b"<!" in content.replace(b"<![CDATA[", b""):
        raise ValueError("entities")
    roots = [ElementTree.fromstring(each) for each in content.split(b"\x00") if each]
    return [(one.text or "").encode() for root in roots for one in root.iter(DATA)]


def main() -> None:
    """Read, answer, end."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    signal.signal(signal.SIGVTALRM, _late)
    from services.booking.domain import calendar_reading as reading  # after the bounds

    line = sys.stdin.buffer.readline()
    task = msgspec.json.decode(line, type=Task)
    window = reading.Window(task.first, task.last, task.zone)
    try:
        given = texts(task.kind, sys.stdin.buffer.read())
        if task.kind == "caldav" and not given:
            found = Found()  # an empty calendar is a calendar
        else:
            seen = reading.read(given, window, ours=frozenset(task.ours), guard=one_event)
            found = Found(spans=[(one.start, one.end) for one in seen.spans], left_out=seen.left_out)
    except reading.TooMuch:
        found = Found(error="too-many-events")
    except (reading.NotACalendar, ValueError, ElementTree.ParseError):
        found = Found(error="not-a-calendar")
    except (MemoryError, RecursionError, TooLong):
        found = Found(error="too-heavy")
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
