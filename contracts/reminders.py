"""Shapes of reminders: the vault of contacts and the plan of messages. It knows whom to reach and never why."""

from datetime import datetime, time
from uuid import UUID

import msgspec

from contracts.words import Channel, MessageMoment


class ContactDetails(msgspec.Struct, frozen=True):
    """PUT /cases/{case_id}/contact: may be repeated; an empty one erases. Numbers in any French or E.164 spelling."""

    phone: str | None = None
    mail: str | None = None
    channels: list[Channel] = []
    moments: list[MessageMoment] = []
    from_hour: time | None = None  # the person's own hours for messages; None: 08:00–21:00 of their zone
    to_hour: time | None = None
    time_zone: str = "Europe/Paris"
    read_by_others: bool | None = None  # « Quelqu'un d'autre peut-il lire vos messages ? »


class ContactChange(msgspec.Struct, frozen=True):
    """PATCH /cases/{case_id}/contact: what is not given stays as it is; null or an empty list takes it away."""

    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    mail: str | msgspec.UnsetType | None = msgspec.UNSET
    channels: list[Channel] | msgspec.UnsetType = msgspec.UNSET
    moments: list[MessageMoment] | msgspec.UnsetType = msgspec.UNSET
    from_hour: time | msgspec.UnsetType | None = msgspec.UNSET
    to_hour: time | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: str = "Europe/Paris"


class ContactKinds(msgspec.Struct, frozen=True):
    """GET /cases/{case_id}/contact: which kinds exist, never the values."""

    channels: list[Channel]
    moments: list[MessageMoment]
    from_hour: time | None = None
    to_hour: time | None = None
    phone: bool = False  # a number is kept, whatever it is used for
    entries: bool = False  # of an account: its appointments go into its own calendar, by mail


class PreviewRequest(msgspec.Struct, frozen=True):
    """POST /previews: the exact text that would be sent."""

    starts_at: datetime
    time_zone: str
    channels: list[Channel]
    moments: list[MessageMoment]
    from_hour: time | None = None
    to_hour: time | None = None


class Preview(msgspec.Struct, frozen=True):
    channel: Channel
    moment: MessageMoment
    due_at: datetime
    text: str


class Previews(msgspec.Struct, frozen=True):
    previews: list[Preview]


class Message(msgspec.Struct, frozen=True):
    """One row of the plan. `status`: planned, sending, sent, recalled, dropped, failed."""

    id: UUID
    appointment_id: UUID | None
    kind: str  # a MessageMoment's value
    channel: Channel
    due_at: datetime
    status: str
    recallable_until: datetime | None = None
    possible_repeat: int = 0  # how often it may have left twice: a provider's yes was lost with its worker


class Messages(msgspec.Struct, frozen=True):
    """GET /cases/{case_id}/messages; POST /cases/{case_id}/messages/recall within 10 s of the plan."""

    messages: list[Message]


class AccountChannels(msgspec.Struct, frozen=True):
    """PUT /accounts/{account_id}/channels: how an expert or a colleague is told."""

    phone: str | None = None
    mail: str | None = None
    channels: list[Channel] = []


class AccountWishes(msgspec.Struct, frozen=True):
    """PATCH /accounts/{account_id}/channels: a number or an address that is not given stays; hours are replaced."""

    phone: str | None = None
    mail: str | None = None
    channels: list[Channel] = []
    from_hour: time | None = None  # for what does not press; None: 08:00–21:00
    to_hour: time | None = None
    entries: bool = False  # each appointment by mail, as an entry of their own calendar


class Reveal(msgspec.Struct, frozen=True):
    """POST /reveals with a RevealPermit: the number, to this caller only; audited."""

    permit: str


class KeepNumber(msgspec.Struct, frozen=True):
    """POST /kept-numbers with a KeepNumberPermit: one case's number, everything else it chose stays."""

    permit: str
    phone: str
    time_zone: str = "Europe/Paris"
    messages: bool = False  # they asked for a message now and the day before, at this number


class Revealed(msgspec.Struct, frozen=True):
    """POST /reveals; for a call-back also which other cases gave the same number, so that nobody is rung twice."""

    phone: str | None
    same_number: list[UUID] = []
