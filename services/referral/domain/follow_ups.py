"""Three days after a consultation both sides are asked for news, in codes; what is missing becomes somebody's task."""

from datetime import datetime, timedelta
from typing import Final

from kit.errors import Invalid, NotFound

ASK_AFTER: Final = timedelta(days=3)
MISSING_AFTER: Final = timedelta(days=2)
"""After the asking."""
PERSON: Final = ("helped", "not_enough", "not_for_me", "call_me", "rather_not")
EXPERT: Final = ("done", "goes_on", "passed_on", "not_come", "other")
NOT_ASKED: Final = "not_asked"
"""The person did not allow it: nothing is asked, and nothing is missing."""
WANTS_SOMEONE: Final = frozenset({"not_enough", "not_for_me", "call_me"})
"""Answers after which a person at the desk takes it up."""


class UnknownFollowUp(NotFound):
    """No such follow-up for you."""


class AnswerUnknown(Invalid):
    """Not one of the answers."""


def dates(starts_at: datetime) -> tuple[datetime, datetime]:
    """When both sides are asked, and from when an answer is missing."""
    return starts_at + ASK_AFTER, starts_at + ASK_AFTER + MISSING_AFTER


def checked(answer: str, side: tuple[str, ...]) -> str:
    """One of the codes of this side, or `answer-unknown`."""
    if answer not in side:
        raise AnswerUnknown(fields={"answer": "unknown"})
    return answer


def learnt(standing: str | None, *, moved: bool) -> str | None:
    """What the listener learns, and nothing else: it took place, it was moved, nobody came (care.md 19)."""
    if standing == "attended":
        return "took_place"
    if standing == "missed":
        return "not_come"
    return "moved" if moved and standing == "booked" else None
