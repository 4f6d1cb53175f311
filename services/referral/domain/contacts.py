"""A contact: one call, its short reference, who may take it up, and the calls that are counted apart (care.md 10)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kit.errors import Conflict, Gone, Invalid, NotFound

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O: read aloud, they are digits
PER_LETTER: Final = 9000

OPEN_TO_ALL: Final = timedelta(hours=2)
"""How long a call that was cut, or closed too soon, is taken up by whoever answers."""
NON_DATA: Final = frozenset({"silent", "wrong_number", "hung_up", "not_for_us", "abusive", "test"})
"""Calls without a person to help: counted apart, no sheet asked."""
HEAVY: Final = 4
"""After a call of this level the desk offers ten minutes' pause."""


class UnknownContact(NotFound):
    """No such call."""


class ContactFinal(Conflict):
    """This call is closed; its sheet no longer changes."""


class ContactNotFinal(Conflict):
    """Only a final sheet is corrected; this one may still be typed on."""


class WithAColleague(Conflict):
    """A colleague is on the line: they hand the call over, nobody takes it from them."""


class TakeUpOver(Gone):
    """It was cut more than two hours ago: the spoken code finds it again."""


class NotOfferedToYou(Conflict):
    """This call was not, or is no longer, offered to you."""


class ColleagueNotOnDuty(Conflict):
    """Calls are handed over to someone who is at the desk."""


class UnknownKind(Invalid):
    """There is no such kind of call."""


def reference(number: int) -> str:
    """The reference of the `number`-th call: A-1000, A-1001 … A-9999, B-1000."""
    letter, rest = divmod(number - 1, PER_LETTER)
    return f"{LETTERS[letter % len(LETTERS)]}-{1000 + rest}"


def may_take_up(*, mine: bool, final: bool, cut_at: datetime | None, ended_at: datetime | None, now: datetime) -> None:
    """Refuses a final call, one that a colleague is on, and after two hours one that is not one's own."""
    if final:
        raise ContactFinal()
    if mine:
        return
    stopped = cut_at or ended_at
    if stopped is None:
        raise WithAColleague()
    if now - stopped >= OPEN_TO_ALL:
        raise TakeUpOver()


def may_accept(offered_to: UUID | None, caller: UUID) -> None:
    """Only whoever was asked takes a call over."""
    if offered_to != caller:
        raise NotOfferedToYou()


def non_data(kind: str | None) -> str | None:
    """`kind` if there is such a one."""
    if kind is not None and kind not in NON_DATA:
        raise UnknownKind(fields={"kind": "unknown"})
    return kind
