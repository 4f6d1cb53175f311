"""The states of a referral and what moves it from one to another: the table of referral.md §2.2, as data."""

from typing import Final

from contracts.words import ReferralStatus
from kit.errors import Conflict

S = ReferralStatus


class IllegalTransition(Conflict):
    """The referral is not in a state that allows this."""


class ReferralClosed(Conflict):
    """The referral has ended."""


TERMINAL: Final = frozenset({S.COMPLETED, S.LOST, S.CANCELLED_BY_CALLER, S.CANCELLED_BY_LINE, S.ENTERED_IN_ERROR})
OPEN: Final = frozenset(ReferralStatus) - TERMINAL
BOOKABLE: Final = frozenset({S.READY, S.OFFERED, S.WAITLISTED, S.ESCALATED, S.ACCEPTED})

TRANSITIONS: Final[dict[tuple[ReferralStatus, str], ReferralStatus]] = {
    (S.DRAFT, "submitted"): S.READY,
    (S.READY, "offered"): S.OFFERED,
    (S.OFFERED, "offered"): S.OFFERED,
    (S.READY, "waitlisted"): S.WAITLISTED,
    (S.OFFERED, "waitlisted"): S.WAITLISTED,
    (S.OFFERED, "accepted"): S.ACCEPTED,
    (S.OFFERED, "nobody_left"): S.ESCALATED,
    (S.WAITLISTED, "nobody_left"): S.ESCALATED,
    (S.WAITLISTED, "offered"): S.OFFERED,
    (S.ESCALATED, "offered"): S.OFFERED,
    (S.ACCEPTED, "not_booked_in_time"): S.OFFERED,
    **{(status, "booked"): S.BOOKED for status in BOOKABLE},
    (S.BOOKED, "moved"): S.BOOKED,
    (S.BOOKED, "booked_again"): S.BOOKED,  # another appointment stands in its place
    (S.BOOKED, "cancelled_by_person"): S.READY,
    (S.BOOKED, "cancelled_by_expert"): S.READY,
    (S.BOOKED, "cancelled_by_staff"): S.READY,
    (S.BOOKED, "no_show"): S.BOOKED,
    (S.BOOKED, "lost"): S.LOST,
    (S.BOOKED, "attended"): S.ENGAGED,
    (S.ENGAGED, "outcome"): S.COMPLETED,
    (S.ENGAGED, "passed_on"): S.OFFERED,
    **{(status, "withdrawn_by_caller"): S.CANCELLED_BY_CALLER for status in OPEN},
    **{(status, "withdrawn_by_line"): S.CANCELLED_BY_LINE for status in OPEN},
    **{(status, "reopened"): S.READY for status in TERMINAL - {S.ENTERED_IN_ERROR}},
    **{(status, "made_by_mistake"): S.ENTERED_IN_ERROR for status in ReferralStatus if status != S.ENTERED_IN_ERROR},
}
"""(status, cause) → status; what is not here is refused."""


def after(status: ReferralStatus, cause: str) -> ReferralStatus:
    """The status after `cause`; `illegal-transition` when the table does not know it."""
    try:
        return TRANSITIONS[status, cause]
    except KeyError:
        raise IllegalTransition(f"{status} does not allow {cause}") from None
