"""One day of a crisis as data: who calls when, how grave it is, what they want, and what they then do not do.

The shape is the one that SPS has published: 30 % of the calls at night, 29 minutes on average, two thirds handed over.
Levels are quotas and not chance, so that the smallest day has its urgent calls, and one of them in its first third.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.referral import UNKNOWN
from contracts.words import Modality
from infra.embedded.seed.calls import EMPLOYMENTS, HELP, HOURS, ILE_DE_FRANCE, MOTIVES, PROFESSIONS
from infra.embedded.seed.chance import Chance
from infra.embedded.seed.people import NICKNAMES, POPULATION

PARIS: Final = ZoneInfo("Europe/Paris")
BEGINS: Final = datetime(2020, 3, 24, 7, tzinfo=PARIS).astimezone(UTC)
"""A Tuesday of the first wave, when the line was called more than 180 times a day."""
DAY: Final = timedelta(hours=24)
QUICK: Final = timedelta(hours=8)
AFTERWARDS: Final = timedelta(minutes=45)
"""No more calls, and whoever is on duty finishes what is in hand."""
NIGHT: Final = (time(20), time(7))
LEVELS: Final = ((1, 0.25), (2, 0.50), (3, 0.20), (4, 0.035), (5, 0.015))
"""A crisis day: graver at its end than the 98 and 10 calls of 5,700 that SPS counted in 2021."""


class Path(StrEnum):
    """What comes of a call."""

    NOBODY = "nobody"  # silent, a wrong number: counted apart
    TALK = "talk"  # being heard was it
    SHEET = "sheet"  # an advice sheet, given in the call
    BOOK = "book"  # an hour with someone, found in the call
    OFFER = "offer"  # put to the network, somebody answers later
    URGENT = "urgent"


PATHS: Final = ((Path.TALK, 26.0), (Path.SHEET, 8.0), (Path.BOOK, 42.0), (Path.OFFER, 24.0))
NO_DATA: Final = (("silent", 40.0), ("wrong_number", 30.0), ("hung_up", 20.0), ("not_for_us", 10.0))


@dataclass(frozen=True)
class Person:
    """What the soignant does once the call is over."""

    soonest: bool  # takes the first hour rather than who fits best
    comes: bool
    cancels: bool  # by the link, when there is still time
    answers: bool  # when the desk rings
    may_reach: str | None
    may_wait: bool
    asks_call_back: bool
    phone: str


@dataclass(frozen=True)
class Call:
    """One call; `after` the day's beginning. A cut one is rung again `back` minutes later, or never."""

    number: int
    after: timedelta
    minutes: float
    level: int
    path: Path
    no_data: str | None
    sheet: dict[str, Any]
    patience: float  # minutes in the queue before hanging up
    cut_at: float | None  # share of the call
    back: float | None
    mistaken: bool  # level 5: the first alert was a slip, and is taken back
    person: Person


def day(calls: int) -> list[Call]:
    """The calls of a whole day in their order; the same for the same number."""
    chance = Chance(f"day {calls}")
    hours = sorted(_hours(chance, calls))
    levels = _levels(chance, calls)
    return [_call(chance, number, hours[number], levels[number]) for number in range(calls)]


def at_night(after: timedelta) -> bool:
    """Whether this moment of the day lies between 20:00 and 7:00."""
    local = (BEGINS + after).astimezone(PARIS).time()
    return local >= NIGHT[0] or local < NIGHT[1]


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts by `weights`, none lost: the largest remainders get what is left."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _hours(chance: Chance, calls: int) -> list[timedelta]:
    first = BEGINS.astimezone(PARIS).hour
    of_each = shares(calls, [weight for _, weight in HOURS])
    return [
        timedelta(hours=(hour - first) % 24, seconds=chance.randrange(3600))
        for (hour, _), count in zip(HOURS, of_each, strict=True)
        for _ in range(count)
    ]


def _levels(chance: Chance, calls: int) -> list[int]:
    """The gravest are spread evenly, the others anyhow."""
    counts = dict(zip((level for level, _ in LEVELS), shares(calls, [share for _, share in LEVELS]), strict=True))
    levels = [0] * calls
    for level in (5, 4):
        for turn in range(counts[level]):
            place = int((turn + 0.2) * calls / counts[level])
            while levels[place]:
                place = (place + 1) % calls
            levels[place] = level
    others = [level for level in (1, 2, 3) for _ in range(counts[level])]
    chance.shuffle(others)
    return [level or others.pop() for level in levels]


def _call(chance: Chance, number: int, after: timedelta, level: int) -> Call:
    path = Path.URGENT if level == 5 else chance.one(PATHS)
    if level == 4 and path not in (Path.BOOK, Path.OFFER):
        path = Path.OFFER
    nobody = chance.one(NO_DATA) if level <= 2 and chance.random() < 0.06 else None
    cut = level < 5 and chance.random() < 0.07
    return Call(
        number=number,
        after=after,
        minutes=min(95.0, max(3.0, chance.lognormvariate(3.25, 0.5))) if nobody is None else 2.0,
        level=level,
        path=path if nobody is None else Path.NOBODY,
        no_data=nobody,
        sheet=_sheet(chance, level),
        patience=chance.uniform(6, 25),
        cut_at=chance.uniform(0.2, 0.9) if cut and nobody is None else None,
        back=chance.uniform(2, 40) if chance.random() < 0.75 else None,
        mistaken=level == 5 and chance.random() < 0.25,
        person=_person(chance, level),
    )


def _person(chance: Chance, level: int) -> Person:
    return Person(
        soonest=level >= 3 or chance.random() < 0.5,
        comes=chance.random() < 0.86,
        cancels=chance.random() < 0.08,
        answers=chance.random() < 0.75,
        may_reach=chance.one((("call", 55.0), ("message", 25.0), ("nothing", 10.0), (None, 10.0))),
        may_wait=chance.random() < 0.4,
        asks_call_back=chance.random() < 0.04,
        phone=f"06 12 34 {chance.randrange(100):02d} {chance.randrange(100):02d}",  # goes no further than the sink
    )


def _sheet(chance: Chance, level: int) -> dict[str, Any]:
    motives = [code for code, share in MOTIVES if chance.random() < share] or ["other"]
    sheet = {
        "subject": "self",
        "profession": chance.one(PROFESSIONS),
        "department": _department(chance),
        "employment": chance.one(EMPLOYMENTS),
        "motives": [*motives, "suicidal_ideas"] if level >= 4 else motives,
        "level": level,
        "help": [chance.one(HELP).value],
        "modalities": [each.value for each in chance.some(list(Modality), 1, 2)],
        "first_name": chance.choice(NICKNAMES) if chance.random() < 0.7 else None,
    }
    if level >= 4:
        sheet["plan"] = "Chez sa sœur ce soir, nous rappelle à 20 h."
        sheet["prompts"] = {"who_is_there": "Sa sœur."}
    return sheet


def _department(chance: Chance) -> str:
    if chance.random() < 0.08:
        return UNKNOWN
    near = chance.random() < 0.30
    of_there = [(code, float(count)) for code, count in POPULATION.items() if (code in ILE_DE_FRANCE) == near]
    return chance.one(of_there)
