"""How referral is stored: calls, cases, needs, referrals, experts, directory, tasks, urgent actions."""

from services.referral.tables.calls import appointment, care_case, contact, need, referral, transition_log
from services.referral.tables.desk import duty, task, urgent_action, urgent_attempt
from services.referral.tables.directory import figure, resource, source_record, structure
from services.referral.tables.people import colleague, expert, expert_standing
from services.referral.tables.schema import metadata

__all__ = [
    "appointment",
    "care_case",
    "colleague",
    "contact",
    "duty",
    "expert",
    "expert_standing",
    "figure",
    "metadata",
    "need",
    "referral",
    "resource",
    "source_record",
    "structure",
    "task",
    "transition_log",
    "urgent_action",
    "urgent_attempt",
]
