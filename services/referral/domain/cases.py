"""A case: consents by scope, and when it may be erased: while the person is on the line."""

from typing import Final

from kit.errors import Conflict, Gone, Invalid, NotFound

SCOPES: Final = ("share_sheet", "share_channel", "be_called", "follow_up", "statistics")
"""Each is asked apart, and none is given by default."""
WORDING: Final = 1
"""The version of the sentences that are read aloud; a new sentence is a new number."""


class UnknownCase(NotFound):
    """No such case."""


class CaseErased(Gone):
    """This case was erased at the person's request."""


class UnknownScope(Invalid):
    """There is no such consent."""


class NotOnTheLine(Conflict):
    """What the person decides is written while they are on the line with you."""


class UnknownConsent(NotFound):
    """No such consent."""


def scope(name: str) -> str:
    """`name` if it is a scope."""
    if name not in SCOPES:
        raise UnknownScope(fields={"scope": "unknown"})
    return name
