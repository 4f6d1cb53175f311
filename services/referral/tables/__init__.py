"""How referral is stored: calls, cases, needs, referrals, experts, directory, tasks, urgent actions."""

from services.referral.tables.calls import (
    appointment,
    care_case,
    consent,
    contact,
    contact_revision,
    need,
    referral,
    transition_log,
)
from services.referral.tables.desk import duty, task, urgent_action, urgent_attempt
from services.referral.tables.directory import figure, resource, source_record, structure
from services.referral.tables.matching import choice, weighting
from services.referral.tables.network import member, notice, notice_to, proof
from services.referral.tables.on_call import duty_state, duty_test, duty_turn, glass, samu_line
from services.referral.tables.orientations import case_exclusion, log_seal, log_unsealed, offer, timer
from services.referral.tables.people import colleague, expert, expert_standing
from services.referral.tables.practice import online_programme, practice
from services.referral.tables.returns import call_back, call_back_attempt, follow_up
from services.referral.tables.schema import metadata
from services.referral.tables.shift import (
    debrief,
    handover,
    incident,
    presence,
    telephone_call,
    telephone_event,
    watch,
)

__all__ = [
    "appointment",
    "call_back",
    "call_back_attempt",
    "care_case",
    "case_exclusion",
    "choice",
    "colleague",
    "consent",
    "contact",
    "contact_revision",
    "debrief",
    "duty",
    "duty_state",
    "duty_test",
    "duty_turn",
    "expert",
    "expert_standing",
    "figure",
    "follow_up",
    "glass",
    "handover",
    "incident",
    "log_seal",
    "log_unsealed",
    "member",
    "metadata",
    "need",
    "notice",
    "notice_to",
    "offer",
    "online_programme",
    "practice",
    "presence",
    "proof",
    "referral",
    "resource",
    "samu_line",
    "source_record",
    "structure",
    "task",
    "telephone_call",
    "telephone_event",
    "timer",
    "transition_log",
    "urgent_action",
    "urgent_attempt",
    "watch",
    "weighting",
]
