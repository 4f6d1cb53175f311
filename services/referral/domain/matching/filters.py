"""Hard filters: what nobody may be ranked past (referral.md §3.1)."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from contracts.words import ExpertProfession
from services.referral.domain.experts import CREDENTIALS_LIVE, Expert, Fee, on_leave
from services.referral.domain.matching.columns import Columns
from services.referral.domain.matching.traits import bits
from services.referral.domain.matching.wanted import CRISIS_LEVEL, OTHERS, Wanted


def eligible(expert: Expert, wanted: Wanted, *, day: date, taken: int) -> bool:
    """True when `expert` may be proposed on `day`, having taken `taken` new people in the last 7 days."""
    return (
        expert.active
        and expert.offered
        and (not _professions(wanted) or expert.profession in _professions(wanted))
        and not (wanted.not_experts and expert.id in wanted.not_experts)
        and taken < expert.capacity
        and (not wanted.languages or not wanted.languages.isdisjoint(expert.languages))
        and ((wanted.level or 0) < CRISIS_LEVEL or expert.crisis)
        and expert.checked_at >= day - CREDENTIALS_LIVE
        and not (expert.leave and on_leave(expert, day))
        and not (expert.exclusions and _excluded_by(expert, wanted))
        and not (wanted.employer is not None and wanted.employer == expert.employer)
        and not (wanted.accessibility and not wanted.accessibility <= expert.accessibility)
        and not (wanted.most_cents is not None and _dearer(expert.fee, wanted.most_cents))
        and not (wanted.not_departments and any(p.department in wanted.not_departments for p in expert.places))
    )


def eligible_rows(columns: Columns, wanted: Wanted, *, day: date, taken: Mapping[UUID, int]) -> int:
    """The same asked of the whole network at once: a mask of the rows for whom `eligible` is true."""
    found = columns.open.having(True) & columns.capacity.where(lambda capacity: capacity > 0)
    found &= columns.checked.where(lambda checked: checked >= day - CREDENTIALS_LIVE)
    found &= ~columns.leave.where(lambda leave: any(first <= day <= last for first, last in leave))
    found &= ~bits(_full(columns, taken), count=len(columns))
    if professions := _professions(wanted):
        found &= columns.profession.where(professions.__contains__)
    if wanted.not_experts:
        gone = (columns.rows[each] for each in wanted.not_experts if each in columns.rows)
        found &= ~bits(gone, count=len(columns))
    if wanted.languages:
        found &= ~columns.languages.where(wanted.languages.isdisjoint)
    if (wanted.level or 0) >= CRISIS_LEVEL:
        found &= columns.crisis.having(True)
    if wanted.employer is not None:
        found &= ~columns.employer.having(wanted.employer)
    if wanted.accessibility:
        found &= columns.accessibility.where(wanted.accessibility.issubset)
    if (most := wanted.most_cents) is not None:
        found &= ~columns.fee.where(lambda fee: _dearer(fee, most))
    if wanted.not_departments:
        found &= columns.departments.where(wanted.not_departments.isdisjoint)
    return found & columns.exclusions.where(_asked(wanted).isdisjoint)


def _professions(wanted: Wanted) -> frozenset[ExpertProfession]:
    """Those asked for; none at all is everyone, as when the listener goes beyond them."""
    return frozenset() if wanted.wider >= OTHERS else wanted.professions


def _full(columns: Columns, taken: Mapping[UUID, int]) -> list[int]:
    experts, rows = columns.experts, columns.rows
    return [
        row
        for expert_id, number in taken.items()
        if (row := rows.get(expert_id)) is not None and number >= experts[row].capacity
    ]


def _asked(wanted: Wanted) -> frozenset[str]:
    """What an expert may exclude."""
    return frozenset({*wanted.motives, wanted.profession or "", wanted.family or ""})


def _excluded_by(expert: Expert, wanted: Wanted) -> bool:
    return not expert.exclusions.isdisjoint(_asked(wanted))


def _dearer(fee: Fee, most_cents: int) -> bool:
    """Above the caller's ceiling; a price that nobody knows is not."""
    return not fee.covered and fee.cents is not None and fee.cents > most_cents
