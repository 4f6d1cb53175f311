"""A contact: one call, the case it belongs to, and the short reference by which the desk names it."""

from typing import Final

from kit.errors import Conflict, NotFound

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O: read aloud, they are digits
PER_LETTER: Final = 9000


class UnknownContact(NotFound):
    """No such call."""


class ContactFinal(Conflict):
    """This call is closed; its sheet no longer changes."""


def reference(number: int) -> str:
    """The reference of the `number`-th call: A-1000, A-1001 … A-9999, B-1000."""
    letter, rest = divmod(number - 1, PER_LETTER)
    return f"{LETTERS[letter % len(LETTERS)]}-{1000 + rest}"
