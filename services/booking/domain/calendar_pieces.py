"""A broken calendar piece by piece: one bad line in a zone or an answer of its server hides no event of the others."""

from collections.abc import Iterator
from typing import Any, Final

import icalendar

UNREADABLE: Final = (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError, UnicodeError)
"""What the library raises over a file that is not RFC 5545."""
PIECES: Final = frozenset({"VEVENT", "VTIMEZONE"})


def read(text: bytes) -> tuple[icalendar.Calendar | None, int]:
    """The events and zones that can be read, and how many events cannot; None when not one of them can."""
    whole, left_out, events = icalendar.Calendar(), 0, 0
    inside = False
    for name, lines in _pieces(text):
        if name == "VCALENDAR":
            inside = True
        elif name == "X-WR-TIMEZONE":
            whole["X-WR-TIMEZONE"] = lines[0].partition(b":")[2].decode("utf-8", "replace").strip()
        elif inside:
            component = _component(lines)
            if component is not None:
                whole.add_component(component)
            if name == "VEVENT":
                events += component is not None
                left_out += component is None
    return (whole if events else None), left_out


def _component(lines: list[bytes]) -> Any:
    try:
        found = icalendar.Component.from_ical(b"\r\n".join(lines) + b"\r\n")
    except UNREADABLE:
        return None
    return found if getattr(found, "name", None) in PIECES else None


def _pieces(text: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Where the calendar begins, the zone that it names, and each event and zone with its lines; in one pass."""
    piece: list[bytes] = []
    name = ""
    for line in text.splitlines():
        bare = line.strip().upper()
        if bare == b"BEGIN:VCALENDAR":
            yield "VCALENDAR", []
            name, piece = "", []
        elif bare.startswith(b"BEGIN:") and bare[6:].decode("latin1") in PIECES:  # one left open ends here, unread
            name, piece = bare[6:].decode("latin1"), [line]
        elif name and bare == b"END:" + name.encode():
            yield name, [*piece, line.strip()]
            name = ""
        elif name:
            piece.append(line)
        elif bare.startswith(b"X-WR-TIMEZONE:"):
            yield "X-WR-TIMEZONE", [line]
