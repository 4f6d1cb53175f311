"""An expert's own page: what they may change, what only the coordination may, and what each field may hold."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import msgspec

from contracts.network import Away, Practice
from contracts.regions import HOLIDAY_REGIONS
from contracts.words import ExpertProfession, Modality
from kit.errors import Changed, Invalid
from services.referral.domain import vocabulary
from services.referral.domain.departments import DEPARTMENTS, time_zone
from services.referral.domain.experts import ACCESSIBILITY, Expert, Fee, Place
from services.referral.domain.professions import FAMILIES
from services.referral.domain.professions import LABELS as PROFESSIONS
from services.referral.domain.sheets import clean

NEVER: Final = date(1970, 1, 1)
"""The day of a check that never was."""
CHARTER: Final = 1
"""The version of the charter that is signed now."""
AUDIENCES: Final = frozenset(PROFESSIONS) | frozenset(FAMILIES.values()) | {"health"}
COORDINATION_ONLY: Final = frozenset({"name", "profession", "fee_covered", "crisis", "active", "checked_at"})
MOST_PLACES: Final = 6
MOST_LEAVE: Final = 20
HIGHEST_FEE: Final = 50_000  # cents
HIGHEST_CAPACITY: Final = 40


class ProfileRefused(Invalid):
    """Something typed in a profile cannot be kept; each field says why."""


class ProfileChanged(Changed):
    """The profile was changed elsewhere since this page was opened."""


def changed(expert: Expert, changes: dict[str, Any], *, by_coordination: bool) -> Expert:
    """`expert` with `changes`, one version on; `profile-refused` names every wrong field at once."""
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, typed in changes.items():
        check = _FIELDS.get(name)
        if check is None or (name in COORDINATION_ONLY and not by_coordination):
            wrong[name] = "not yours to change"
            continue
        try:
            values[name] = check(typed)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            wrong[name] = str(error)
    if wrong:
        raise ProfileRefused(fields=wrong)
    fee = Fee(values.pop("fee_cents", expert.fee.cents), values.pop("fee_covered", expert.fee.covered))
    after = replace(expert, **values, fee=fee)
    if "places" in values and after.home is not None:
        after = replace(after, time_zone=time_zone(after.home.department))
    return replace(after, version=expert.version + 1) if after != expert else expert


def place(told: Practice) -> Place:
    """A place of practice; the chef-lieu's coordinates when none are given."""
    if told.department not in DEPARTMENTS:
        raise ValueError("unknown département")
    home = DEPARTMENTS[told.department]
    here = told.latitude is not None and told.longitude is not None
    latitude = told.latitude if here and told.latitude is not None else home.latitude
    longitude = told.longitude if here and told.longitude is not None else home.longitude
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("no such place")
    return Place(short(told.city, 80), told.department, latitude, longitude, optional(told.address, 200))


def short(typed: Any, longest: int) -> str:
    """One line of text."""
    text = " ".join(clean(msgspec.convert(typed, str)).split())
    if not text:
        raise ValueError("missing")
    if len(text) > longest:
        raise ValueError(f"too long ({longest} characters at most)")
    return text


def optional(typed: Any, longest: int) -> str | None:
    """One line of text, or none."""
    return short(typed, longest) if isinstance(typed, str) and typed.strip() else None


def number(typed: Any, least: int, most: int) -> int:
    value = msgspec.convert(typed, int)
    if not least <= value <= most:
        raise ValueError(f"between {least} and {most}")
    return value


def some_of(codes: Any) -> Any:
    """A checker of lists of codes."""

    def check(typed: Any) -> frozenset[str]:
        found = frozenset(msgspec.convert(typed, list[str]))
        if not found <= frozenset(codes):
            raise ValueError("unknown code")
        return found

    return check


def _specialties(typed: Any) -> dict[str, float]:
    told = msgspec.convert(typed, dict[str, float])
    if not set(told) <= set(vocabulary.MOTIVE_LABELS):
        raise ValueError("unknown code")
    if not all(0 <= weight <= 1 for weight in told.values()):
        raise ValueError("between 0 and 1")
    return {code: round(weight, 2) for code, weight in told.items() if weight > 0}


def _places(typed: Any) -> tuple[Place, ...]:
    told = msgspec.convert(typed, list[Practice])
    if len(told) > MOST_PLACES:
        raise ValueError("too many")
    return tuple(place(one) for one in told)


def _leave(typed: Any) -> tuple[tuple[date, date], ...]:
    told = msgspec.convert(typed, list[Away])
    if len(told) > MOST_LEAVE:
        raise ValueError("too many")
    if any(one.last < one.first or not 2000 <= one.first.year <= one.last.year <= 2100 for one in told):
        raise ValueError("ends before it begins")
    return tuple(sorted((one.first, one.last) for one in told))


def _languages(typed: Any) -> frozenset[str]:
    found: frozenset[str] = some_of(vocabulary.LANGUAGE_LABELS)(typed)
    if not found:
        raise ValueError("missing")
    return found


def _modalities(typed: Any) -> frozenset[Modality]:
    found = frozenset(msgspec.convert(typed, list[Modality]))
    if not found:
        raise ValueError("missing")
    return found


def _region(typed: Any) -> str:
    if typed not in HOLIDAY_REGIONS:
        raise ValueError("unknown region")
    return str(typed)


def _truth(typed: Any) -> bool:
    return msgspec.convert(typed, bool)


_FIELDS: Final[dict[str, Any]] = {
    "name": lambda typed: short(typed, 80),
    "title": lambda typed: short(typed, 80),
    "profession": lambda typed: msgspec.convert(typed, ExpertProfession),
    "specialties": _specialties,
    "audiences": some_of(AUDIENCES),
    "languages": _languages,
    "modalities": _modalities,
    "places": _places,
    "holiday_region": _region,
    "fee_cents": lambda typed: None if typed is None else number(typed, 0, HIGHEST_FEE),
    "fee_covered": _truth,
    "coverage": lambda typed: optional(typed, 200) or "",
    "gender": lambda typed: msgspec.convert(typed, str) if typed in ("f", "m") else None,
    "crisis": _truth,
    "capacity": lambda typed: number(typed, 0, HIGHEST_CAPACITY),
    "leave": _leave,
    "exclusions": some_of(frozenset(vocabulary.MOTIVE_LABELS) | AUDIENCES),
    "accessibility": some_of(ACCESSIBILITY),
    "offered": _truth,
    "listed": _truth,
    "active": _truth,
    "checked_at": lambda typed: msgspec.convert(typed, date),
}
