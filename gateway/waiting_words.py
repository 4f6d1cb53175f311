"""When an earlier hour suits, as chips that need no typing; and what they mean on the person's own clock."""

from collections.abc import Sequence
from datetime import time
from typing import Final

from contracts.waiting import Waiting, Window

MOMENTS: Final = {
    "matin": ("Le matin", time(8), time(12)),
    "midi": ("Entre midi et deux", time(12), time(14)),
    "apres-midi": ("L'après-midi", time(14), time(18)),
    "soir": ("Le soir", time(18), time(22)),
}
DAYS: Final = {"semaine": ("En semaine", [0, 1, 2, 3, 4]), "week-end": ("Le week-end", [5, 6])}
NIGHT: Final = (time(15), time(22))
"""When someone who works at night looks at their telephone: asleep in the morning, on the ward after that."""


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
