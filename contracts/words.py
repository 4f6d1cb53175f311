"""The field's closed vocabularies, as they travel between processes and stand in the databases."""

from enum import StrEnum


class Role(StrEnum):
    """What a caller may be; roles are data with a scope (`contracts.caller.Grant`)."""

    PSYCHOLOGIST = "psychologist"
    VOLUNTEER = "volunteer"
    DUTY_MANAGER = "duty_manager"
    EXPERT = "expert"
    SECRETARY = "secretary"
    STRUCTURE_CONTACT = "structure_contact"
    PARTNER = "partner"
    TERRITORY_REFERENT = "territory_referent"
    COORDINATOR = "coordinator"
    PRIVACY_OFFICER = "privacy_officer"
    ADMIN = "admin"
    PERSON = "person"  # the soignant behind a link or a code: reaches one case only
    SERVICE = "service"  # one of our own processes


LISTENING = frozenset({Role.PSYCHOLOGIST, Role.VOLUNTEER, Role.DUTY_MANAGER})
"""The roles that sit at the desk and answer calls."""


class ExpertProfession(StrEnum):
    PSYCHOLOGIST = "psychologist"
    PSYCHIATRIST = "psychiatrist"
    GENERAL_PRACTITIONER = "general_practitioner"


class Modality(StrEnum):
    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in_person"


class VisitKind(StrEnum):
    FIRST = "first"
    FOLLOW_UP = "follow_up"


class Privacy(StrEnum):
    """How visible an appointment is for whoever looks over the shoulder; neutral unless chosen."""

    NEUTRAL = "neutral"
    SILENT = "silent"  # no message at all


class BookableBy(StrEnum):
    """Who may book a type of consultation by themselves; each includes the former."""

    LINE = "line"  # the helpline, and the professional
    PERSON = "person"  # also the person by their link
    ONLINE = "online"  # also anyone without a call, where a programme allows that


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    STARTED = "started"
    FULFILLED = "fulfilled"
    NO_SHOW = "noshow"
    CANCELLED_BY_PERSON = "cancelled_by_person"
    CANCELLED_BY_EXPERT = "cancelled_by_expert"
    CANCELLED_BY_STAFF = "cancelled_by_staff"


class ReferralStatus(StrEnum):
    """States of one need handed over; table in referral.md §2.2."""

    DRAFT = "draft"
    READY = "ready"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    ESCALATED = "escalated"
    ACCEPTED = "accepted"
    BOOKED = "booked"
    ENGAGED = "engaged"
    COMPLETED = "completed"
    LOST = "lost"
    CANCELLED_BY_CALLER = "cancelled_by_caller"
    CANCELLED_BY_LINE = "cancelled_by_line"
    ENTERED_IN_ERROR = "entered_in_error"


class Channel(StrEnum):
    SMS = "sms"
    MAIL = "mail"


class MessageMoment(StrEnum):
    """Which messages a person may choose; nothing is chosen beforehand."""

    NOW = "now"
    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"


class Subject(StrEnum):
    """For whom someone calls."""

    SELF = "self"
    RELATIVE = "relative"
    COLLEAGUE = "colleague"


class LinkPurpose(StrEnum):
    CASE = "case"
    OFFER = "offer"
    FORM = "form"
    INVITATION = "invitation"  # opens an account, once
