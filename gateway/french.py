"""How French people write and say days, hours, money and numbers, so that templates read as we speak."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.typography import NB, THIN, initials, labels, typo

PARIS: Final = ZoneInfo("Europe/Paris")

DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
ZONE_NAMES: Final = {
    "Europe/Paris": "heure de Paris",
    "America/Guadeloupe": "heure de Guadeloupe",
    "America/Martinique": "heure de Martinique",
    "America/Cayenne": "heure de Guyane",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "heure de Saint-Barthélemy",
    "America/Marigot": "heure de Saint-Martin",
    "Pacific/Noumea": "heure de Nouvelle-Calédonie",
    "Pacific/Tahiti": "heure de Tahiti",
    "Pacific/Marquesas": "heure des Marquises",
    "Pacific/Gambier": "heure des Gambier",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
}
_THIS: Final = {"nuit": "cette", "après-midi": "cet"}
# fmt: off
_NUMBERS: Final = (
    "zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt", "vingt-et-une",
    "vingt-deux", "vingt-trois",
)
# fmt: on
_TENS: Final = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante"}


def zone_of(zone: str | ZoneInfo | None) -> ZoneInfo:
    """A zone from its IANA name; Paris when none is known."""
    if isinstance(zone, ZoneInfo):
        return zone
    return ZoneInfo(zone) if zone else PARIS


def local(at: datetime, zone: str | ZoneInfo | None = None) -> datetime:
    """The same instant on the clock of `zone`."""
    return at.astimezone(zone_of(zone))


def iso(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """For `<time datetime>`: minutes are enough."""
    return local(at, zone).isoformat(timespec="minutes")


def _the(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def day(at: datetime, zone: str | ZoneInfo | None = None, *, year: bool = False) -> str:
    """`dimanche 22 novembre`."""
    when = local(at, zone)
    text = f"{DAYS[when.weekday()]} {_the(when.date())}{NB}{MONTHS[when.month - 1]}"
    return f"{text} {when.year}" if year else text


def date_plain(on: date) -> str:
    """`20 novembre 2026`, for a date that has no hour."""
    return f"{_the(on)}{NB}{MONTHS[on.month - 1]} {on.year}"


def day_title(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`Dimanche 22 novembre`, at the start of a line."""
    text = day(at, zone)
    return text[0].upper() + text[1:]


