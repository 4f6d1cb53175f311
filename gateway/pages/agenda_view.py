"""What an agenda shows of itself: visits, openings and absences as the list and the grid need them. Nothing asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.booking import Absence, Agenda, BesideHour, ConsultationType, Opening
from gateway import french
from gateway.pages.agenda_visit import ICONS, MODALITIES
from gateway.pages.agenda_visit import Visit as Visit

PARTS = {"colleague": "comme collègue", "local_doctor": "comme médecin", "interpreter": "comme interprète"}
SOURCES = {"absence": "Absence", "leave": "Congé", "holiday": "Jour férié", "external": "Pris ailleurs"}


@dataclass(frozen=True)
class Away:
    """An absence as one of its days shows it."""

    id: int
    source: str
    name: str
    starts_at: datetime | None  # None: since before this day, or from its first minute
    ends_at: datetime | None  # None: to the last minute of this day, or further
    last: datetime  # its last minute


@dataclass(frozen=True)
class AtSide:
    """An hour of another professional at which this one stands beside; whose it is, the card says."""

    hour: BesideHour

    @property
    def id(self) -> UUID:
        return self.hour.id

    @property
    def starts_at(self) -> datetime:
        return self.hour.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.hour.ends_at

    @property
    def name(self) -> str:
        return f"À plusieurs, {PARTS[self.hour.part]}"

    @property
    def modality(self) -> str:
        return MODALITIES[self.hour.modality]

    @property
    def icon(self) -> str:
        return ICONS[self.hour.modality]


@dataclass(frozen=True)
class Day:
    """One day of the list, in the expert's zone."""

    date: date
    at: datetime
    today: bool
    lines: list[tuple[str, Any]] = field(default_factory=list)
    """(kind, thing) by hour: `visit` Visit, `opening` Opening, `absence` Away."""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def window(first: date, last: date) -> tuple[datetime, datetime]:
    """Instants that surely hold these local days, wherever they are lived."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return start - timedelta(hours=14), end + timedelta(hours=38)


def visits_of(agenda: Agenda, now: datetime, *, own: bool) -> list[Visit]:
    """In the order of their hours; cancelled ones are not shown."""
    shown = [one for one in agenda.appointments if not one.status.startswith("cancelled")]
    return [Visit(one, agenda.time_zone, now, own) for one in sorted(shown, key=lambda one: one.starts_at)]


def days_of(agenda: Agenda, first: date, last: date, now: datetime, *, own: bool) -> list[Day]:
    """Each local day with what begins, or goes on, in it."""
    zone = agenda.time_zone
    visits = visits_of(agenda, now, own=own)
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        at = datetime(day.year, day.month, day.day, tzinfo=french.zone_of(zone)).astimezone(UTC)
        found: list[tuple[datetime, int, str, Any]] = []
        found += [(one.starts_at, 1, "opening", one) for one in agenda.openings if _begins(one, day, zone)]
        there = french.local(at, zone)
        end = (there.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=there.tzinfo).astimezone(UTC)
        for away in agenda.absences:
            if away.starts_at < end and away.ends_at > at:
                found.append((max(away.starts_at, at), 0, "absence", _away(away, at, end)))
        found += [(one.starts_at, 2, "visit", one) for one in visits if _begins(one, day, zone)]
        sides = [AtSide(one) for one in agenda.beside]
        found += [(one.starts_at, 2, "beside", one) for one in sides if _begins(one, day, zone)]
        lines = [(kind, thing) for _, _, kind, thing in sorted(found, key=lambda line: line[:2])]
        days.append(Day(day, at, today=french.local(now, zone).date() == day, lines=lines))
    return days


def _begins(one: Opening | Visit | AtSide, day: date, zone: str) -> bool:
    return french.local(one.starts_at, zone).date() == day


def _away(one: Absence, at: datetime, end: datetime) -> Away:
    return Away(
        id=one.id,
        source=one.source,
        name=SOURCES[one.source],
        starts_at=one.starts_at if one.starts_at > at else None,
        ends_at=one.ends_at if one.ends_at < end else None,
        last=one.ends_at - timedelta(minutes=1),
    )


def on_the_grid(agenda: Agenda, now: datetime, who: str, *, own: bool) -> Iterator[dict[str, Any]]:
    """Everything of the grid, in the wall-clock hours of the expert's zone; `who` is the query of a secretary."""
    zone = agenda.time_zone

    def at(moment: datetime) -> str:
        return f"{french.local(moment, zone):%Y-%m-%dT%H:%M}"

    for one in agenda.openings:
        day = at(one.starts_at)[:10]
        yield {
            "id": f"o{one.id}",
            "kind": "opening",
            "start": at(one.starts_at),
            "end": at(one.ends_at),
            "title": "Ouverture qui revient" if one.recurring else "Ouverture",
            "card": f"/agenda/ouvertures/{one.id}?jour={day}{who}",
            "recurring": one.recurring,
            "editable": one.ends_at > now,
        }
    for away in agenda.absences:
        day = at(away.starts_at)[:10]
        yield {
            "id": f"a{away.id}",
            "kind": "absence",
            "start": at(away.starts_at),
            "end": at(away.ends_at),
            "title": SOURCES[away.source],
            "card": f"/agenda/absences/{away.id}?jour={day}{who}",
            "editable": away.source == "absence" and _hours(away, zone) < timedelta(days=1) and away.ends_at > now,
        }
    for side in map(AtSide, agenda.beside):
        yield {
            "id": f"p{side.id}",
            "kind": "visit",
            "start": at(side.starts_at),
            "end": at(side.ends_at),
            "title": "À plusieurs",
            "short": PARTS[side.hour.part],
            "colour": "",
            "named": True,
            "modality": side.hour.modality.value,
            "state": "",
            "tone": "",
            "over": side.ends_at <= now,
            "spoken": side.modality.lower(),
            "card": f"/agenda/a-plusieurs/{side.id}",
            "editable": False,
        }
    colours = {kind.id: kind.colour for kind in agenda.types}
    for visit in visits_of(agenda, now, own=own):
        state, tone = visit.state
        yield {
            "id": f"r{visit.id}",
            "kind": "visit",
            "start": at(visit.starts_at),
            "end": at(visit.ends_at),
            "title": visit.name,
            "short": visit.short,
            "colour": colours.get(visit.appointment.type_id, ""),
            "named": bool(visit.appointment.nickname),
            "modality": visit.appointment.modality.value,
            "state": state,
            "tone": tone,
            "over": not visit.live or visit.ends_at <= now,
            "spoken": ", ".join(part.lower() for part in (visit.modality, visit.kind, state) if part),
            "card": f"/agenda/rendez-vous/{visit.id}?{who.removeprefix('&')}",
            "version": visit.appointment.version,
            "editable": visit.appointment.movable and visit.starts_at > now,
        }


