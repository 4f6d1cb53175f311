"""What a room asks of the way to one browser, and how much it lets through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.video import FromServer
from kit.errors import Invalid, TooMany
from services.video.rtc import sdp

LARGEST_DESCRIPTION = 64 * 1024
LARGEST_NOTE = 8 * 1024  # between browsers


class NotUnderstood(Invalid):
    """This message is not one that a room knows."""


class TooManyCandidates(TooMany):
    """No browser has that many addresses."""


class Line(Protocol):
    """The way to one browser; no call waits."""

    def put(self, message: FromServer) -> None: ...

    def replace(self) -> None: ...

    def move(self) -> None: ...

    def shut(self) -> None: ...


@dataclass
class Place:
    """What is live about one seat."""

    line: Line | None = None
    candidates: int = 0  # said for no leg that stands


def answered(text: str) -> sdp.Answer:
    """What a browser answered, if it can be read."""
    if len(text) > LARGEST_DESCRIPTION:
        raise NotUnderstood("too long a description")
    try:
        return sdp.read_answer(text)
    except sdp.BadDescription as error:
        raise NotUnderstood(str(error)) from error


def candidates(data: Mapping[str, Any]) -> list[str]:
    """A browser's addresses, as it wrote them."""
    lines = data.get("candidates")
    if not isinstance(lines, list) or not all(isinstance(line, str) and len(line) < 512 for line in lines):
        raise NotUnderstood("candidates")
    return lines
