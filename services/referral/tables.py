"""How referral is stored: calls, cases, needs, referrals, experts, directory, tasks, urgent actions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.tables import house_tables

metadata = MetaData()
house_tables(metadata)

Moment = DateTime(timezone=True)


def _level(*, required: bool) -> Column[int]:
    return Column("level", SmallInteger, CheckConstraint("level BETWEEN 1 AND 5"), nullable=not required)


care_case = Table(
    "care_case",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("data_key", LargeBinary),  # wrapped; made with the first word typed, destroyed to erase
    Column("exclusions_version", Integer, nullable=False, server_default="0"),
    Column("erased_at", Moment),
)
"""A case is an id: no name, no number, no code."""

contact = Table(
    "contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=False), nullable=False, unique=True),
    Column("case_id", Uuid, ForeignKey("care_case.id"), nullable=False, index=True),
    Column("referral_id", Uuid),
    Column("listener_id", Uuid, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("final", Boolean, nullable=False, server_default="false"),
    Column("codes", JSONB, nullable=False),
    Column("typed", LargeBinary),  # sealed under the case's data key
    Column("saved_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("vocabulary", SmallInteger, nullable=False),
    Index("contact_open", "listener_id", postgresql_where=text("ended_at IS NULL")),
    Index("contact_by_start", "started_at"),
)

need = Table(
    "need",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("care_case.id"), nullable=False),
    Column("contact_id", Uuid, ForeignKey("contact.id"), nullable=False),
    Column("contact_version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    _level(required=True),
    Column("codes", JSONB, nullable=False),
    Column("typed", LargeBinary),
)
"""What was asked when it was handed over; never changed, a new one is made."""

referral = Table(
    "referral",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("care_case.id"), nullable=False, index=True),
    Column("contact_id", Uuid, ForeignKey("contact.id")),
    Column("need_id", Uuid, ForeignKey("need.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _level(required=True),
    Column("cycle", SmallInteger, nullable=False, server_default="1"),
    Column("created_at", Moment, nullable=False),
    Column("owner_id", Uuid),  # NULL: the desk's queue
    Column("next_action", Text),
    Column("next_action_at", Moment),
    Column("expert_id", Uuid),
    Column("appointment_id", Uuid),
    Column("starts_at", Moment),
    Column("modality", Text),
    CheckConstraint(
        "next_action_at IS NOT NULL OR status IN "
        "('completed', 'lost', 'cancelled_by_caller', 'cancelled_by_line', 'entered_in_error')",
        name="referral_has_a_next_action",
    ),
)

transition_log = Table(
    "transition_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("actor", Text, nullable=False),  # an account id, or the service that told
    Column("request_id", Text),
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False, index=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("expert_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("standing", Text, nullable=False),
    Column("starts_at", Moment),
    Column("modality", Text),
    Column("cancelled_by", Text),
    Column("replaced", Boolean, nullable=False, server_default="false"),
    Column("seen_version", Integer),
    Column("charged_at", Moment),
    Column("refunded_at", Moment),
    Index("appointment_charged", "charged_at", postgresql_where=text("refunded_at IS NULL")),
)
"""What referral learnt of booking's appointments: the highest version heard of each."""

expert = Table(
    "expert",
    metadata,
    Column("id", Uuid, primary_key=True),  # the account id
    Column("version", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("rpps", Text),
    Column("checked_at", Date, nullable=False),
    Column("modalities", ARRAY(Text), nullable=False),
    Column("specialties", JSONB, nullable=False),
    Column("audiences", ARRAY(Text), nullable=False),
    Column("places", JSONB, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("fee_cents", Integer),
    Column("fee_covered", Boolean, nullable=False),
    Column("gender", Text),
    Column("crisis", Boolean, nullable=False),
    Column("capacity", SmallInteger, nullable=False),
    Column("leave", JSONB, nullable=False),
    Column("exclusions", ARRAY(Text), nullable=False),
    Column("employer", LargeBinary),
    Column("time_zone", Text, nullable=False),
    Column("holiday_region", Text, nullable=False),
    Column("changed", BigInteger, nullable=False, server_default="0", index=True),  # by trigger
)

expert_standing = Table(
    "expert_standing",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("stride_pass", Double, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("first_free", JSONB, nullable=False, server_default="{}"),
    Column("announced", Boolean, nullable=False, server_default="false"),
    Column("changed", BigInteger, nullable=False, server_default="0", index=True),  # by trigger
)
"""What moves by the hour, apart from the wide row: the stride pass and the first free slots announced."""

colleague = Table(
    "colleague",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("open", Boolean, nullable=False),
)

structure = Table(
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("department", Text),
    Column("dated", Date),
    Column("dated_precision", Text),
    Column("details", JSONB, nullable=False),
    UniqueConstraint("source", "external_id"),
)

resource = Table(
    "service",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("department", Text),
    Column("phone", Text),
    Column("time_zone", Text, nullable=False),
    Column("dated", Date),
    Column("dated_precision", Text),
    Column("details", JSONB, nullable=False),
    UniqueConstraint("source", "external_id"),
    CheckConstraint("NOT public OR status = 'active'", name="only_the_living_is_public"),
)
"""A service of the directory; what was a device of spring 2020, or a project, is never public."""

figure = Table(
    "figure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    UniqueConstraint("source", "external_id"),
)

source_record = Table(
    "source_record",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("import_id", Uuid, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("kind", Text, nullable=False),  # structure | service | figure
    Column("target_id", Uuid, nullable=False, index=True),
    Column("documents", ARRAY(Text), nullable=False),  # which documents of the source said so
    Column("raw", JSONB, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
)
"""Where each row of the directory came from, exactly as it was read."""

task = Table(
    "task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("referral_id", Uuid),
    Column("contact_id", Uuid),
    Column("appointment_id", Uuid),
    Column("due_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("owner_id", Uuid),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("task_open", "due_at", postgresql_where=text("done_at IS NULL")),
    Index(
        "task_once",
        "kind",
        "case_id",
        "appointment_id",
        unique=True,
        postgresql_where=text("done_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
)

duty = Table(
    "duty",
    metadata,
    Column("position", SmallInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),  # of the post, E.164
)
"""Who is on call, in the order in which they are rung."""

urgent_action = Table(
    "urgent_action",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("contact_id", Uuid),
    Column("triggered_by", Uuid, nullable=False),
    Column("triggered_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", Text),
    Column("data_key", LargeBinary, nullable=False),  # wrapped, its own
    Column("details", LargeBinary),  # sealed: place, first name, number, means
    Index("urgent_waiting", "triggered_at", postgresql_where=text("status = 'triggered'")),
)

urgent_attempt = Table(
    "urgent_attempt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("urgent_action_id", Uuid, ForeignKey("urgent_action.id"), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("taken_up_at", Moment),
    Column("ended_at", Moment),
    Column("secret_hash", LargeBinary, unique=True),
    UniqueConstraint("urgent_action_id", "round", "position", "channel"),
    Index("urgent_pending", "at", postgresql_where=text("outcome = 'pending'")),
)
"""Every ring, as soon as it is to be made; the link's secret is kept only as a hash."""
