"""Hard filters: what nobody may be ranked past (referral.md §3.1)."""

from datetime import date

from services.referral.domain.experts import CREDENTIALS_LIVE, Expert, on_leave
from services.referral.domain.matching.wanted import CRISIS_LEVEL, Wanted


def eligible(expert: Expert, wanted: Wanted, *, day: date, taken: int) -> bool:
    """True when `expert` may be proposed on `day`, having taken `taken` new people in the last 7 days."""
    return (
        expert.active
        and expert.offered
        and (not wanted.professions or expert.profession in wanted.professions)
        and not (wanted.not_experts and expert.id in wanted.not_experts)
        and taken < expert.capacity
        and (not wanted.languages or not wanted.languages.isdisjoint(expert.languages))
        and ((wanted.level or 0) < CRISIS_LEVEL or expert.crisis)
        and expert.checked_at >= day - CREDENTIALS_LIVE
        and not (expert.leave and on_leave(expert, day))
        and not (expert.exclusions and _excluded_by(expert, wanted))
        and not (wanted.employer is not None and wanted.employer == expert.employer)
        and not (wanted.accessibility and not wanted.accessibility <= expert.accessibility)
        and not (wanted.most_cents is not None and _dearer(expert, wanted.most_cents))
        and not (wanted.not_departments and any(p.department in wanted.not_departments for p in expert.places))
    )


def _excluded_by(expert: Expert, wanted: Wanted) -> bool:
    asked = {*wanted.motives, wanted.profession or "", wanted.family or ""}
    return not expert.exclusions.isdisjoint(asked)


def _dearer(expert: Expert, most_cents: int) -> bool:
    """Above the caller's ceiling; a price that nobody knows is not."""
    fee = expert.fee
    return not fee.covered and fee.cents is not None and fee.cents > most_cents
