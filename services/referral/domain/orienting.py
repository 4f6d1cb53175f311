"""How an orientation goes from hand to hand: offered, accepted, waiting, with the coordination, given (§2.2)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from contracts.orientations import OrientationKind
from contracts.words import ReferralStatus
from kit.errors import Invalid
from services.referral.domain import transitions, waves
from services.referral.domain.referrals import Referral, Step, due

GIVEN_KINDS: Final = frozenset(OrientationKind) - {OrientationKind.CARE}
"""What may be handed over during the call itself; care is always met first."""
SATURDAY: Final = 5


class CannotBeGiven(Invalid):
    """Care is not handed over in a call: it is met."""


class NeedsAgreement(Invalid):
    """Nobody is put on a waiting list without having agreed to wait."""


def offered(referral: Referral, *, answers_by: datetime) -> tuple[Referral, Step]:
    """One more wave has gone out; the desk looks again when its time is over."""
    changed, step = _moved(referral, "offered", "answer", answers_by, wave=referral.wave + 1)
    return _with_owner(changed), step


def accepted(referral: Referral, expert_id: UUID | None, *, now: datetime) -> tuple[Referral, Step]:
    """A target takes it: an hour must be found with the caller."""
    by = now + waves.terms(referral.level).book_within
    action = "agree" if referral.kind == OrientationKind.CARE else "taken_up"
    return _moved(referral, "accepted", action, by, expert_id=expert_id)


def waitlisted(referral: Referral, *, now: datetime) -> tuple[Referral, Step]:
    """Nobody for the moment, and the caller agreed to wait: ranked again and again, and never for ever."""
    if not referral.may_wait or not waves.may_wait(referral.level):
        raise NeedsAgreement(fields={"may_wait": "not agreed"})
    again = now + waves.terms(referral.level).rank_again
    return _moved(referral, "waitlisted", "wait", again)


def nobody_left(referral: Referral, *, now: datetime, cause: str = "nobody_left") -> tuple[Referral, Step]:
    """A person of the coordination must find another way; from level 3 its owner stays and is told."""
    changed, step = _moved(referral, cause, "coordinate", coordination_due(referral.level, now))
    return replace(changed, queue="coordination", owner_id=referral.owner_id if referral.level >= 3 else None), step


def not_booked(referral: Referral, *, now: datetime) -> tuple[Referral, Step]:
    """Accepted, but no hour was found in time: the next are asked."""
    return _moved(referral, "not_booked_in_time", "answer", now, expert_id=None)


def refused_by_caller(referral: Referral, reason: str, *, now: datetime) -> tuple[Referral, Step]:
    """The caller does not want who was found: another is looked for."""
    changed, step = _moved(referral, "refused_by_caller", "book", due(referral.level, now), expert_id=None)
    return changed, replace(step, reason=reason)


def given(referral: Referral) -> tuple[Referral, Step]:
    """Handed over in the call: an outcome that counts."""
    if referral.kind not in GIVEN_KINDS:
        raise CannotBeGiven(fields={"kind": "care"})
    changed, step = _moved(referral, "given", None, None, outcome="given")
    return replace(changed, owner_id=None, queue=None), step


def taken_up(referral: Referral, *, now: datetime) -> tuple[Referral, Step]:
    """The structure or the service has met the person."""
    return _moved(referral, "taken_up", "outcome", now + timedelta(days=7))


def passed_on(referral: Referral) -> tuple[Referral, Step]:
    """« Réorientation »: this one ends the same instant as the one that follows it begins."""
    changed, step = _moved(referral, "passed_on", None, None, outcome="passed_on")
    return replace(changed, owner_id=None, queue=None), step


def owned(referral: Referral, owner_id: UUID) -> Referral:
    """A named person has its next step."""
    if referral.status in transitions.TERMINAL:
        raise transitions.ReferralClosed()
    queue = "coordination" if referral.status is ReferralStatus.ESCALATED else None
    return replace(referral, owner_id=owner_id, queue=queue, version=referral.version + 1)


def coordination_due(level: int, now: datetime) -> datetime:
    """At once from level 4, within the hour at level 3, else by the next working day."""
    if level >= 3:
        return due(level, now)
    day = now + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _with_owner(referral: Referral) -> Referral:
    """Whoever has it keeps it; out of the coordination's queue it goes back to the desk's."""
    return replace(referral, queue=None if referral.owner_id else "desk")


def _moved(
    referral: Referral, cause: str, action: str | None, at: datetime | None, **changes: Any
) -> tuple[Referral, Step]:
    status = transitions.after(referral.status, cause)
    moved = replace(
        referral, status=status, next_action=action, next_action_at=at, version=referral.version + 1, **changes
    )
    return moved, Step(referral.status, status, cause)
