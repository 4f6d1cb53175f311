"""A profile as a form: every field as it stands, and what was typed as the changes that referral understands."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from contracts.network import Profile
from gateway.network_words import cents, euros

PLACES: Final = 3
LEAVES: Final = 3
SPECIALTY: Final = 0.8
"""From this weight on it is a specialty, below a practice."""

Typed = Mapping[str, list[str]]


def as_typed(profile: Profile) -> dict[str, list[str]]:
    """The form of a profile before anyone touches it."""
    typed: dict[str, list[str]] = {
        "title": [profile.title],
        "specialty": [code for code, weight in profile.specialties.items() if weight >= SPECIALTY],
        "practice": [code for code, weight in profile.specialties.items() if weight < SPECIALTY],
        "audiences": list(profile.audiences),
        "languages": list(profile.languages),
        "modalities": [one.value for one in profile.modalities],
        "accessibility": list(profile.accessibility),
        "gender": [profile.gender or ""],
        "exclusions": list(profile.exclusions),
        "fee": [euros(profile.fee_cents)],
        "coverage": [profile.coverage],
        "capacity": [str(profile.capacity)],
        "offered": ["oui"] if profile.offered else [],
        "listed": ["oui"] if profile.listed else [],
        "fee_covered": ["oui"] if profile.fee_covered else [],
        "crisis": ["oui"] if profile.crisis else [],
        "active": ["oui"] if profile.active else [],
        "name": [profile.name],
        "holiday_region": [profile.holiday_region],
    }
    for number, place in enumerate(profile.places[:PLACES]):
        typed |= {
            f"city{number}": [place.city],
            f"department{number}": [place.department],
            f"address{number}": [place.address or ""],
        }
    for number, away in enumerate(sorted(profile.leave, key=lambda one: one.last, reverse=True)[:LEAVES]):
        typed |= {f"first{number}": [away.first.isoformat()], f"last{number}": [away.last.isoformat()]}
    return typed


def changes(typed: Typed, profile: Profile, *, coordination: bool = False) -> tuple[dict[str, Any], dict[str, str]]:
    """What was changed, and what cannot be read, by field."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {
        "title": _one(typed, "title"),
        "specialties": _specialties(typed, profile),
        "audiences": sorted(typed.get("audiences", [])),
        "languages": sorted(typed.get("languages", [])),
        "modalities": sorted(typed.get("modalities", [])),
        "accessibility": sorted(typed.get("accessibility", [])),
        "exclusions": sorted(typed.get("exclusions", [])),
        "coverage": _one(typed, "coverage"),
        "gender": _one(typed, "gender") or None,
        "offered": _ticked(typed, "offered", profile.offered),
        "listed": _ticked(typed, "listed", profile.listed),
        "places": _places(typed, profile),
        "holiday_region": _one(typed, "holiday_region") or profile.holiday_region,
    }
    if coordination:
        told |= {name: _ticked(typed, name, getattr(profile, name)) for name in ("fee_covered", "crisis", "active")}
        told["name"] = _one(typed, "name")
    capacity = _one(typed, "capacity")
    if capacity.isascii() and capacity.isdecimal() and len(capacity) < 4:
        told["capacity"] = int(capacity)
    else:
        wrong["capacity"] = "Un nombre entier, 0 pour ne plus recevoir personne de nouveau."
    try:
        told["fee_cents"] = cents(_one(typed, "fee"))
    except ValueError:
        wrong["fee"] = "Un montant en euros, ou rien si le tarif est à demander."
    try:
        told["leave"] = _leave(typed, profile)
    except ValueError:
        wrong["leave"] = "Deux dates pour chaque congé, la première avant la dernière."
    before = _as_told(profile)
    return {name: value for name, value in told.items() if value != before.get(name)}, wrong


def _as_told(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "title": profile.title,
        "specialties": profile.specialties,
        "audiences": sorted(profile.audiences),
        "languages": sorted(profile.languages),
        "modalities": sorted(one.value for one in profile.modalities),
        "accessibility": sorted(profile.accessibility),
        "exclusions": sorted(profile.exclusions),
        "coverage": profile.coverage,
        "gender": profile.gender,
        "offered": profile.offered,
        "listed": profile.listed,
        "fee_covered": profile.fee_covered,
        "crisis": profile.crisis,
        "active": profile.active,
        "holiday_region": profile.holiday_region,
        "capacity": profile.capacity,
        "fee_cents": profile.fee_cents,
        "places": [_place(one.city, one.department, one.address or "", one) for one in profile.places],
        "leave": [{"first": one.first.isoformat(), "last": one.last.isoformat()} for one in profile.leave],
    }


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, [])), "").strip()


def _ticked(typed: Typed, name: str, before: bool) -> bool:
    """A box: absent is no, « oui » is yes, and anything else is no answer to a question of consent."""
    said = _one(typed, name)
    return said == "oui" if said in ("", "oui") else before


def _specialties(typed: Typed, profile: Profile) -> dict[str, float]:
    """A weight that was finer than the form stays, as long as its group does."""
    chosen = dict.fromkeys(typed.get("practice", []), 0.6) | dict.fromkeys(typed.get("specialty", []), 1.0)
    for code, weight in profile.specialties.items():
        if code in chosen and (chosen[code] >= SPECIALTY) == (weight >= SPECIALTY):
            chosen[code] = weight
    return chosen


def _places(typed: Typed, profile: Profile) -> list[dict[str, Any]]:
    """The places typed; one whose town did not change keeps its coordinates, and those beyond the form stay."""
    known = {(one.city, one.department): one for one in profile.places}
    found = []
    for number in range(PLACES):
        city, department = _one(typed, f"city{number}"), _one(typed, f"department{number}")
        if city or department:
            address = _one(typed, f"address{number}")
            found.append(_place(city, department, address, known.get((city, department))))
    return found + [_place(one.city, one.department, one.address or "", one) for one in profile.places[PLACES:]]


def _place(city: str, department: str, address: str, known: Any) -> dict[str, Any]:
    return {
        "city": city,
        "department": department,
        "address": address or None,
        "latitude": known.latitude if known else None,
        "longitude": known.longitude if known else None,
    }


def _leave(typed: Typed, profile: Profile) -> list[dict[str, str]]:
    found = []
    for number in range(LEAVES):
        first, last = _one(typed, f"first{number}"), _one(typed, f"last{number}")
        if first or last:
            if date.fromisoformat(last) < date.fromisoformat(first):
                raise ValueError("ends before it begins")
            found.append({"first": first, "last": last})
    beyond = sorted(profile.leave, key=lambda one: one.last, reverse=True)[LEAVES:]
    found += [{"first": one.first.isoformat(), "last": one.last.isoformat()} for one in beyond]
    return sorted(found, key=lambda one: (one["first"], one["last"]))
