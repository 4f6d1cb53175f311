"""What a form's choices mean: one of those that stood on the page, or a kind refusal."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from kit.errors import Invalid


class UnclearChoice(Invalid):
    """This choice did not stand on the page."""


def one_of(given: str, choices: Mapping[str, str]) -> str:
    """What `given` stands for."""
    if given not in choices:
        raise UnclearChoice()
    return choices[given]


def said_yes(given: str) -> bool:
    """Yes or no, as the two buttons of a form say it; anything else answers nothing."""
    return one_of(given, {"oui": "yes", "non": "no"}) == "yes"


def uuids(given: Iterable[str]) -> list[UUID]:
    """Ids as a form sends them."""
    try:
        return [UUID(each) for each in given]
    except ValueError as error:
        raise UnclearChoice() from error
