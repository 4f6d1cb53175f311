"""Shapes of call-backs: who asked to be rung and when, never at which number."""

from datetime import datetime
from uuid import UUID

import msgspec


class NewCallBack(msgspec.Struct, frozen=True):
    """POST /call-backs: by the desk (`contact_id`), by a person with a code, or by anyone from the public page."""

    window_from: datetime
    window_to: datetime
    time_zone: str = "Europe/Paris"
    discreet: bool = False
    voicemail: bool = False
    contact_id: UUID | None = None  # of the call, at the desk
    permit: str = ""  # the `code` that POST /call-backs/begin gave to someone alone: whose call-back it is
    origin: str = ""  # keyed hash of the address, for the limiter; never an address


class CallBackStart(msgspec.Struct, frozen=True):
    """POST /call-backs/begin: before anything is written, so that a number that is none changes nothing."""

    contact_id: UUID | None = None
    origin: str = ""


class CallBackBegun(msgspec.Struct, frozen=True):
    """Permits: reminders keeps the number, and identity makes the code of someone alone."""

    case_id: UUID
    keep_number: str
    code: str | None = None


class CallBackChange(msgspec.Struct, frozen=True):
    """PATCH /call-backs/{id} or /call-backs/mine: what is given changes, the rest stays."""

    window_from: datetime | None = None
    window_to: datetime | None = None
    discreet: bool | None = None
    voicemail: bool | None = None


class CallBackAttempt(msgspec.Struct, frozen=True):
    at: datetime
    outcome: str  # reached | no_answer | someone_else | voicemail | wrong_number


class CallBack(msgspec.Struct, frozen=True):
    """One call to give back. `standing` is overdue, now, later, taken, unreached or over, as of the asking."""

    id: UUID
    case_id: UUID
    contact_id: UUID | None
    asked_at: datetime
    asked_by: str  # voice | page | code
    window_from: datetime
    window_to: datetime
    time_zone: str
    discreet: bool
    voicemail: bool
    level: int | None
    status: str  # waiting | unreached | done | cancelled
    standing: str
    attempts: list[CallBackAttempt]
    attempts_left: int
    next_at: datetime
    mine: bool
    version: int


class CallBacks(msgspec.Struct, frozen=True):
    """GET /call-backs: the most pressing first."""

    call_backs: list[CallBack]


class ClaimedCallBack(msgspec.Struct, frozen=True):
    """POST /call-backs/{id}/claim: nobody else rings now; the permit shows the number to whoever claimed."""

    call_back: CallBack
    reveal: str


class AttemptMade(msgspec.Struct, frozen=True):
    """POST /call-backs/{id}/attempts."""

    outcome: str
