"""Shapes of referral: contacts (calls), sheets, ranked experts, tasks, urgent actions. No way to reach anyone."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from contracts.words import ExpertProfession, Modality, ReferralStatus, Subject

UNKNOWN = "unknown"
"""Typed by the listener for « inconnu »: asked and not known. Null is: not asked."""


class Sheet(msgspec.Struct, frozen=True):
    """The call sheet as it is typed; everything is optional, and `unknown` differs from null.

    Lists keep the listener's order; `level` is 1–5 and never preselected (care.md 1).
    """

    subject: Subject | None = None
    profession: str | None = None  # a code of GET /vocabulary professions, or `unknown`
    department: str | None = None  # "01"–"95", "2A", "971"…, or `unknown`
    employment: str | None = None  # employed | self_employed | student | relative | retired | unknown
    motives: list[str] = []
    level: int | None = None
    help: list[ExpertProfession] = []
    modalities: list[Modality] = []  # in order of preference
    languages: list[str] = []
    not_experts: list[UUID] = []
    not_departments: list[str] = []
    first_name: str | None = None  # chosen, never asked for a name
    notes: str | None = None
    plan: str | None = None  # the plan until a late appointment (care.md 6)
    prompts: dict[str, str] = {}  # suicidal ideas: intention, scenario, means, when, what_holds, who_is_there
    level_confirmed: bool = False  # « C'est voulu » answered
    time_zone: str | None = None
    accessibility: list[str] = []  # what a place of practice must offer: wheelchair, deaf, blind…
    fee_ceiling: int | None = None  # cents: dearer ones are not proposed; None when nothing was said
    windows: list[str] = []  # when they can: morning, afternoon, evening, night, weekend
    gender: str | None = None  # f | m: whom they would rather talk to; a wish, never a filter


class Contact(msgspec.Struct, frozen=True):
    """One call. POST /contacts starts it; GET /contacts?open=true lists the caller's open ones."""

    id: UUID
    case_id: UUID
    referral_id: UUID | None
    reference: str  # short, to name a call at the desk: "A-2911"
    started_at: datetime
    ended_at: datetime | None
    listener_id: UUID
    sheet: Sheet
    saved_at: datetime
    version: int
    final: bool = False
    asks: list[str] = []  # what the page must ask now: risk_prompts, level_meant, call_back_number, plan
    kind: str | None = None  # None: a call with a sheet; silent, wrong_number, … are counted apart
    cut_at: datetime | None = None  # the line dropped; anyone takes it up for two hours
    notice_at: datetime | None = None  # the confidentiality notice was said
    offered_to: UUID | None = None  # a colleague is asked to take it over
    revision: int = 0  # how often it was made final


class Contacts(msgspec.Struct, frozen=True):
    contacts: list[Contact]


class SheetChange(msgspec.Struct, frozen=True):
    """PATCH /contacts/{id}/sheet: only the fields that changed, as typed (JSON null empties one)."""

    changes: dict[str, Any]


class Reason(msgspec.Struct, frozen=True):
    """One part of the plain-French reason why an expert stands where they stand."""

    criterion: str
    share: float  # 0–1; 0.5 when unknown
    words: str


class Candidate(msgspec.Struct, frozen=True):
    """A ranked expert. `first_free` is what booking last announced; live slots come from booking."""

    expert_id: UUID
    name: str
    profession: ExpertProfession
    title: str  # "Psychologue clinicienne"
    department: str
    city: str
    modalities: list[Modality]
    languages: list[str]
    specialties: list[str]
    fee: str  # a sentence: « 50 €, à régler au professionnel », « Tarif à demander »
    fit: float  # 0–100
    first_free: datetime | None
    why: str  # the whole reason in one plain French sentence
    reasons: list[Reason]
    known: bool = False  # continuity: this case has met this expert


