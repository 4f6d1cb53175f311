"""What a provider may answer, in the words that every channel shares."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """One message as it leaves; `id` is the same at every try, so that a repeat can be recognised."""

    id: UUID
    to: str
    text: str


class Refused(Exception):
    """The provider said no; `for_good` when asking again is of no use."""

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__("refused")
        self.for_good = for_good


class Unknown(Exception):
    """The provider did not answer in time: it may have taken the message or not."""


class Route(Protocol):
    """One way out."""

    async def send(self, letter: Letter) -> None:
        """Return once the provider has taken it; `Refused` or `Unknown` otherwise."""
