"""Shapes of the desk: calls as everyone there sees them, cases, consents, who is present, and one shift's word."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.referral import Referral, Sheet


class NonData(msgspec.Struct, frozen=True):
    """POST /contacts/{id}/non-data: silent, wrong_number, hung_up, not_for_us, abusive or test; null takes it back."""

    kind: str | None


class Transfer(msgspec.Struct, frozen=True):
    """POST /contacts/{id}/transfer: ask a colleague on duty; null takes the question back."""

    to: UUID | None


class Revision(msgspec.Struct, frozen=True):
    """One final state of a sheet."""

    revision: int
    at: datetime
    written_by: UUID
    vocabulary: int
    sheet: Sheet


class Revisions(msgspec.Struct, frozen=True):
    """GET /contacts/{id}/revisions, the first first."""

    revisions: list[Revision]


class DeskCall(msgspec.Struct, frozen=True):
    """A call as colleagues see it: a reference, a level, an hour; nothing that was said."""

    id: UUID
    case_id: UUID
    reference: str
    listener_id: UUID
    listener: str
    started_at: datetime
    level: int | None
    cut_at: datetime | None = None
    ended_at: datetime | None = None
    offered_to: UUID | None = None


class Presence(msgspec.Struct, frozen=True):
    """Someone at the desk. `state`: available, in_call, writing, pause, away."""

    account_id: UUID
    name: str
    state: str
    since: datetime
    post: str = ""
    pause_until: datetime | None = None
    rest_offered: bool = False  # told to oneself only: a heavy call has just ended


class NewPresence(msgspec.Struct, frozen=True):
    """PUT /presence/me; `post` is the telephone at which one sits, None leaves it as it is."""

    state: str
    post: str | None = None


class Desk(msgspec.Struct, frozen=True):
    """GET /desk: what everyone at the desk must see at once."""

    me: Presence | None
    present: list[Presence]
    cut: list[DeskCall]
    offered: list[DeskCall]  # to me
    ringing: list[datetime]  # since when each line rings unanswered


class Waiting(msgspec.Struct, frozen=True):
    """One line that rings and nobody has answered."""

    line: str
    since: datetime


class DeskNow(msgspec.Struct, frozen=True):
    """GET /desk/now, for whoever supervises: who, which levels, what waits; nobody is listened to."""

    present: list[Presence]
    calls: list[DeskCall]
    waiting: list[Waiting]
    measured: bool  # the telephone tells; else waiting and abandoned calls are not measured
    debriefs: list["Debrief"]


class Debrief(msgspec.Struct, frozen=True):
    """Someone asked to talk a call over; the name is forgotten once it was held."""

    id: UUID
    asked_at: datetime
    name: str


class Consent(msgspec.Struct, frozen=True):
    id: UUID
    scope: str  # share_sheet | share_channel | be_called | follow_up | statistics
    given_at: datetime
    wording: int
    withdrawn_at: datetime | None = None


class NewConsent(msgspec.Struct, frozen=True):
    """POST /cases/{id}/consents: said aloud by the person, in an open call of this case."""

    scope: str


class Case(msgspec.Struct, frozen=True):
    """GET /cases/{id}: one person's thread of calls; an id, never a name."""

    id: UUID
    created_at: datetime
    erased_at: datetime | None
    contacts: list["CaseContact"]
    consents: list[Consent]
    referrals: list[Referral]
    watched: list["Watch"]


class CaseContact(msgspec.Struct, frozen=True):
    """One call of a case."""

    id: UUID
    reference: str
    started_at: datetime
    ended_at: datetime | None
    cut_at: datetime | None
    kind: str | None
    final: bool
    revision: int
    level: int | None
    listener_id: UUID
    listener: str
    referral_id: UUID | None


class NewWatch(msgspec.Struct, frozen=True):
    """POST /shift/watches: someone to watch over until tomorrow noon at the latest, and what to do."""

    case_id: UUID
    words: str
    contact_id: UUID | None = None


class Watch(msgspec.Struct, frozen=True):
    id: UUID
    case_id: UUID
    contact_id: UUID | None
    reference: str
    level: int | None
    at: datetime
    until: datetime
    written_by: UUID
    writer: str
    words: str


class Words(msgspec.Struct, frozen=True):
    """What is written for the next shift: an incident, or the last word of a hand-over."""

    words: str


class Incident(msgspec.Struct, frozen=True):
    id: UUID
    at: datetime
    writer: str
    words: str


class Handover(msgspec.Struct, frozen=True):
    """One shift's word to the next; `left_open` counts what was open when it was written."""

    id: UUID
    at: datetime
    written_by: UUID
    writer: str
    words: str
    left_open: dict[str, int]
    signed_at: datetime | None = None
    signed_by: UUID | None = None
    signer: str = ""


class Shift(msgspec.Struct, frozen=True):
    """GET /shift: what one shift leaves to the next."""

    open_calls: list[DeskCall]
    unfinished: list[DeskCall]  # ended, their sheet not final
    watched: list[Watch]
    incidents: list[Incident]
    handovers: list[Handover]


class TelephoneEvent(msgspec.Struct, frozen=True):
    """POST /telephone/events, signed: `kind` is ringing, answered, transferred or ended. Never a number."""

    kind: str
    line: str
    call: str  # the telephone system's own id of the call
    at: datetime
    post: str = ""  # where it was answered, or to where it was transferred
    dropped: bool = False  # ended without anyone hanging up at our side


class Imported(msgspec.Struct, frozen=True):
    """POST /telephone/imports?dry_run=…: a CSV of line, start, end, answered."""

    rows: int
    new: int
    refused: list[str]


class CallFigures(msgspec.Struct, frozen=True):
    """GET /telephone/figures?from=&to=: calls with a sheet, those without, and what the lines told.

    `received` and `abandoned` are None when no line told anything in that time: not measured is not zero.
    """

    contacts: int
    non_data: dict[str, int]
    received: int | None = None
    answered: int | None = None
    abandoned: int | None = None
