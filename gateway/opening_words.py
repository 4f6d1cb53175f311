"""Openings in French: a rule as one would say it, and why there is no slot, one sentence a reason."""

from collections.abc import Callable
from datetime import timedelta

from contracts.openings import Blocker, OpeningRule
from gateway import french
from gateway.typography import NB

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PLACES = {"1": "premier", "2": "deuxième", "3": "troisième", "4": "quatrième", "-1": "dernier"}
WORK_WEEK, WEEKEND = ["MO", "TU", "WE", "TH", "FR"], ["SA", "SU"]


def parts_of(rrule: str) -> dict[str, str]:
    """The parts of a rule by name."""
    return dict(part.split("=", 1) for part in rrule.split(";") if "=" in part)


def rhythm(rule: OpeningRule) -> str:
    """`Chaque lundi et jeudi`, `Le premier mardi du mois`, `Une seule fois`; the hours and the end come apart."""
    parts = parts_of(rule.rrule)
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
    every = int(parts.get("INTERVAL", "1"))
    match parts.get("FREQ"):
        case "DAILY":
            said = "Tous les jours" if every == 1 else f"Tous les {every}{NB}jours"
            if parts.get("BYMONTHDAY"):
                return f"Le {_numbers(parts['BYMONTHDAY'])} du mois"
            return f"{said}, si c’est un {french.listing(_names(days), 'ou')}" if days else said
        case "WEEKLY":
            named = days or [CODES[rule.first_day.weekday()]]
            if every == 1:
                return _each(named)
            weeks = "Une semaine sur deux" if every == 2 else f"Toutes les {every}{NB}semaines"
            return f"{weeks}, le {french.listing(_names(named))}"
        case "MONTHLY":
            when = "du mois" if every == 1 else f"tous les {every}{NB}mois"
            return f"Le {_monthly(parts, days, rule.first_day.day)} {when}"
    return "Une seule fois"


def _each(days: list[str]) -> str:
    if days == list(CODES):
        return "Tous les jours"
    if days == WORK_WEEK:
        return "Du lundi au vendredi"
    if days == WEEKEND:
        return "Samedi et dimanche"
    return f"Chaque {french.listing(_names(days))}"


def _monthly(parts: dict[str, str], days: list[str], first: int) -> str:
    numbers, places = parts.get("BYMONTHDAY", ""), parts.get("BYSETPOS", "")
    if not days:
        return _numbers(numbers or str(first))
    if numbers:
        return f"{french.listing(_names(days), 'ou')} qui tombe le {_numbers(numbers, 'ou')}"
    if places:
        names = _names(days)
        day = names[0] if len(names) == 1 else f"jour parmi {french.listing(names)}"
        return f"{french.listing([PLACES[one] for one in places.split(',')])} {day}"
    if any(len(one) > 2 for one in days):
        return french.listing([f"{PLACES[one[:-2].lstrip('+')]} {_names([one[-2:]])[0]}" for one in days])
    return f"{french.listing(_names(days))}, chaque fois,"


def _names(codes: list[str]) -> list[str]:
    return [french.DAYS[CODES.index(one[-2:])] for one in codes]


def _numbers(text: str, last: str = "et") -> str:
    said = {"-1": "dernier jour", "1": "1er"}
    names = [said.get(one, f"{one[1:]}e jour avant la fin" if one[0] == "-" else one) for one in text.split(",")]
    return french.listing(names, last)


def _hours(one: Blocker, zone: str) -> str:
    """`de 09:00 à 12:00`, or the days when it lasts longer."""
    if one.starts_at is None or one.ends_at is None:
        return ""
    if one.ends_at - one.starts_at >= timedelta(hours=23):
        last = one.ends_at - timedelta(minutes=1)
        first_day, last_day = french.day(one.starts_at, zone), french.day(last, zone)
        return f"le {first_day}" if first_day == last_day else f"du {first_day} au {last_day}"
    return f"de {french.hour(one.starts_at, zone)} à {french.hour(one.ends_at, zone)}"


def _notice(one: Blocker, zone: str) -> str:
    return (
        f"Ces heures sont trop proches : il faut {french.duration(one.minutes or 0)} pour prévenir. "
        "Vous pouvez raccourcir ce délai dans vos motifs."
    )


REASONS: dict[str, Callable[[Blocker, str], str]] = {
    "inactive": lambda one, zone: "L’agenda est fermé : le compte n’est plus dans le réseau.",
    "type-closed": lambda one, zone: "La coordination ne propose plus ce motif.",
    "modality": lambda one, zone: "Votre profil ne propose pas cette façon de se voir.",
    "past": lambda one, zone: "Ce jour est passé.",
    "horizon": lambda one, zone: (
        f"C’est trop loin : ce motif se réserve au plus {french.plural(one.number or 0, 'jour')} à l’avance."
    ),
    "no-rule": lambda one, zone: "Aucune ouverture ce jour-là.",
    "other-types": lambda one, zone: f"L’ouverture {_hours(one, zone)} est pour d’autres motifs.",
    "cancelled": lambda one, zone: "L’ouverture de ce jour a été retirée.",
    "absence": lambda one, zone: f"Une absence est notée {_hours(one, zone)}.",
    "leave": lambda one, zone: f"Un congé est noté dans votre profil {_hours(one, zone)}.",
    "holiday": lambda one, zone: "C’est un jour férié, et vous ne l’avez pas ouvert.",
    "external": lambda one, zone: f"Votre autre agenda est pris {_hours(one, zone)}.",
    "appointment": lambda one, zone: (
        f"Un rendez-vous est déjà pris {_hours(one, zone)}, ses minutes de pause comprises."
    ),
    "hold": lambda one, zone: f"La ligne retient une heure {_hours(one, zone)}, pour quelques minutes.",
    "daily-limit": lambda one, zone: (
        f"Votre limite de {french.plural(one.number or 0, 'rendez-vous', 'rendez-vous')} par jour est atteinte."
    ),
    "too-short": lambda one, zone: (
        f"Ce qui reste libre ({_hours(one, zone)}) est trop court : il faut {french.duration(one.minutes or 0)}."
    ),
    "buffer": lambda one, zone: (
        f"Ce qui reste libre suffirait sans les minutes avant et après : avec elles, il faut "
        f"{french.duration(one.minutes or 0)}."
    ),
    "off-grid": lambda one, zone: f"Les heures proposées se suivent toutes les {one.minutes}{NB}minutes.",
    "notice": _notice,
    "gone": lambda one, zone: "Des heures de ce jour sont déjà passées.",
}
"""One sentence a reason, by its code on the wire."""


def reason(one: Blocker, zone: str) -> str:
    """Why this time is not offered, as one would say it."""
    return REASONS[one.code](one, zone)


def reasons(blockers: list[Blocker], zone: str) -> list[str]:
    """Each sentence once, in the order in which booking found them."""
    return list(dict.fromkeys(reason(one, zone) for one in blockers))
