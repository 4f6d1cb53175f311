"""Shapes of what comes after a consultation: news from both sides three days later, and what the listener learns."""

from datetime import datetime
from uuid import UUID

import msgspec


class FollowUp(msgspec.Struct, frozen=True):
    """GET /follow-ups (the professional's, unanswered) and /follow-ups/mine (the person's)."""

    appointment_id: UUID
    starts_at: datetime | None
    modality: str | None
    answer: str | None = None


class FollowUps(msgspec.Struct, frozen=True):
    follow_ups: list[FollowUp]


class FollowUpAnswer(msgspec.Struct, frozen=True):
    """POST /follow-ups/{appointment_id}/person: helped, not_enough, not_for_me, call_me, rather_not;
    POST /follow-ups/{appointment_id}/expert: done, goes_on, passed_on, not_come, other."""

    answer: str


class HandedOver(msgspec.Struct, frozen=True):
    """GET /handed-over: of one's own hand-overs, only whether it took place (care.md 19)."""

    reference: str
    handed_over_at: datetime
    learnt: str | None  # took_place | moved | not_come; None: nothing to learn yet


class HandedOvers(msgspec.Struct, frozen=True):
    handed_over: list[HandedOver]
