"""More than one hour, more than two people: series, a third person, groups."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.booking import Appointment
from contracts.words import Modality


class NewSeries(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/series: the same hour in the weeks that follow an appointment.

    `all_or_none`: when one week is not free nothing is booked; else as many as possible, said plainly.
    """

    times: int  # 1 to 11: with the first, at most twelve
    every_weeks: int = 1
    all_or_none: bool = False


class NotInSeries(msgspec.Struct, frozen=True):
    """A week that could not be booked, and why."""

    starts_at: datetime
    code: str


class Series(msgspec.Struct, frozen=True):
    """What was booked and what was not, in the order of the weeks."""

    series_id: UUID | None
    booked: list[Appointment]
    missing: list[NotInSeries]


class NewGuest(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/professionals: another professional at the same hour, both agendas or neither."""

    expert_id: UUID
    part: str = "colleague"  # local_doctor | interpreter | colleague


class Beside(msgspec.Struct, frozen=True):
    """The other professionals of an appointment."""

    experts: list[UUID]


class NewGroup(msgspec.Struct, frozen=True):
    """POST /groups: one's own agenda, an hour, and seats."""

    title: str
    type_id: UUID
    starts_at: datetime
    seats: int
    kind: str = "talk"  # talk | supervision
    listed: bool = True
    fee_cents: int | None = None  # 0: nothing to pay; none: to be asked
    access: str = ""  # how one comes to it; by telephone, which line to call


class Group(msgspec.Struct, frozen=True):
    """GET /groups: those to come; `mine` is the caller's own place: seat, waiting, or none."""

    id: UUID
    title: str
    kind: str
    expert_id: UUID
    starts_at: datetime
    ends_at: datetime
    modality: Modality
    seats: int
    taken: int
    waiting: int = 0
    mine: str | None = None
    time_zone: str = "Europe/Paris"  # where it meets
    listed: bool = True
    version: int = 1
    fee_cents: int | None = None
    access: str = ""  # for those who have a seat, for whose group it is, and for the team


class Groups(msgspec.Struct, frozen=True):
    groups: list[Group]


class TakeSeat(msgspec.Struct, frozen=True):
    """POST /groups/{id}/places: a seat, or a place in the waiting list; under a permit, or by the person's own code."""

    permit: str | None = None
    nickname: str = ""


class Place(msgspec.Struct, frozen=True):
    """`status`: seat, waiting (and how many stand before), left."""

    status: str
    before: int = 0