class Candidates(msgspec.Struct, frozen=True):
    """GET /contacts/{id}/candidates?limit=…&wider=…: `matching` of `network` pass the hard filters.

    `wider` is how far the listener went beyond what was asked: 0 not at all, 1 further away, 2 by video and telephone
    too, 3 other professions too; `next_wider` the next of these that may bring somebody.
    """

    candidates: list[Candidate]
    matching: int
    network: int
    earliest: UUID | None  # « Le plus tôt »
    best: UUID | None  # « Le plus adapté »
    widened: str | None = None  # how the search was widened, in French
    version: int = 0
    wider: int = 0
    next_wider: int | None = None


class BookingPermit(msgspec.Struct, frozen=True):
    """POST /contacts/{id}/permit: the sheet becomes a need and a referral, and the permit to book for it."""

    permit: str
    case_id: UUID
    referral_id: UUID


class Referral(msgspec.Struct, frozen=True):
    """GET /referrals/{id}."""

    id: UUID
    case_id: UUID
    contact_id: UUID | None
    status: ReferralStatus
    version: int
    level: int | None
    expert_id: UUID | None
    appointment_id: UUID | None
    starts_at: datetime | None
    modality: Modality | None
    next_action_at: datetime | None
    next_action: str | None
    created_at: datetime
    kind: str = "care"  # contracts.orientations.OrientationKind
    cycle: int = 1
    owner_id: UUID | None = None
    queue: str | None = None  # desk | coordination, while nobody by name owns it
    target_id: UUID | None = None
    follows_id: UUID | None = None
    may_wait: bool = False
    may_reach: str | None = None  # call | message | nothing
    outcome: str | None = None


class Transition(msgspec.Struct, frozen=True):
    at: datetime
    from_status: ReferralStatus | None
    to_status: ReferralStatus
    cause: str
    actor: str
    reason: str | None = None
    note: str | None = None  # a word typed with a decision, for whoever answers for the orientation


class Timeline(msgspec.Struct, frozen=True):
    """GET /referrals/{id}/timeline."""

    transitions: list[Transition]


class HeardHour(msgspec.Struct, frozen=True):
    """One appointment of an orientation, as booking last told it."""

    id: UUID
    expert_id: UUID
    expert: str
    standing: str  # booked | attended | missed | cancelled
    starts_at: datetime | None
    cancelled_by: str | None = None  # person | expert | staff


class HeardHours(msgspec.Struct, frozen=True):
    """GET /referrals/{id}/hours, the next to come first."""

    hours: list[HeardHour]


class ExpertCard(msgspec.Struct, frozen=True):
    """GET /experts/{id}: what a person with an appointment, and the desk, may read of an expert."""

    id: UUID
    name: str
    title: str
    profession: ExpertProfession
    city: str
    department: str
    languages: list[str]
    specialties: list[str]
    modalities: list[Modality]
    fee: str
    time_zone: str
    address: str | None = None


class ExpertCards(msgspec.Struct, frozen=True):
    """GET /experts?ids=…"""

    experts: list[ExpertCard]


class Task(msgspec.Struct, frozen=True):
    """Something a person must do at the desk: an unseen appointment, someone waiting alone, a cancel at level 3."""

    id: UUID
    kind: str  # unseen | waiting_alone | cancelled | no_show | message_failed
    case_id: UUID
    referral_id: UUID | None
    contact_id: UUID | None
    appointment_id: UUID | None
    due_at: datetime
    created_at: datetime
    done_at: datetime | None
    owner_id: UUID | None
    words: str
    version: int
    level: int = 0
    owner: str | None = None  # the name of whoever it is given to
    taken_at: datetime | None = None  # they, or another, said « je m'en occupe »
    may_reach: str | None = None  # call | message | nothing: what the person allowed
    outcome: str | None = None


class Tasks(msgspec.Struct, frozen=True):
    """GET /tasks?open=true; POST /tasks/{id}/take, /done."""

    tasks: list[Task]


class Term(msgspec.Struct, frozen=True):
    code: str
    label: str
    frequent: bool = False


class Vocabulary(msgspec.Struct, frozen=True):
    """GET /vocabulary: the closed lists of the sheet, most frequent first."""

    professions: list[Term]
    departments: list[Term]
    employments: list[Term]
    motives: list[Term]
    levels: list[Term]
    languages: list[Term]
    prompts: list[Term]
