"""One appointment as its professional sees it, and what may be done about it now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.booking import Appointment
from contracts.words import AppointmentStatus, Modality, VisitKind
from gateway import french

SEE_WITHIN = timedelta(hours=12)
"""An appointment nearer than this must be seen by the professional (care.md 9)."""
LATE_WITHIN = timedelta(hours=2)
"""Lateness is said near the hour; earlier, another hour is the kinder answer."""
LATE = (5, 10, 15)
ROOM_OPENS = timedelta(minutes=30)
ROOM_STAYS = timedelta(hours=2)
MODALITIES = {Modality.VIDEO: "Visio", Modality.PHONE: "Téléphone", Modality.IN_PERSON: "Sur place"}
ICONS = {Modality.VIDEO: "camera", Modality.PHONE: "telephone", Modality.IN_PERSON: "lieu"}
VISITS = {VisitKind.FIRST: "Premier rendez-vous", VisitKind.FOLLOW_UP: "Suivi"}
VISITS_SHORT = {VisitKind.FIRST: "1er", VisitKind.FOLLOW_UP: "suivi"}
LIVE = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.STARTED})
NOBODY_NAMED = "La personne"
GROUP = "Groupe"
FOR_SEVERAL = "À plusieurs"


@dataclass(frozen=True)
class Visit:
    """One appointment as its professional sees it: never a motive, never a way to reach the person."""

    appointment: Appointment
    zone: str
    now: datetime
    own: bool = True  # False for a secretary, who neither enters the room nor says who came

    @property
    def id(self) -> UUID:
        return self.appointment.id

    @property
    def starts_at(self) -> datetime:
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.appointment.ends_at

    @property
    def name(self) -> str:
        return self.appointment.nickname or NOBODY_NAMED

    @property
    def is_group(self) -> bool:
        """An hour of nobody's own, for many."""
        return self.appointment.case_id is None and self.appointment.nickname == GROUP

    @property
    def modality(self) -> str:
        return MODALITIES[self.appointment.modality]

    @property
    def icon(self) -> str:
        return ICONS[self.appointment.modality]

    @property
    def kind(self) -> str:
        return FOR_SEVERAL if self.is_group else VISITS[self.appointment.visit]

    @property
    def short(self) -> str:
        return FOR_SEVERAL.lower() if self.is_group else VISITS_SHORT[self.appointment.visit]

    @property
    def live(self) -> bool:
        return self.appointment.status in LIVE

    @property
    def to_see(self) -> bool:
        """Near, and nobody has said that they saw it."""
        booked = self.appointment.status is AppointmentStatus.BOOKED
        near = self.now < self.ends_at and self.starts_at - self.now <= SEE_WITHIN
        return booked and near and self.appointment.seen_at is None

    @property
    def can_see(self) -> bool:
        return self.live and self.appointment.seen_at is None and self.now < self.ends_at

    @property
    def has_room(self) -> bool:
        return self.own and self.live and self.appointment.modality is Modality.VIDEO

    @property
    def room_opens_at(self) -> datetime:
        return self.starts_at - ROOM_OPENS

    @property
    def room_open(self) -> bool:
        return self.has_room and self.room_opens_at <= self.now < self.ends_at + ROOM_STAYS

    @property
    def can_be_late(self) -> bool:
        waits = self.appointment.status in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
        return waits and self.starts_at - LATE_WITHIN <= self.now < self.ends_at

    @property
    def late(self) -> int:
        """Minutes that were told to whoever waits; 0: none."""
        return self.appointment.late_minutes if self.live else 0

    @property
    def can_say_who_came(self) -> bool:
        """From its hour on, or once both are in the room, even ahead of it."""
        begun = self.now >= self.starts_at or self.appointment.status is AppointmentStatus.STARTED
        return self.own and begun and self.appointment.status in LIVE

    @property
    def can_say_nobody_came(self) -> bool:
        """Not once both were in the room."""
        return self.can_say_who_came and self.appointment.status is not AppointmentStatus.STARTED

    @property
    def came_after_all(self) -> bool:
        """Said absent; may still be put right."""
        return self.own and self.appointment.status is AppointmentStatus.NO_SHOW

    @property
    def state(self) -> tuple[str, str]:
        """What to say of it, and in which tone."""
        match self.appointment.status:
            case AppointmentStatus.ARRIVED:
                return "En salle d’attente", "sauge"
            case AppointmentStatus.STARTED:
                return "En cours", "sauge"
            case AppointmentStatus.FULFILLED:
                return "A eu lieu", ""
            case AppointmentStatus.NO_SHOW:
                return "Manqué", ""
            case AppointmentStatus.BOOKED:
                if self.to_see:
                    return "À voir", "brique"
                if self.now >= self.ends_at:
                    return "À clore", ""
                return ("Vu", "sauge") if self.appointment.seen_at else ("", "")
        return "Annulé", "prune"

    @property
    def person_zone(self) -> str | None:
        """The person's zone, when their clock shows another hour than the professional's."""
        theirs = self.appointment.person_zone
        same = french.local(self.starts_at, theirs).replace(tzinfo=None) == french.local(
            self.starts_at, self.zone
        ).replace(tzinfo=None)
        return None if same else theirs
