"""What only a person decides about a referral: to end it, to take it up again (care.md 7)."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.words import ReferralStatus
from kit.errors import Invalid
from services.referral.domain import transitions
from services.referral.domain.referrals import Referral, Step, due

BY_A_PERSON: Final = frozenset(
    {"withdrawn_by_caller", "withdrawn_by_line", "lost", "outcome", "reopened", "made_by_mistake"}
)


class UnknownDecision(Invalid):
    """There is no such decision."""


def decided(
    referral: Referral, cause: str, *, now: datetime, reason: str | None = None, note: bytes | None = None
) -> tuple[Referral, Step]:
    """`referral` after a person's decision; `illegal-transition` when its state does not allow it."""
    if cause not in BY_A_PERSON:
        raise UnknownDecision(fields={"cause": "unknown"})
    status = transitions.after(referral.status, cause)
    step = Step(referral.status, status, cause, reason=reason, note=note)
    over = status in transitions.TERMINAL
    again = cause == "reopened"
    changed = replace(
        referral,
        status=status,
        version=referral.version + 1,
        cycle=referral.cycle + again,
        wave=0 if again else referral.wave,
        next_action=None if over else "book",
        next_action_at=None if over else due(referral.level, now),
        owner_id=None if over else referral.owner_id,
        queue="coordination" if again else None,
        outcome=(reason or cause) if status is ReferralStatus.COMPLETED else None,
    )
    return changed, step


def ends(referral: Referral) -> bool:
    """True when nothing more is to come: future appointments must end too."""
    return referral.status in transitions.TERMINAL
