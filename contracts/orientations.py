"""Shapes of orientations and their offers: one need, many offers, one winner; no way to reach anyone."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.words import ExpertProfession, Modality, ReferralStatus


class OrientationKind(StrEnum):
    """What is handed over: care by the network, a place or a service, or something that is not care."""

    CARE = "care"
    STRUCTURE = "structure"
    SERVICE = "service"
    ADVICE_SHEET = "advice_sheet"
    DOCUMENT = "document"
    GROUP = "group"
    MATERIAL_HELP = "material_help"


class TargetKind(StrEnum):
    EXPERT = "expert"
    STRUCTURE = "structure"
    SERVICE = "service"


class OfferStatus(StrEnum):
    """States of one need put to one target; table in referral.md §2.3."""

    CREATED = "created"
    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why a target says no, each with its effect."""

    CAPACITY = "capacity"
    COMPETENCE = "competence"
    CONFLICT = "conflict"
    DELAY = "delay"
    MODALITY = "modality"
    FEE = "fee"
    OTHER = "other"


class CallerRefusal(StrEnum):
    """What the caller does not want; it never counts against the expert."""

    PERSON = "person"
    PLACE = "place"
    PRICE = "price"
    DELAY = "delay"
    HELP = "help"


class MayReach(StrEnum):
    """What the caller allows when something goes wrong (care.md 7)."""

    CALL = "call"
    MESSAGE = "message"
    NOTHING = "nothing"


class NewOrientation(msgspec.Struct, frozen=True):
    """POST /referrals: one more orientation of a call's case, beside the others.

    `given`: handed over during the call (an advice sheet read aloud, a document): ends at once, and counts.
    """

    contact_id: UUID
    kind: OrientationKind = OrientationKind.CARE
    target_id: UUID | None = None  # a structure or a service of the directory
    label: str = ""  # which sheet, document, group or help, in a few words without a name
    given: bool = False
    may_reach: MayReach | None = None
    may_wait: bool = False


class NewOffers(msgspec.Struct, frozen=True):
    """POST /referrals/{id}/offers: the next wave by the rules, or to the targets that a person chose."""

    targets: list[UUID] = []
    target_kind: TargetKind = TargetKind.EXPERT
    note: str = ""  # a word for whoever accepts, re-read by the listener; shown after the accept only


class Choice(msgspec.Struct, frozen=True):
    """POST /referrals/{id}/{waitlist,escalate,own,release,decide}: what a person decides, with a word or a code."""

    reason: str = ""
    note: str = ""


class Refused(msgspec.Struct, frozen=True):
    """POST /referrals/{id}/refuse: the caller does not want what was found."""

    reason: CallerRefusal


class PassedOn(msgspec.Struct, frozen=True):
    """POST /referrals/{id}/pass-on: « réorientation », a new orientation that follows this one."""

    help: list[ExpertProfession] = []
    note: str = ""


class Decline(msgspec.Struct, frozen=True):
    """POST /offers/{id}/decline. `until` with capacity, `motive` with competence; `counter_*` proposes otherwise."""

    reason: DeclineReason
    until: date | None = None
    motive: str | None = None
    counter_at: datetime | None = None
    counter_modality: Modality | None = None


class Declined(msgspec.Struct, frozen=True):
    """The answer to a decline; `may_stop` names a motive declined three times: the expert may ask for no more of it."""

    id: UUID
    status: OfferStatus
    may_stop: str | None = None


class Offer(msgspec.Struct, frozen=True):
    """GET /referrals/{id}/offers: one line of an orientation, for the desk."""

    id: UUID
    target_kind: TargetKind
    target_id: UUID
    target_name: str
    status: OfferStatus
    cycle: int
    wave: int
    created_at: datetime
    expires_at: datetime
    version: int
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    counter_at: datetime | None = None
    counter_modality: Modality | None = None


class Offers(msgspec.Struct, frozen=True):
    offers: list[Offer]


class MyOffer(msgspec.Struct, frozen=True):
    """GET /offers: what a target reads. Before the accept: codes only, no department, no rare profession."""

    id: UUID
    status: OfferStatus
    expires_at: datetime
    sent_at: datetime
    version: int
    level: int
    kind: OrientationKind
    help: list[ExpertProfession]
    motives: list[str]  # in words
    modalities: list[Modality]
    languages: list[str]  # in words
    region: str | None
    profession: str | None  # its family, in words
    subject: str | None
    reason: str | None = None
    answered_at: datetime | None = None
    first_name: str | None = None  # after the accept
    note: str | None = None  # after the accept
    starts_at: datetime | None = None  # once booked
    asked: list[str] = []  # codes of the motives, in the order of their words
    windows: list[str] = []  # when the person can
    may_book: bool = False  # accepted, and no hour is found yet
    time_zone: str = "Europe/Paris"  # of who reads it: the hours that they propose are theirs


class MyOffers(msgspec.Struct, frozen=True):
    offers: list[MyOffer]


class QueueRow(msgspec.Struct, frozen=True):
    """One open orientation of the work queue."""

    id: UUID
    case_id: UUID
    contact_id: UUID | None
    reference: str | None
    kind: OrientationKind
    status: ReferralStatus
    level: int
    cycle: int
    next_action: str
    next_action_at: datetime
    owner_id: UUID | None
    owner: str | None  # a name, or None while it is in a queue
    queue: str | None  # desk | coordination
    version: int
    offers_open: int = 0
    starts_at: datetime | None = None


class Queue(msgspec.Struct, frozen=True):
    """GET /referrals?whose=&status=&limit=&after=: the most pressing first; `next` is the key of the next page."""

    rows: list[QueueRow]
    next: str | None = None


class CaseOrientation(msgspec.Struct, frozen=True):
    """One orientation of a case, open or ended; « a eu lieu » and no more once it was met (care.md 19)."""

    id: UUID
    kind: OrientationKind
    status: ReferralStatus
    created_at: datetime
    level: int
    cycle: int
    version: int
    label: str | None = None
    target_name: str | None = None
    owner: str | None = None
    next_action: str | None = None
    next_action_at: datetime | None = None
    starts_at: datetime | None = None
    outcome: str | None = None
    follows_id: UUID | None = None


class CaseOrientations(msgspec.Struct, frozen=True):
    """GET /cases/{id}/referrals."""

    orientations: list[CaseOrientation]


class Target(msgspec.Struct, frozen=True):
    """A structure or a service of the directory to which an orientation can go."""

    id: UUID
    kind: TargetKind
    name: str
    department: str | None
    phone: str | None
    mail: str | None


class Targets(msgspec.Struct, frozen=True):
    """GET /targets?q=&department=."""

    targets: list[Target]
