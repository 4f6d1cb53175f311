"""Calls to give back, and what became of a consultation three days later."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from services.referral.tables.schema import Moment, metadata

call_back = Table(
    "call_back",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("contact_id", Uuid),
    Column("asked_at", Moment, nullable=False),
    Column("asked_by", Text, nullable=False),  # voice | page | code
    Column("window_from", Moment, nullable=False),
    Column("window_to", Moment, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("discreet", Boolean, nullable=False),
    Column("voicemail", Boolean, nullable=False),
    Column("level", SmallInteger),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("next_at", Moment, nullable=False),
    Column("claimed_by", Uuid),
    Column("claimed_until", Moment),
    Column("ended_at", Moment),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("window_to > window_from", name="a_window_has_a_length"),
    CheckConstraint("attempts BETWEEN 0 AND 3", name="three_attempts_at_most"),
    Index("call_back_open", "window_to", postgresql_where=text("status IN ('waiting', 'unreached')")),
    Index("call_back_once", "case_id", unique=True, postgresql_where=text("status = 'waiting'")),
    Index("call_back_of_case", "case_id", "asked_at"),
    Index("call_back_to_forget", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
)
"""Someone asked to be rung; when, how discreetly, and never the number, which is in reminders' vault."""

call_back_attempt = Table(
    "call_back_attempt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_back_id", Uuid, ForeignKey("call_back.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False, index=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("expert_id", Uuid, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("missing_at", Moment, nullable=False),  # from when an answer that is not there is somebody's task
    Column("asked_at", Moment),
    Column("raised_at", Moment),
    Column("person_answer", Text),
    Column("person_answered_at", Moment),
    Column("expert_answer", Text),
    Column("expert_answered_at", Moment),
    Index("follow_up_to_ask", "due_at", postgresql_where=text("asked_at IS NULL")),
    Index(
        "follow_up_missing",
        "missing_at",
        postgresql_where=text("raised_at IS NULL AND (person_answer IS NULL OR expert_answer IS NULL)"),
    ),
    Index("follow_up_of_expert", "expert_id", postgresql_where=text("expert_answer IS NULL")),
)
"""What became of a consultation, asked of both sides three days later; codes only."""
