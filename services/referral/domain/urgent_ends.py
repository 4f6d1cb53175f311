"""How an urgent action goes on and ends: handed over, confirmed, ended by one and reviewed by another, or called back;
and who may read what it holds (care.md 3–4, referral.md §2.5)."""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.words import Role
from kit.errors import Conflict, Forbidden, Invalid
from services.referral.domain.urgent import Action, UrgentActionEnded

MOVES: Final = {
    "acknowledge": ({"triggered", "handed_over"}, "acknowledged"),
    "hand_over": ({"triggered", "acknowledged", "handed_over", "confirmed"}, "handed_over"),
    "confirm": ({"handed_over"}, "confirmed"),
    "end": ({"acknowledged", "handed_over", "confirmed"}, "ended"),
    "reopen": ({"ended"}, "acknowledged"),
    "review": ({"ended"}, "closed"),
    "call_back": ({"triggered", "acknowledged"}, "called_back"),
}
"""Which states each gesture leaves, and the one that it reaches; nothing here ever ends by a timer."""

FINAL: Final = frozenset({"closed", "called_back"})
TO: Final = ("15", "3114", "17", "112", "relative", "on_site", "on_call")
"""To whom a person is handed over."""
CLOSE_WITHIN: Final = timedelta(hours=24)
GLASS_OPEN: Final = timedelta(minutes=30)
TELL_AGAIN: Final = timedelta(hours=12)
REVIEW_WITHIN: Final = timedelta(hours=72)
VERDICTS: Final = ("justified", "to_discuss")
REASONS: Final = ("rescue_asks", "person_asks", "review", "authority")
"""Why one reads later what was typed to save a life."""
HELD_BY_POST: Final = frozenset({Role.PSYCHOLOGIST, Role.VOLUNTEER, Role.DUTY_MANAGER, Role.COORDINATOR})


class UnknownHandOver(Invalid):
    """To whom is not one of the list."""


class NotConfirmedYet(Conflict):
    """It is handed over and nobody has confirmed that someone is there."""


class SecondPersonNeeded(Conflict):
    """Whoever ended it cannot review it: two people close an urgent action."""


class SecondFactorNeeded(Forbidden):
    """The details ask for the second factor."""


class GlassNeeded(Forbidden):
    """It is over: reading what it holds needs a reason and a second person."""


class UnknownGlassReason(Invalid):
    """This is not one of the reasons to read it later."""


class UnknownVerdict(Invalid):
    """A reading was justified, or it is to be talked over."""


class NothingToReview(Conflict):
    """This reading was reviewed already, was never allowed, or is one's own."""


class NotInTheTeam(Forbidden):
    """What it holds is for those who answer it."""


def moved(action: Action, gesture: str) -> str:
    """The state after `gesture`, or `urgent-action-ended`."""
    leaves, reaches = MOVES[gesture]
    if action.status not in leaves:
        raise UrgentActionEnded()
    return reaches


def handed_over(action: Action, to: str) -> str:
    """The state once the person is handed over `to` someone of the list."""
    if to not in TO:
        raise UnknownHandOver(fields={"to": "unknown"})
    return moved(action, "hand_over")


def ended(action: Action) -> str:
    """One person says that it is over; refused while nobody has confirmed a hand-over."""
    if action.status == "handed_over":
        raise NotConfirmedYet()
    return moved(action, "end")


def reviewed(action: Action, by: UUID) -> str:
    """A second person has read it again; only then is it closed."""
    state = moved(action, "review")
    if action.ended_by == by:
        raise SecondPersonNeeded()
    return state


def close_by(action: Action) -> datetime:
    """When two people must have closed it; later it stands first in red, and it is never closed by the hour."""
    return action.triggered_at + CLOSE_WITHIN


def review_by(allowed_at: datetime) -> datetime:
    """Until when somebody else looks at a reading that broke the glass."""
    return allowed_at + REVIEW_WITHIN


def may_read(
    action: Action, reader: UUID, roles: Set[Role], *, factor: bool, glass_at: datetime | None, now: datetime
) -> str:
    """Under what title `reader` sees place, first name, number and means; refused otherwise.

    Whoever raised it sees it while it lasts: they are on the line. The post answers with a second factor. Once it
    is over, a reason and a second person as well, for half an hour.
    """
    going = action.status not in FINAL and action.status != "ended"
    if going and reader == action.triggered_by:
        return "on_the_line"
    if roles.isdisjoint(HELD_BY_POST):
        raise NotInTheTeam()
    if not factor:
        raise SecondFactorNeeded()
    if going:
        return "on_call"
    if glass_at is None or now - glass_at >= GLASS_OPEN:
        raise GlassNeeded()
    return "glass"
