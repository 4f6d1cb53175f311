"""Every event of the house, and who listens: facts in the past tense that only ever gain fields with defaults."""

from datetime import date, datetime
from uuid import UUID

from contracts.afterwards import CallBackCancelled as CallBackCancelled
from contracts.afterwards import Event as Event
from contracts.afterwards import FollowUpDue as FollowUpDue
from contracts.afterwards import ManagerNeeded as ManagerNeeded
from contracts.away import AppointmentClashes as AppointmentClashes
from contracts.away import AppointmentHandedBack as AppointmentHandedBack
from contracts.away import AppointmentKept as AppointmentKept
from contracts.away import AppointmentUncovered as AppointmentUncovered
from contracts.away import OtherHourWanted as OtherHourWanted
from contracts.giving import OpeningsAsked as OpeningsAsked
from contracts.groups import ProfessionalBeside as ProfessionalBeside
from contracts.groups import SeatEnded as SeatEnded
from contracts.groups import SeatTaken as SeatTaken
from contracts.joining import ExpertInvited as ExpertInvited
from contracts.joining import NoticePosted as NoticePosted
from contracts.joining import ProofExpiring as ProofExpiring
from contracts.waiting import ModalityChanged as ModalityChanged
from contracts.waiting import ReferralWaitlisted as ReferralWaitlisted
from contracts.waiting import SlotOfferClosed as SlotOfferClosed
from contracts.waiting import SlotOffered as SlotOffered
from contracts.waiting import SlotToTell as SlotToTell
from contracts.waiting import WaitingUnanswered as WaitingUnanswered
from contracts.words import (
    Channel,
    ExpertProfession,
    LinkPurpose,
    MessageMoment,
    Modality,
    Privacy,
    Role,
    VisitKind,
)


class AppointmentBooked(Event, frozen=True):
    appointment_id: UUID
    version: int  # a listener ignores a version that it has passed
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime
    ends_at: datetime
    person_zone: str
    modality: Modality
    privacy: Privacy
    expert_zone: str = "Europe/Paris"
    visit: VisitKind = VisitKind.FIRST
    replaces_id: UUID | None = None
    by: str = ""  # expert: whoever made it in their own agenda need not be told
    told_with: UUID | None = None  # one of a series: what is said at once of that appointment is said of this one too


class AppointmentMoved(Event, frozen=True):
    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime
    ends_at: datetime
    person_zone: str
    modality: Modality
    privacy: Privacy
    expert_zone: str = "Europe/Paris"
    replaces_id: UUID | None = None  # the former appointment, when the expert changed
    by: str = "person"  # person | expert | staff


class AppointmentCancelled(Event, frozen=True):
    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime
    by: str  # person | expert | staff


class AppointmentAttended(Event, frozen=True):
    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID


class AppointmentMissed(Event, frozen=True):
    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID


class AppointmentUnseen(Event, frozen=True):
    """Under 12 h away and not seen by the professional 90 minutes before (care.md 9)."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime


class AppointmentSeen(Event, frozen=True):
    """The professional has seen it: closes the desk's task, if there was one."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID


class PersonWaitingAlone(Event, frozen=True):
    """Arrived, nobody there 7 minutes past the hour (care.md 8)."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime


class AvailabilityChanged(Event, frozen=True):
    """An expert's first free slot per modality, for first visits; a missing modality has none."""

    expert_id: UUID
    version: int
    first_free: dict[Modality, datetime]


class ExpertChanged(Event, frozen=True):
    """What booking needs to know of an expert; identity, fees and specialties stay in referral."""

    expert_id: UUID
    version: int
    profession: ExpertProfession
    modalities: tuple[Modality, ...]
    time_zone: str
    holiday_region: str
    active: bool
    leave: tuple[tuple[date, date], ...] = ()  # first and last day away


class CaseExclusionsChanged(Event, frozen=True):
    case_id: UUID
    version: int
    not_experts: tuple[UUID, ...]


class ReferralClosed(Event, frozen=True):
    """Future appointments and waiting entries of the referral end."""

    referral_id: UUID
    version: int
    case_id: UUID
    reason: str


