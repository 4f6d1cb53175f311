"""How booking is stored; the constraints that keep its promises stand in the first migration."""

from services.booking.tables.agendas import (
    agenda_day,
    appointment,
    appointment_event,
    availability_due,
    busy_block,
    claim,
    consultation_type,
    expert,
    expert_agenda,
    expert_consultation_type,
    opening_occurrence,
    opening_override,
    opening_rule,
    opening_rule_type,
)
from services.booking.tables.away import absence_rule, calendar_feed, external_calendar, holiday_choice, holiday_plan
from services.booking.tables.giving import opening_ask, opening_given, opening_round, weekly_link
from services.booking.tables.schema import metadata

__all__ = [
    "agenda_day",
    "appointment",
    "absence_rule",
    "appointment_event",
    "availability_due",
    "busy_block",
    "claim",
    "consultation_type",
    "expert",
    "calendar_feed",
    "expert_agenda",
    "expert_consultation_type",
    "metadata",
    "opening_ask",
    "opening_given",
    "external_calendar",
    "holiday_choice",
    "holiday_plan",
    "opening_occurrence",
    "opening_override",
    "opening_round",
    "opening_rule",
    "opening_rule_type",
    "weekly_link",
]
