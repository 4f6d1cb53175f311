"""The form of an opening: what was typed becomes a rule of RFC 5545, and a rule becomes what one would have typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from contracts.openings import OpeningRule
from gateway.opening_words import CODES, PLACES, parts_of

RHYTHMS = ("une", "jour", "semaine", "mois-jour", "mois-place", "autre")
FIELDS = ("jour", "debut", "fin", "rythme", "tous", "dates", "place", "jour-mois", "jusque", "fois", "regle-rrule")
MANY = ("jours", "types")
MOST_EVERY = 52


@dataclass(frozen=True)
class Typed:
    """A whole form, or what is wrong with it by field."""

    first_day: date = date(2000, 1, 1)
    starts: time = time(0)
    ends: time = time(0)
    rrule: str = ""
    types: list[UUID] = field(default_factory=list)
    online: bool = False
    wrong: dict[str, str] = field(default_factory=dict)


def typed_in(one: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The fields as they were typed, for the form to show again."""
    shown: dict[str, Any] = {name: (one.get(name) or [""])[0].strip()[:60] for name in (*FIELDS, "enligne", "depuis")}
    return shown | {name: list(one.get(name) or [])[:50] for name in MANY}


def read(typed: Mapping[str, Any]) -> Typed:
    """The opening that was typed; `wrong` has a sentence for each field that is not understood."""
    wrong: dict[str, str] = {}
    first_day = day(typed["jour"])
    if first_day is None:
        wrong["jour"] = "Choisissez un jour."
    starts, ends = _time(typed["debut"]), _time(typed["fin"])
    if starts is None:
        wrong["debut"] = "À quelle heure commence-t-elle ?"
    if ends is None or ends == starts:
        wrong["fin"] = "À quelle heure finit-elle ?" if ends is None else "La fin est la même heure que le début."
    rrule = _rrule(typed, wrong)
    try:
        types = [UUID(one) for one in typed["types"]]
    except ValueError:
        types, wrong["types"] = [], "Choisissez dans la liste."
    if wrong or first_day is None or starts is None or ends is None:
        return Typed(wrong=wrong)
    return Typed(first_day, starts, ends, rrule, types, typed["enligne"] == "oui")


def as_typed(rule: OpeningRule, every_type: Sequence[UUID]) -> dict[str, Any]:
    """The form that would have made this rule; a rhythm it cannot say is kept as it is."""
    parts = parts_of(rule.rrule)
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
    typed = typed_in({})
    typed |= {"jour": rule.first_day.isoformat(), "debut": f"{rule.starts:%H:%M}", "fin": f"{rule.ends:%H:%M}"}
    typed |= {"enligne": "oui" if rule.online else "", "tous": parts.get("INTERVAL", "1"), "regle-rrule": rule.rrule}
    typed["types"] = [] if set(every_type) <= set(rule.type_ids) else [str(one) for one in rule.type_ids]
    until = parts.get("UNTIL", "")
    typed |= {"jusque": f"{until[:4]}-{until[4:6]}-{until[6:8]}" if until else "", "fois": parts.get("COUNT", "")}
    names = parts.keys() - {"FREQ", "INTERVAL", "UNTIL", "COUNT"}
    match parts.get("FREQ"), names:
        case None, _:
            typed["rythme"] = "une"
        case "DAILY", names if not names:
            typed["rythme"] = "jour"
        case "WEEKLY", names if names <= {"BYDAY"}:
            typed |= {"rythme": "semaine", "jours": days}
        case "MONTHLY", names if names <= {"BYMONTHDAY"}:
            typed |= {
                "rythme": "mois-jour",
                "dates": parts.get("BYMONTHDAY", str(rule.first_day.day)).replace(",", ", "),
            }
        case "MONTHLY", names if _place(parts, days) is not None:
            place, weekday = _place(parts, days) or ("", "")
            typed |= {"rythme": "mois-place", "place": place, "jour-mois": weekday}
        case _:
            typed["rythme"] = "autre"
    return typed


def _place(parts: Mapping[str, str], days: Sequence[str]) -> tuple[str, str] | None:
    """One place and one weekday of the month, when that is all the rule says."""
    if len(days) != 1 or "BYMONTHDAY" in parts or "WKST" in parts:
        return None
    place = parts.get("BYSETPOS", "") if len(days[0]) == 2 else days[0][:-2].lstrip("+")
    return (place, days[0][-2:]) if place in PLACES else None


def _rrule(typed: Mapping[str, Any], wrong: dict[str, str]) -> str:
    rhythm = typed["rythme"] or "une"
    if rhythm == "une":
        return ""
    if rhythm == "autre":
        return str(typed["regle-rrule"])
    parts = {"jour": "FREQ=DAILY", "semaine": "FREQ=WEEKLY"}.get(rhythm, "FREQ=MONTHLY")
    every = typed["tous"] or "1"
    if not every.isascii() or not every.isdecimal() or not 1 <= int(every[:4]) <= MOST_EVERY:
        wrong["tous"] = f"Un nombre de 1 à {MOST_EVERY}."
    elif int(every) > 1:
        parts += f";INTERVAL={int(every)}"
    if rhythm == "semaine" and (days := [code for code in CODES if code in typed["jours"]]):
        parts += f";BYDAY={','.join(days)}"
    if rhythm == "mois-jour" and typed["dates"]:
        numbers = [one.strip() for one in typed["dates"].replace(";", ",").split(",") if one.strip()]
        if all(re.fullmatch("-?[0-9]{1,2}", one) and 1 <= abs(int(one)) <= 31 for one in numbers):
            parts += f";BYMONTHDAY={','.join(numbers)}"
        else:
            wrong["dates"] = "Des jours du mois, par exemple 1, 15."
    if rhythm == "mois-place":
        if typed["place"] in PLACES and typed["jour-mois"] in CODES:
            parts += f";BYDAY={typed['jour-mois']};BYSETPOS={typed['place']}"
        else:
            wrong["place"] = "Choisissez lequel, et quel jour."
    return parts + _end(typed, wrong)


def _end(typed: Mapping[str, Any], wrong: dict[str, str]) -> str:
    until, times = typed["jusque"], typed["fois"]
    if until and times:
        wrong["fois"] = "Une date de fin, ou un nombre de fois : pas les deux."
    elif until:
        last = day(until)
        if last is None:
            wrong["jusque"] = "Choisissez un jour."
        else:
            return f";UNTIL={last:%Y%m%d}"
    elif times:
        if times.isascii() and times.isdecimal() and 1 <= int(times[:5]) <= 9999:
            return f";COUNT={int(times)}"
        wrong["fois"] = "Un nombre de fois, par exemple 10."
    return ""


def day(text: str) -> date | None:
    """`2026-11-23` as a date field sends it; None for anything else."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text[:5])
    except ValueError:
        return None
