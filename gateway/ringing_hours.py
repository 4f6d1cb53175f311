"""When someone wants to be rung: a day and two hours on their own clock, or as soon as possible."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway import french
from gateway.moments import moment_typed

SOON: Final = timedelta(hours=1)
DAYS: Final = 7
ZONES: Final[Mapping[str, str]] = {
    "Europe/Paris": "France hexagonale",
    "America/Guadeloupe": "Guadeloupe",
    "America/Martinique": "Martinique",
    "America/Cayenne": "Guyane",
    "Indian/Reunion": "La Réunion",
    "Indian/Mayotte": "Mayotte",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "Pacific/Tahiti": "Polynésie",
    "Pacific/Noumea": "Nouvelle-Calédonie",
    "Pacific/Wallis": "Wallis-et-Futuna",
}
HOURS: Final = [f"{hour:02}:00" for hour in range(24)]


def days(now: datetime, zone: str = "Europe/Paris") -> Sequence[tuple[str, str]]:
    """What may be chosen: as soon as possible, today, tomorrow, and the days after."""
    names = {0: "Aujourd’hui", 1: "Demain"}
    listed = [
        (str(ahead), names.get(ahead, french.day_title(now + timedelta(days=ahead), zone))) for ahead in range(DAYS)
    ]
    return [("soon", "Dès que possible, dans l’heure"), *listed]


def window(form: Mapping[str, str], now: datetime) -> tuple[datetime, datetime] | None:
    """The window that `day`, `from`, `to` and `zone` say; None when they say none. After midnight is the next day."""
    zone = form.get("zone", "")
    zone = zone if zone in ZONES else "Europe/Paris"
    day = form.get("day", "")
    if day == "soon":
        return now, now + SOON
    if not day.isdecimal() or int(day[:9]) >= DAYS:
        return None
    chosen = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=int(day[:9]))
    starts_at = moment_typed(chosen.isoformat(), form.get("from", ""), zone)
    ends_at = moment_typed(chosen.isoformat(), form.get("to", ""), zone)
    if starts_at is None or ends_at is None:
        return None
    if ends_at <= starts_at:
        ends_at = moment_typed((chosen + timedelta(days=1)).isoformat(), form.get("to", ""), zone) or ends_at
    return starts_at, ends_at


def said(starts_at: datetime, ends_at: datetime, now: datetime, zone: str) -> str:
    """`demain, entre 18:00 et 20:00`, on the clock of `zone`."""
    when = french.day_near(starts_at, now, zone)
    return f"{when}, entre {french.hour(starts_at, zone)} et {french.hour(ends_at, zone)}"
