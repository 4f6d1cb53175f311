"""Openings that are given in two taps: what is proposed, what was asked for, and what came of it."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.afterwards import Event
from contracts.words import ExpertProfession, Modality


class OpeningsAsked(Event, frozen=True):
    """An expert is asked for openings: reminders makes the link behind which they answer."""

    ask_id: UUID
    version: int
    expert_id: UUID
    expires_at: datetime
    time_zone: str = "Europe/Paris"


class Late(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/late: minutes after the hour; 0 takes it back."""

    minutes: int


class Proposal(msgspec.Struct, frozen=True):
    """An hour that an expert could give; `modalities` are those that they offer."""

    starts_at: datetime
    modalities: list[Modality]


class Proposals(msgspec.Struct, frozen=True):
    """GET /experts/{id}/proposals."""

    expert_id: UUID
    time_zone: str
    proposals: list[Proposal]
    weekly: bool  # they get a link with such hours each week


class NewGift(msgspec.Struct, frozen=True):
    """POST /experts/{id}/gifts: one slot, for first and follow-up visits of this modality."""

    starts_at: datetime
    modality: Modality


class Gift(msgspec.Struct, frozen=True):
    """What was given; `opening_id` is the occurrence on the grid, by which it is taken back."""

    opening_id: int
    starts_at: datetime
    ends_at: datetime
    modality: Modality
    time_zone: str
    taken: bool = False


class WeeklyLink(msgspec.Struct, frozen=True):
    """PUT /experts/{id}/weekly-link."""

    wanted: bool


class Ask(msgspec.Struct, frozen=True):
    """GET /asks/{id}, for the link that carries it: hours to touch, and what was already given."""

    id: UUID
    time_zone: str
    expires_at: datetime
    answered: bool
    proposals: list[Proposal]
    given: list[Gift]


class AskAnswer(msgspec.Struct, frozen=True):
    """POST /asks/{id}/answer: these hours; none at all says « pas cette fois »."""

    gifts: list[NewGift] = []


class NewRound(msgspec.Struct, frozen=True):
    """POST /opening-rounds, by the coordination: these experts are asked once."""

    label: str
    experts: list[UUID]


class Round(msgspec.Struct, frozen=True):
    """One asking and what came of it."""

    id: UUID
    label: str
    asked_at: datetime
    asked: int
    answered: int
    given: int
    taken: int


class Rounds(msgspec.Struct, frozen=True):
    """GET /opening-rounds, the latest first."""

    rounds: list[Round]


class AgendaFigures(msgspec.Struct, frozen=True):
    """One expert's openings: for the coordination, who finds the territories that are dry."""

    expert_id: UUID
    profession: ExpertProfession
    last_opening: datetime | None  # the end of the last one, past or to come
    first_free: datetime | None
    free_slots: int  # days of the next fourteen on which a first visit is free


class Dormant(msgspec.Struct, frozen=True):
    """GET /figures/experts: every active expert."""

    experts: list[AgendaFigures]


class Figures(msgspec.Struct, frozen=True):
    """GET /figures: the network's agendas over the days that were asked for."""

    days: int
    opened_minutes: int
    booked_minutes: int
    appointments: int
    no_shows: int
    late_cancels: int
    cancels: int
    retaken: int
    delay_hours: float | None  # median, from booking to the first visit
    first_free_hours: float | None  # median over experts who have one, from now
    by_week: list["Week"]


class Week(msgspec.Struct, frozen=True):
    """Seven days that begin at `since`."""

    since: datetime
    opened_minutes: int
    booked_minutes: int
    appointments: int
