"""One appointment as its person sees it: what to show, and what may still be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from contracts.booking import Appointment, Slot
from contracts.referral import ExpertCard
from contracts.words import AppointmentStatus, ExpertProfession, Modality
from gateway import french

ROOM_OPENS = timedelta(minutes=30)
ROOM_STAYS = timedelta(hours=2)
SOONER = timedelta(hours=36)

State = Literal["ahead", "now", "past", "missed", "cancelled", "withdrawn"]
"""ahead, at its hour, over, missed by the person, cancelled by them, or withdrawn by the other side."""


class Visit(msgspec.Struct, frozen=True):
    id: UUID
    version: int
    starts_at: datetime
    zone: str
    state: State
    minutes: int
    modality: Modality
    who: str
    title: str
    fee: str
    place: str
    doctor: bool
    joinable: bool
    cancellable: bool
    movable: bool
    ends_at: datetime
    expert_id: UUID
    expert_calls: bool = False  # by telephone: the professional rings the number that was given
    ways: tuple[Modality, ...] = ()
    handed_back: bool = False  # the professional cannot hold it: another hour is looked for
    instructions: str = ""  # of this kind of appointment: what to read before it, or after it
    late: bool = False  # the professional said so, and has not come yet
    sooner: bool = False  # far enough away to wait for an earlier hour

    @property
    def over(self) -> bool:
        return self.state not in ("ahead", "now")


class Day(msgspec.Struct, frozen=True):
    """The free hours of one day, on the person's clock."""

    at: datetime
    slots: list[datetime]


def visit_of(appointment: Appointment, card: ExpertCard | None, now: datetime, *, number: bool | None = None) -> Visit:
    """`card` is None when the directory does not answer: the day and the hour still stand.

    `number`: whether one was given, None when it is not known; nobody rings a number that there is not.
    """
    state = _state(appointment, now)
    rings = number is not False if appointment.calls == "expert" else appointment.calls is None and bool(number)
    in_room = appointment.starts_at - ROOM_OPENS <= now <= appointment.ends_at + ROOM_STAYS
    return Visit(
        id=appointment.id,
        version=appointment.version,
        starts_at=appointment.starts_at,
        zone=appointment.person_zone,
        state=state,
        minutes=round((appointment.ends_at - appointment.starts_at) / timedelta(minutes=1)),
        modality=appointment.modality,
        who=card.name if card else "Votre professionnel",
        title=card.title if card else "",
        fee=card.fee if card else "",
        place=(card.address or card.city) if card else "",
        doctor=bool(card and card.profession is not ExpertProfession.PSYCHOLOGIST),
        joinable=state in ("ahead", "now") and appointment.modality is Modality.VIDEO and in_room,
        cancellable=appointment.cancellable,
        movable=appointment.movable,
        late=state in ("ahead", "now") and appointment.late_minutes > 0 and appointment.started_at is None,
        ends_at=appointment.ends_at,
        expert_id=appointment.expert_id,
        expert_calls=rings,
        ways=tuple(one for one in Modality if card is not None and one in card.modalities),
        handed_back=state == "ahead" and appointment.handed_back,
        instructions=appointment.instructions if state in ("ahead", "now", "past") else "",
        sooner=state == "ahead" and appointment.movable and appointment.starts_at - now > SOONER,
    )


def _state(appointment: Appointment, now: datetime) -> State:
    match appointment.status:
        case AppointmentStatus.CANCELLED_BY_PERSON:
            return "cancelled"
        case AppointmentStatus.CANCELLED_BY_EXPERT | AppointmentStatus.CANCELLED_BY_STAFF:
            return "withdrawn"
        case AppointmentStatus.NO_SHOW:
            return "missed"
        case AppointmentStatus.FULFILLED:
            return "past"
    stays = ROOM_STAYS if appointment.modality is Modality.VIDEO else timedelta(0)  # a number is shown to the end
    if now > appointment.ends_at + stays:
        return "past"
    return "now" if now >= appointment.starts_at - timedelta(minutes=5) else "ahead"


def in_order(visits: Sequence[Visit]) -> list[Visit]:
    """The next one first, then those to come, then those that are over, the latest first."""
    coming = sorted((v for v in visits if not v.over), key=lambda v: v.starts_at)
    return coming + sorted((v for v in visits if v.over), key=lambda v: v.starts_at, reverse=True)


def by_day(slots: Sequence[Slot], zone: str, but: datetime) -> list[Day]:
    """Slots as days of hours in the person's zone, without the hour they already have."""
    days: dict[object, list[datetime]] = {}
    for starts_at in sorted({slot.starts_at for slot in slots} - {but}):
        days.setdefault(french.local(starts_at, zone).date(), []).append(starts_at)
    return [Day(at=hours[0], slots=hours) for hours in days.values()]


def theme_at(now: datetime, zone: str | None = None, *, chosen: str | None = None) -> str | None:
    """The chosen theme; else night from 21:00 to 07:00 where the person is; else the device decides."""
    if chosen in ("nuit", "jour"):
        return chosen
    hour = french.local(now, zone).hour
    return "nuit" if hour >= 21 or hour < 7 else None
