"""What a room asks of the way to one browser, and how much it lets through."""

from typing import Protocol

from contracts.video import FromServer
from kit.errors import Invalid, TooMany

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
