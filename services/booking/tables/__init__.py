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
from services.booking.tables.away import (
    absence_rule,
    calendar_feed,
    clash_settled,
    external_calendar,
    holiday_choice,
    holiday_plan,
)
from services.booking.tables.giving import opening_ask, opening_given, opening_round, weekly_link
from services.booking.tables.schema import metadata
from services.booking.tables.together import appointment_guest, group_place, group_session
from services.booking.tables.waiting import slot_freed, waiting_entry, waiting_offer

__all__ = [
    "absence_rule",
    "agenda_day",
    "appointment",
    "appointment_event",
    "appointment_guest",
    "availability_due",
    "busy_block",
    "calendar_feed",
    "claim",
    "clash_settled",
    "consultation_type",
    "expert",
    "expert_agenda",
    "expert_consultation_type",
    "external_calendar",
    "group_place",
    "group_session",
    "holiday_choice",
    "holiday_plan",
    "metadata",
    "opening_ask",
    "opening_given",
    "opening_occurrence",
    "opening_override",
    "opening_round",
    "opening_rule",
    "opening_rule_type",
    "slot_freed",
    "waiting_entry",
    "waiting_offer",
    "weekly_link",
]