def day_short(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`dim. 22/11`."""
    when = local(at, zone)
    return f"{DAYS[when.weekday()][:3]}.{NB}{when:%d/%m}"


def month_title(year: int, month: int) -> str:
    """`Novembre 2026`."""
    return f"{MONTHS[month - 1].capitalize()} {year}"


def hour(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`08:30`, for the desk and the agenda."""
    return f"{local(at, zone):%H:%M}"


def hour_exact(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`02:14:20`, for what is counted in seconds."""
    return f"{local(at, zone):%H:%M:%S}"


def hour_phone(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`8 h 30`, `9 h`, `minuit`: for the person."""
    when = local(at, zone)
    if when.hour == 0 and when.minute == 0:
        return "minuit"
    return f"{when.hour}{NB}h{NB}{when.minute:02d}" if when.minute else f"{when.hour}{NB}h"


def hour_spoken(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`huit heures et demie`: to be said aloud."""
    when = local(at, zone)
    if when.hour in (0, 12):
        base = "minuit" if when.hour == 0 else "midi"
    else:
        base = f"{_NUMBERS[when.hour]} heure{'s' if when.hour > 1 else ''}"
    if when.minute == 0:
        return base
    if when.minute == 15:
        return f"{base} et quart"
    if when.minute == 30:
        return f"{base} et demi{'' if when.hour in (0, 12) else 'e'}"
    return f"{base} {_minutes(when.minute)}"


def _minutes(count: int) -> str:
    if count < 20:
        return _NUMBERS[count]
    tens, units = divmod(count, 10)
    if units == 0:
        return _TENS[tens]
    return f"{_TENS[tens]}-et-une" if units == 1 else f"{_TENS[tens]}-{_NUMBERS[units]}"


def _days_apart(at: datetime, now: datetime, zone: str | ZoneInfo | None) -> int:
    return (local(at, zone).date() - local(now, zone).date()).days


def part_of_day(at: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`nuit`, `matin`, `après-midi` or `soir`."""
    when = local(at, zone).hour
    return "nuit" if when < 6 else "matin" if when < 12 else "après-midi" if when < 18 else "soir"


def day_near(at: datetime, now: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`ce matin`, `cet après-midi`, `demain`, `lundi`, `lundi 30 novembre`: the day as one says it now."""
    apart = _days_apart(at, now, zone)
    if apart == 0:
        part = part_of_day(at, zone)
        return f"{_THIS.get(part, 'ce')} {part}"
    if apart == 1:
        tonight = part_of_day(at, zone) == "nuit" and local(now, zone).hour >= 18
        return "cette nuit" if tonight else "demain"
    if apart == -1:
        return "hier"
    if 1 < apart < 7:
        return DAYS[local(at, zone).weekday()]
    return day(at, zone, year=abs(apart) > 300)


def moment(at: datetime, now: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`ce matin 08:30`, `demain 09:15`, `lundi 18:30`: for the desk."""
    return f"{day_near(at, now, zone)} {hour(at, zone)}"


def moment_phone(at: datetime, now: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`ce matin à 8 h 30`: for the person."""
    return f"{day_near(at, now, zone)} à {hour_phone(at, zone)}"


def moment_short(at: datetime, now: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`08:30` today, `lun. 18:30` this week, `lun. 30/11 18:30` later: for a slot's button."""
    apart = _days_apart(at, now, zone)
    if apart == 0:
        return hour(at, zone)
    if apart == 1:
        return f"demain {hour(at, zone)}"
    if 1 < apart < 7:
        return f"{DAYS[local(at, zone).weekday()][:3]}.{NB}{hour(at, zone)}"
    return f"{day_short(at, zone)} {hour(at, zone)}"


def from_now(at: datetime, now: datetime) -> str:
    """`dans 6 h`, `dans 12 minutes`, `dans 3 jours`, `il y a 2 h`, `maintenant`."""
    gap = at.astimezone(UTC) - now.astimezone(UTC)  # one zone subtracted from itself forgets clock changes
    text = span(abs(gap))
    if not text:
        return "maintenant"
    return f"dans {text}" if gap > timedelta(0) else f"il y a {text}"


def until(at: datetime, now: datetime, zone: str | ZoneInfo | None = None) -> str:
    """`dans 6 h` today, then `demain`, `après-demain`, `dans 9 jours`, counted on the calendar."""
    apart = _days_apart(at, now, zone)
    if apart < 1 or at - now < timedelta(hours=12):
        return from_now(at, now)
    return {1: "demain", 2: "après-demain"}.get(apart, f"dans {plural(apart, 'jour')}")


def span(gap: timedelta) -> str:
    """A length of time as one says it: minutes, then hours, then days; empty under a minute."""
    minutes = int(gap.total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 60:
        return plural(minutes, "minute")
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours}{NB}h{NB}{rest:02d}" if rest and hours < 10 else f"{hours}{NB}h"
    return plural(minutes // (24 * 60), "jour")


def duration(minutes: int) -> str:
    """`45 minutes`, `1 h`, `1 h 30`."""
    return span(timedelta(minutes=minutes))


def clock(seconds: int) -> str:
    """`04:32`, a countdown or a call's length."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes:02d}:{rest:02d}"


def zone_name(zone: str | ZoneInfo | None) -> str:
    """`heure de La Réunion`."""
    key = zone_of(zone).key
    return ZONE_NAMES.get(key, f"heure de {key.rsplit('/', 1)[-1].replace('_', ' ')}")


def number(value: float) -> str:
    """`1 046`, `7,5`."""
    whole = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return whole.replace(",", THIN).replace(".", ",")


def euros(cents: int) -> str:
    """`50 €`, `52,50 €` from cents."""
    whole, rest = divmod(cents, 100)
    return f"{number(whole)}{f',{rest:02d}' if rest else ''}{NB}€"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 minute`, `3 créneaux`; zero is singular in French."""
    return f"{number(count)}{NB}{one if abs(count) < 2 else many or one + 's'}"


def listing(words: Sequence[str], last: str = "et") -> str:
    """`a, b et c`."""
    *head, tail = [str(word) for word in words] or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def phone(digits: str) -> str:
    """`06 12 34 56 78` from `+33612345678`; foreign numbers stay as they are."""
    bare = re.sub(r"[\s.\-()]", "", digits)
    bare = re.sub(r"^(?:\+33|0033)", "0", bare)
    if re.fullmatch(r"080\d{7}", bare):
        return NB.join((bare[0], bare[1:4], bare[4:6], bare[6:8], bare[8:]))
    if re.fullmatch(r"0\d{9}", bare):
        return NB.join(bare[i : i + 2] for i in range(0, 10, 2))
    return digits


def tel(digits: str) -> str:
    """`+33612345678` for a `tel:` link."""
    bare = re.sub(r"[^\d+]", "", digits)
    return f"+33{bare[1:]}" if re.fullmatch(r"0\d{9}", bare) else bare


# fmt: off
FILTERS: Final = {
    one.__name__: one
    for one in (
        iso, day, date_plain, day_title, day_short, day_near, hour, hour_exact, hour_phone, hour_spoken, moment,
        moment_phone, moment_short, initials,
        from_now, until, span, duration, clock, zone_name, number, euros, plural, listing, phone, tel, typo, labels,
    )
}
# fmt: on
