"""The states of a referral and what moves it from one to another: the table of referral.md §2.2, as data."""

from enum import StrEnum
from typing import Final

from contracts.words import ReferralStatus
from kit.errors import Conflict

S = ReferralStatus


class IllegalTransition(Conflict):
    """The referral is not in a state that allows this."""


class ReferralClosed(Conflict):
    """The referral has ended."""


class Who(StrEnum):
    """Who may cause a change: the requester, the coordination, the target, booking's events, or the clock."""

    LISTENER = "listener"
    COORDINATOR = "coordinator"
    TARGET = "target"
    BOOKING = "booking"
    SYSTEM = "system"


TERMINAL: Final = frozenset({S.COMPLETED, S.LOST, S.CANCELLED_BY_CALLER, S.CANCELLED_BY_LINE, S.ENTERED_IN_ERROR})
OPEN: Final = frozenset(ReferralStatus) - TERMINAL
BOOKABLE: Final = frozenset({S.READY, S.OFFERED, S.WAITLISTED, S.ESCALATED, S.ACCEPTED})
OFFERABLE: Final = frozenset({S.READY, S.OFFERED, S.WAITLISTED, S.ESCALATED})

TRANSITIONS: Final[dict[tuple[ReferralStatus, str], ReferralStatus]] = {
    (S.DRAFT, "submitted"): S.READY,
    **{(status, "offered"): S.OFFERED for status in OFFERABLE},
    **{(status, "waitlisted"): S.WAITLISTED for status in (S.READY, S.OFFERED, S.ESCALATED)},
    **{(status, "nobody_left"): S.ESCALATED for status in (S.READY, S.OFFERED, S.WAITLISTED)},
    **{(status, "handed_to_coordination"): S.ESCALATED for status in (S.READY, S.OFFERED, S.WAITLISTED, S.ACCEPTED)},
    (S.READY, "given"): S.COMPLETED,
    (S.OFFERED, "accepted"): S.ACCEPTED,
    (S.ACCEPTED, "not_booked_in_time"): S.OFFERED,
    (S.ACCEPTED, "refused_by_caller"): S.READY,
    (S.ACCEPTED, "taken_up"): S.ENGAGED,  # a structure or a service, which has no agenda here
    **{(status, "booked"): S.BOOKED for status in BOOKABLE},
    (S.BOOKED, "moved"): S.BOOKED,
    (S.BOOKED, "booked_again"): S.BOOKED,  # another appointment stands in its place
    (S.BOOKED, "cancelled_by_person"): S.READY,
    (S.BOOKED, "cancelled_by_expert"): S.READY,
    (S.BOOKED, "cancelled_by_staff"): S.READY,
    (S.BOOKED, "no_show"): S.BOOKED,
    (S.BOOKED, "lost"): S.LOST,
    (S.LOST, "not_missed"): S.BOOKED,  # the hour was said missed by mistake, or the person came after all
    (S.BOOKED, "attended"): S.ENGAGED,
    (S.ENGAGED, "outcome"): S.COMPLETED,
    (S.ENGAGED, "passed_on"): S.COMPLETED,  # « réorientation »: the need goes on in a new referral, offered
    **{(status, "withdrawn_by_caller"): S.CANCELLED_BY_CALLER for status in OPEN},
    **{(status, "withdrawn_by_line"): S.CANCELLED_BY_LINE for status in OPEN},
    **{(status, "reopened"): S.READY for status in TERMINAL - {S.ENTERED_IN_ERROR}},
    **{(status, "made_by_mistake"): S.ENTERED_IN_ERROR for status in ReferralStatus if status != S.ENTERED_IN_ERROR},
}
"""(status, cause) → status; what is not here is refused."""

_DESK: Final = frozenset({Who.LISTENER, Who.COORDINATOR})
_ANY: Final = _DESK | {Who.SYSTEM}

WHO: Final[dict[str, frozenset[Who]]] = {
    "submitted": _DESK,
    "offered": _ANY,
    "waitlisted": _ANY,
    "nobody_left": frozenset({Who.SYSTEM}),
    "handed_to_coordination": _DESK,
    "given": _DESK,
    "accepted": _DESK | {Who.TARGET},  # by telephone, the desk writes it down
    "not_booked_in_time": frozenset({Who.SYSTEM}),
    "refused_by_caller": _DESK,
    "taken_up": _DESK | {Who.TARGET},
    "booked": frozenset({Who.BOOKING}),
    "moved": frozenset({Who.BOOKING}),
    "booked_again": frozenset({Who.BOOKING}),
    "cancelled_by_person": frozenset({Who.BOOKING}),
    "cancelled_by_expert": frozenset({Who.BOOKING}),
    "cancelled_by_staff": frozenset({Who.BOOKING}),
    "no_show": frozenset({Who.BOOKING}),
    "not_missed": frozenset({Who.BOOKING}),
    "attended": frozenset({Who.BOOKING}),
    "lost": _DESK | {Who.BOOKING},  # by itself below level 3 only (care.md 7)
    "outcome": _DESK | {Who.TARGET},
    "passed_on": _DESK | {Who.TARGET},
    "withdrawn_by_caller": _DESK,
    "withdrawn_by_line": frozenset({Who.COORDINATOR}),
    "reopened": frozenset({Who.COORDINATOR}),
    "made_by_mistake": frozenset({Who.COORDINATOR}),
}
"""Who may set what: the requester, the target, both, or neither."""


def after(status: ReferralStatus, cause: str) -> ReferralStatus:
    """The status after `cause`; `illegal-transition` when the table does not know it."""
    try:
        return TRANSITIONS[status, cause]
    except KeyError:
        raise IllegalTransition(f"{status} does not allow {cause}") from None


def allowed(cause: str, who: frozenset[Who]) -> bool:
    """Whether one of `who` may cause it."""
    return not WHO.get(cause, frozenset()).isdisjoint(who)