class ReferralOffered(Event, frozen=True):
    """A need was put to a target: they are told that something waits, and nothing of what it is."""

    offer_id: UUID
    version: int
    target_id: UUID
    expires_at: datetime
    by_link: bool = False  # a structure or a service without an account: a link of one purpose
    at_night: bool = False  # level 4: quiet hours do not hold it back
    time_zone: str = "Europe/Paris"


class OfferClosed(Event, frozen=True):
    """Accepted, declined, expired or withdrawn: nothing more is sent of it, its link opens no more."""

    offer_id: UUID
    version: int
    target_id: UUID
    outcome: str


class LinkMade(Event, frozen=True):
    """Reminders made a secret for a message: identity learns its hash and what it opens, nothing else."""

    link_hash: str  # hex SHA-256 of the secret
    purpose: LinkPurpose
    target_id: UUID  # a case, an offer, a form
    expires_at: datetime | None = None  # None: follows the case's last appointment


class LinksMade(Event, frozen=True):
    """The links of one batch of messages: one event for a hundred of them."""

    links: tuple[LinkMade, ...]


class CaseLastAppointment(Event, frozen=True):
    """Booking tells identity until when a case's links open: 2 h after its last appointment (care.md 14)."""

    case_id: UUID
    version: int
    opens_until: datetime


class MessageFailed(Event, frozen=True):
    """No provider would take a message: the desk must know."""

    case_id: UUID | None
    appointment_id: UUID | None
    channel: Channel
    moment: MessageMoment | None


class UrgentActionTriggered(Event, frozen=True):
    """Second path only: referral has already rung (care.md 3)."""

    urgent_action_id: UUID
    version: int


class CaseErased(Event, frozen=True):
    case_id: UUID


class AccountOpened(Event, frozen=True):
    account_id: UUID
    version: int
    roles: tuple[Role, ...]
    display_name: str


class AccountClosed(Event, frozen=True):
    account_id: UUID
    version: int


LISTENERS: dict[type[Event], tuple[str, ...]] = {
    AppointmentBooked: ("referral", "reminders"),
    AppointmentMoved: ("referral", "reminders"),
    AppointmentCancelled: ("referral", "reminders"),
    AppointmentAttended: ("referral",),
    AppointmentMissed: ("referral", "reminders"),
    AppointmentUnseen: ("referral", "reminders"),
    AppointmentSeen: ("referral",),
    PersonWaitingAlone: ("referral", "reminders"),
    AvailabilityChanged: ("referral",),
    ExpertChanged: ("booking",),
    CaseExclusionsChanged: ("booking",),
    ReferralClosed: ("booking", "reminders"),
    ReferralOffered: ("reminders",),
    OpeningsAsked: ("reminders",),
    OfferClosed: ("reminders",),
    ManagerNeeded: ("reminders",),
    AppointmentUncovered: ("referral",),
    AppointmentHandedBack: ("referral",),
    AppointmentKept: ("referral", "reminders"),
    OtherHourWanted: ("reminders",),
    AppointmentClashes: ("reminders",),
    ExpertInvited: ("reminders",),
    ProofExpiring: ("reminders",),
    NoticePosted: ("reminders",),
    LinkMade: ("identity",),
    LinksMade: ("identity",),
    CaseLastAppointment: ("identity",),
    MessageFailed: ("referral",),
    UrgentActionTriggered: ("reminders",),
    CallBackCancelled: ("reminders",),
    FollowUpDue: ("reminders",),
    CaseErased: ("identity", "booking", "reminders"),
    ReferralWaitlisted: ("booking",),
    SlotOffered: ("reminders",),
    SlotOfferClosed: ("referral", "reminders"),
    SlotToTell: ("referral",),
    WaitingUnanswered: ("referral",),
    ModalityChanged: ("referral", "reminders"),
    ProfessionalBeside: ("reminders",),
    SeatTaken: ("reminders",),
    SeatEnded: ("reminders",),
    AccountOpened: ("referral", "reminders"),
    AccountClosed: ("referral", "booking", "reminders"),
}
"""The whole choreography of the house: which services hear each event."""
