"""Experts, openings, the ledger of occupied time, appointments, and what the search reads."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZMULTIRANGE, TSTZRANGE

from services.booking.tables.schema import Moment, metadata

expert = Table(
    "expert",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("profession", Text, nullable=False),
    Column("modalities", ARRAY(Text), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("holiday_region", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("daily_limit", SmallInteger),  # appointments in one local day, None for as many as there is room for
)
"""What a search needs of an expert, as `ExpertChanged` tells it."""

expert_agenda = Table(
    "expert_agenda",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("told_version", BigInteger, nullable=False),
    Column("told", JSONB, nullable=False),
    Column("told_soonest", Moment),
    Column("shown_until", Date, nullable=False),
    Column("written_until", Date, nullable=False),
)
"""One row per expert: the version of its openings, and the availability last told to the house."""

consultation_type = Table(
    "consultation_type",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("public_name", Text, nullable=False),
    Column("private_name", Text, nullable=False),
    Column("visit", Text, nullable=False),
    Column("modality", Text, nullable=False),
    Column("duration", SmallInteger, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("buffer_before", SmallInteger, nullable=False),
    Column("buffer_after", SmallInteger, nullable=False),
    Column("minimum_notice", Integer, nullable=False),
    Column("horizon_days", SmallInteger, nullable=False),
    Column("cancel_limit", Integer, nullable=False),
    Column("move_limit", Integer, nullable=False),
    Column("colour", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("bookable_by", Text, nullable=False),
    Column("privacy", Text, nullable=False),
    Column("instructions_before", Text, nullable=False),
    Column("instructions_after", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
"""Durations, buffers and limits in minutes; what is no longer active is offered nowhere and never deleted."""

expert_consultation_type = Table(
    "expert_consultation_type",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("type_id", Uuid, primary_key=True),
    Column("duration", SmallInteger),
    Column("step", SmallInteger),
    Column("buffer_before", SmallInteger),
    Column("buffer_after", SmallInteger),
    Column("minimum_notice", Integer),
)
"""Where one expert's minutes differ from the type's."""

opening_rule = Table(
    "opening_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("rrule", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("online", Boolean, nullable=False),  # anyone may book it without a call, where a programme allows that
)
"""Wall-clock times; the modality is that of its types."""

opening_rule_type = Table(
    "opening_rule_type",
    metadata,
    Column("rule_id", Uuid, primary_key=True),
    Column("type_id", Uuid, primary_key=True),
)

opening_override = Table(
    "opening_override",
    metadata,
    Column("rule_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("cancelled", Boolean, nullable=False),
    Column("starts", Time),
    Column("ends", Time),
)
"""One day of a rule told differently."""

opening_occurrence = Table(
    "opening_occurrence",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("rule_id", Uuid, nullable=False),
    Column("expert_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
)
"""A rule on one day, in UTC: made by `domain.openings` and nowhere else."""

busy_block = Table(
    "busy_block",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_uid", Text),
    Column("rule_id", Uuid),
    Column("calendar_id", Uuid),
    Column("day", Date),
)
"""Absences, holidays, other agendas; they may lie over appointments that stand."""

claim = Table(
    "claim",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("kind", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("expires_at", Moment),
    Column("holder_id", Uuid),
    Column("appointment_id", Uuid),
    Column("type_id", Uuid),
    Column("starts_at", Moment),
    Column("held_since", Moment),
)
"""The one ledger of occupied time, buffers included: holds and appointments under one exclusion constraint."""

appointment = Table(
    "appointment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("type_id", Uuid, nullable=False),
    Column("case_id", Uuid),
    Column("referral_id", Uuid),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("expert_zone", Text, nullable=False),
    Column("person_zone", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("modality", Text, nullable=False),
    Column("visit", Text, nullable=False),
    Column("level", SmallInteger),
    Column("nickname", Text, nullable=False),
    Column("privacy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("ical_uid", Text, nullable=False),
    Column("seen_at", Moment),
    Column("arrived_at", Moment),
    Column("started_at", Moment),
    Column("late_minutes", SmallInteger),
    Column("told_unseen", Boolean, nullable=False),
    Column("told_alone", Boolean, nullable=False),
    Column("told_missed", Boolean, nullable=False),
    Column("replaces_id", Uuid),
    Column("cancel_reason", Text),
    Column("handed_back_at", Moment),
    Column("created_by", Uuid, nullable=False),
    Column("created_by_role", Text, nullable=False),
    Column("permit_experts", ARRAY(Uuid), nullable=False),
    Column("permit_not_experts", ARRAY(Uuid), nullable=False),
    Column("exclusions_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("calls", Text),  # who rings whom for a consultation by telephone: person | expert; None: not said
    Column("series_id", Uuid),
)
"""What was agreed; the permit's experts stay with it, so that no move reaches an excluded one."""

appointment_event = Table(
    "appointment_event",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Uuid, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
)
"""The history of an appointment; `seq` has no gap."""

agenda_day = Table(
    "agenda_day",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("type_id", Uuid, primary_key=True),
    Column("profession", Text, nullable=False),
    Column("modality", Text, nullable=False),
    Column("visit", Text, nullable=False),
    Column("duration", SmallInteger, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("buffer_before", SmallInteger, nullable=False),
    Column("buffer_after", SmallInteger, nullable=False),
    Column("minimum_notice", Integer, nullable=False),
    Column("free", TSTZMULTIRANGE, nullable=False),
    Column("first_free", Moment),
)
"""Derived: what the search reads; `agenda_refresh` fills it."""

availability_due = Table("availability_due", metadata, Column("expert_id", Uuid, nullable=False))
"""Agendas that changed since their availability was last told; rows may repeat."""
