"""Shapes of the network: its members, their profiles and proofs, imports, and who is missing where."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from contracts.words import ExpertProfession, Modality


class Standing(StrEnum):
    """What may stand out in a member, and what a list or a message is narrowed to."""

    IN_THE_NETWORK = ""
    TO_INVITE = "to_invite"
    INVITED = "invited"
    CLOSED = "closed"
    UNVERIFIED = "unverified"
    EXPIRING = "expiring"
    TO_CHECK = "to_check"
    AWAY = "away"
    DORMANT = "dormant"
    FULL = "full"
    NOT_OFFERED = "not_offered"
    NO_CHARTER = "no_charter"
    LISTED = "listed"


class Practice(msgspec.Struct, frozen=True):
    """A place of practice; without coordinates the département's chef-lieu counts."""

    city: str
    department: str
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Away(msgspec.Struct, frozen=True):
    """First and last day of a leave."""

    first: date
    last: date


class Proof(msgspec.Struct, frozen=True):
    """`kind`: rpps | insurance | training | crisis | supervision | other; `checked_at` None: only said."""

    id: UUID
    kind: str
    reference: str
    obtained_on: date | None
    expires_on: date | None
    said_at: datetime
    checked_at: datetime | None


class NewProof(msgspec.Struct, frozen=True):
    """POST /me/expert/proofs (said) or /network/experts/{id}/proofs (checked)."""

    kind: str
    reference: str = ""
    obtained_on: date | None = None
    expires_on: date | None = None


class Profile(msgspec.Struct, frozen=True):
    """GET /me/expert, GET /network/experts/{id}: everything but ways to reach, which reminders keeps."""

    id: UUID
    version: int
    active: bool
    name: str
    title: str
    profession: ExpertProfession
    rpps: str | None
    checked_at: date | None  # None: never
    specialties: dict[str, float]  # by motive: 1 a specialty, less a practice
    audiences: list[str]
    languages: list[str]
    modalities: list[Modality]
    places: list[Practice]
    fee_cents: int | None
    fee_covered: bool
    coverage: str
    gender: str | None
    crisis: bool
    capacity: int
    leave: list[Away]
    exclusions: list[str]
    accessibility: list[str]
    offered: bool
    listed: bool
    time_zone: str
    charter_at: datetime | None = None
    charter_version: int | None = None
    charter_now: int = 0  # the charter's present version
    invited_at: datetime | None = None
    joined_at: datetime | None = None
    origin: str = ""
    proofs: list[Proof] = []
    holiday_region: str = "metropole"


class ProfileChange(msgspec.Struct, frozen=True):
    """PATCH /me/expert, PATCH /network/experts/{id}, with If-Match: only the fields that changed."""

    changes: dict[str, Any]


class Member(msgspec.Struct, frozen=True):
    """One line of the network; `states` say what stands out."""

    id: UUID
    name: str
    title: str
    profession: ExpertProfession
    city: str
    department: str
    capacity: int
    taken: int  # new people in 7 days
    first_free: datetime | None
    states: list[str]


class Members(msgspec.Struct, frozen=True):
    """GET /network/experts?q&profession&department&standing&after: by name; `after` asks for the next page."""

    members: list[Member]
    matching: int
    after: str | None = None


class Missing(msgspec.Struct, frozen=True):
    """One département and profession: how many members, how many with an opening, how many asked in 90 days."""

    department: str
    profession: ExpertProfession
    members: int
    open: int
    asked: int


class Overview(msgspec.Struct, frozen=True):
    """GET /network: counts by state, and who is missing where, the most asked for first."""

    members: int
    states: dict[str, int]
    missing: list[Missing]


class ImportRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a file, as text; ways to reach are not among them."""

    rpps: str = ""
    name: str = ""
    title: str = ""
    profession: str = ""
    city: str = ""
    department: str = ""
    address: str = ""
    modalities: str = ""
    languages: str = ""
    specialties: str = ""
    audiences: str = ""
    capacity: str = ""
    fee: str = ""
    checked_on: str = ""
    origin: str = ""


class Import(msgspec.Struct, frozen=True):
    """POST /network/imports: without `apply` a dry run; with it, `expected` is the fingerprint that was shown."""

    rows: list[ImportRow]
    apply: bool = False
    expected: str = ""


class FieldChange(msgspec.Struct, frozen=True):
    field: str
    before: str
    after: str


class ImportLine(msgspec.Struct, frozen=True):
    """`kind`: new | changed | same | wrong."""

    row: int  # from 1
    kind: str
    name: str
    expert_id: UUID | None = None
    changes: list[FieldChange] = []
    errors: dict[str, str] = {}


class Imported(msgspec.Struct, frozen=True):
    """The difference, line by line; `fingerprint` names it."""

    lines: list[ImportLine]
    fingerprint: str
    applied: bool = False


class Invited(msgspec.Struct, frozen=True):
    """POST /network/experts/{id}/invite."""

    expert_id: UUID
    invited_at: datetime


class NewNotice(msgspec.Struct, frozen=True):
    """POST /network/notices: to everyone whom these filters show now."""

    text: str
    q: str = ""
    profession: str = ""
    department: str = ""
    standing: Standing = Standing.IN_THE_NETWORK


class Sent(msgspec.Struct, frozen=True):
    notice_id: UUID
    recipients: int


class Notice(msgspec.Struct, frozen=True):
    """GET /me/notices: what the coordination wrote."""

    id: UUID
    at: datetime
    text: str
    read_at: datetime | None


class Notices(msgspec.Struct, frozen=True):
    notices: list[Notice]


class Charter(msgspec.Struct, frozen=True):
    """POST /me/expert/charter: the version that was read."""

    version: int


class Listed(msgspec.Struct, frozen=True):
    """One professional of the public list, who consented to stand there."""

    name: str
    title: str
    profession: ExpertProfession
    city: str
    department: str
    modalities: list[Modality]
    languages: list[str]
    specialties: list[str]
    fee: str
    coverage: str
    accessibility: list[str]


class Listing(msgspec.Struct, frozen=True):
    """One département on the map of the public list: its chef-lieu, and how many stand there."""

    code: str
    name: str
    latitude: float
    longitude: float
    count: int


class PublicList(msgspec.Struct, frozen=True):
    """GET /public/experts?department&profession&after: everyone may ask."""

    experts: list[Listed]
    departments: list[Listing]
    after: str | None = None