def _hours(away: Absence, zone: str) -> timedelta:
    """How long it is on the clock of the wall: the day on which the clocks change is one day as well."""
    start, end = (french.local(moment, zone).replace(tzinfo=None) for moment in (away.starts_at, away.ends_at))
    return end - start


def kinds_of(agenda: Agenda) -> list[ConsultationType]:
    """The types of what stands there, for the legend of their colours."""
    used = {one.type_id for one in agenda.appointments if not one.status.startswith("cancelled")}
    return sorted((kind for kind in agenda.types if kind.id in used), key=lambda kind: kind.public_name)


def next_of(visits: Sequence[Visit]) -> Visit | None:
    """The one that goes on, or comes next."""
    return next((one for one in visits if one.live and one.ends_at > one.now), None)


def clashing(agenda: Agenda, visits: Sequence[Visit]) -> list[Visit]:
    """Those to come on which something of another calendar falls that their professional has not settled."""
    elsewhere = [one for one in agenda.absences if one.source == "external"]
    settled = {(one.absence_id, one.appointment_id) for one in agenda.settled}
    ahead = [one for one in visits if one.live and one.starts_at > one.now]
    return [
        one
        for one in ahead
        if any(
            one.starts_at < it.ends_at and one.ends_at > it.starts_at and (it.id, one.id) not in settled
            for it in elsewhere
        )
    ]


def touched_by(visits: Sequence[Visit], start: datetime, end: datetime) -> list[Visit]:
    """Those that stand in a stretch of time."""
    return [one for one in visits if one.live and one.starts_at < end and one.ends_at > start]


def title_of(first: date, last: date) -> str:
    """`23 – 29 novembre 2026`, `30 novembre – 6 décembre 2026`, `Mardi 24 novembre 2026`."""
    if first == last:
        weekday = french.DAYS[first.weekday()].capitalize()
        return f"{weekday} {_number(first)} {french.MONTHS[first.month - 1]} {first.year}"
    end = f"{_number(last)} {french.MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{_number(first)} – {end}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{_number(first)} {french.MONTHS[first.month - 1]}{year} – {end}"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)
