"""How the two of an appointment meet, and until when either may say otherwise."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contracts.words import Modality
from kit.errors import Conflict, Invalid
from services.booking.domain.appointments import Appointment
from services.booking.domain.refusals import NotInThisState
from services.booking.domain.types import ConsultationType

CALLERS = ("person", "expert")


class WayNotOffered(Conflict):
    """The professional does not meet people in this way, or not at this hour."""


class UnknownWay(Invalid):
    """Who rings is said for a consultation by telephone, and is one of the two."""


def check(one: Appointment, modality: Modality, calls: str | None, now: datetime) -> None:
    """Either may change it up to the start and while it lasts; nobody once it is over."""
    if calls is not None and (modality is not Modality.PHONE or calls not in CALLERS):
        raise UnknownWay(fields={"calls": "person or expert, by telephone"})
    if not one.live or now >= one.ends_at:
        raise NotInThisState


def nearest_type(kinds: Iterable[ConsultationType], one: Appointment, modality: Modality) -> ConsultationType | None:
    """The type of the same visit in the other way whose length is nearest to what was agreed."""
    minutes = (one.ends_at - one.starts_at).total_seconds() / 60
    same = [kind for kind in kinds if kind.visit is one.visit and kind.modality is modality]
    return min(same, key=lambda kind: (abs(kind.shape.duration - minutes), kind.id), default=None)


def otherwise(one: Appointment, kind: ConsultationType, calls: str | None) -> Appointment:
    """The same hour, met otherwise."""
    return replace(one, version=one.version + 1, type_id=kind.id, modality=kind.modality, calls=calls)
