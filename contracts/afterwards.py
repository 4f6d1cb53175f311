"""What every event is, and those that come after a call or a consultation; the whole list is in `contracts.events`."""

from datetime import datetime
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True):
    """A fact that one service tells the others; `version` is that of the thing it speaks of, where there is one."""


class CallBackCancelled(Event, frozen=True):
    """The person takes it back: the number given before `at` is forgotten, unless an appointment needs it."""

    call_back_id: UUID
    version: int
    case_id: UUID
    at: datetime


class FollowUpDue(Event, frozen=True):
    """Three days after a consultation: the person is asked in one neutral message, the professional on their pages."""

    appointment_id: UUID
    version: int
    case_id: UUID
    expert_id: UUID


class ManagerNeeded(Event, frozen=True):
    """From level 3 somebody must act and nobody has said that they do: the duty manager is told (care.md 7).

    `account_ids`: whom it is for instead, in their own hours.
    """

    task_id: UUID
    version: int
    account_ids: tuple[UUID, ...] = ()
