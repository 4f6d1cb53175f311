"""When an earlier hour suits, as chips that need no typing; and what they mean on the person's own clock."""

from collections.abc import Sequence
from datetime import time
from typing import Final

from contracts.waiting import Waiting, Window
from contracts.words import ExpertProfession, Modality
from gateway import french

MOMENTS: Final = {
    "matin": ("Le matin", time(8), time(12)),
    "midi": ("Entre midi et deux", time(12), time(14)),
    "apres-midi": ("L’après-midi", time(14), time(18)),
    "soir": ("Le soir", time(18), time(22)),
}
DAYS: Final = {"semaine": ("En semaine", [0, 1, 2, 3, 4]), "week-end": ("Le week-end", [5, 6])}
NIGHT: Final = (time(15), time(22))
"""When someone who works at night looks at their telephone: asleep in the morning, on the ward after that."""
ALL_DAY: Final = (time(0), time(23, 59))
WAYS: Final = {Modality.VIDEO: "en visio", Modality.PHONE: "par téléphone", Modality.IN_PERSON: "sur place"}
WITH: Final = {
    ExpertProfession.PSYCHOLOGIST: "psychologue",
    ExpertProfession.PSYCHIATRIST: "psychiatre",
    ExpertProfession.GENERAL_PRACTITIONER: "médecin généraliste",
}


def windows(moments: Sequence[str], days: Sequence[str]) -> list[Window]:
    """Every chosen moment on every chosen day; nothing chosen is any hour."""
    chosen = [MOMENTS[one] for one in MOMENTS if one in moments]
    on = sorted({day for one in DAYS if one in days for day in DAYS[one][1]})
    if len(on) == 7:
        on = []
    if not chosen:
        return [Window(on, time(0), time(23, 59))] if on else []
    return [Window(on, since, until) for _, since, until in chosen]


def chosen(entry: Waiting | None) -> set[str]:
    """The chips that an entry comes from."""
    if entry is None:
        return set()
    spans = {(one.since, one.until) for one in entry.windows}
    on = {day for one in entry.windows for day in one.days}
    found = {name for name, (_, since, until) in MOMENTS.items() if (since, until) in spans}
    found |= {name for name, (_, days) in DAYS.items() if on and on <= set(days)}
    if (entry.from_hour, entry.to_hour) == NIGHT:
        found.add("nuit")
    if entry.same_expert:
        found.add("meme")
    return found


def wishes(given: Sequence[Window]) -> str:
    """`en semaine le soir`, `mardi de 09:00 à 11:30 ; le week-end`; empty when any hour suits."""
    hours: dict[tuple[int, ...], list[str]] = {}
    for one in given:
        hours.setdefault(tuple(sorted(set(one.days))), []).append(_hours(one))
    told = (f"{_days(days)} {french.listing(list(filter(None, names)), 'ou')}".strip() for days, names in hours.items())
    return " ; ".join(filter(None, told))


def looked_for(entry: Waiting) -> str:
    """`psychologue, en visio ou par téléphone`."""
    with_whom = french.listing([WITH[one] for one in entry.professions], "ou") or "une personne du réseau"
    ways = french.listing([WAYS[one] for one in entry.modalities], "ou")
    return f"{with_whom}, {ways}" if ways else with_whom


def _hours(one: Window) -> str:
    if (one.since, one.until) == ALL_DAY:
        return ""
    named = (label.lower() for label, since, until in MOMENTS.values() if (since, until) == (one.since, one.until))
    return next(named, f"de {one.since:%H:%M} à {one.until:%H:%M}")


def _days(days: tuple[int, ...]) -> str:
    if len(days) in (0, 7):
        return ""
    named = (label.lower() for label, each in DAYS.values() if tuple(each) == days)
    return next(named, french.listing([french.DAYS[day] for day in days if day < 7]))
