"""What people at the desk must do, who is on call, and every ring of an urgent action."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from services.referral.tables.schema import Moment, metadata

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
    Column("owner_id", Uuid),  # named when it is written, from level 3
    Column("version", Integer, nullable=False, server_default="1"),
    Column("level", SmallInteger, nullable=False, server_default="0"),
    Column("may_reach", Text),  # call | message | nothing: what the person allowed
    Column("taken_at", Moment),  # the named person, or another, said « je m'en occupe »
    Column("told_at", Moment),  # the duty manager was told
    Column("done_by", Uuid),
    Column("outcome", Text),
    Index("task_open", "due_at", postgresql_where=text("done_at IS NULL")),
    Index("task_owned", "owner_id", postgresql_where=text("done_at IS NULL")),
    Index("ix_task_referral_id", "referral_id"),
    Index(
        "task_once",
        "kind",
        "case_id",
        "referral_id",
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
    Column("push", Text),
)
"""The standing posts: rung in this order while nobody's turn covers the moment."""

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
    Column("department", Text),  # of the person: whose SAMU
    Column("raised_from", Text, nullable=False, server_default="desk"),  # desk | agenda | requests | room
    Column("acknowledged_account", Uuid),
    Column("handed_over_to", Text),
    Column("handed_over_at", Moment),
    Column("handed_over_by", Uuid),
    Column("confirmed_at", Moment),
    Column("confirmed_by", Uuid),
    Column("ended_at", Moment),
    Column("ended_by", Uuid),
    Column("reviewed_at", Moment),
    Column("reviewed_by", Uuid),
    Column("late_told_at", Moment),  # the managers were told that two people have not closed it, last
    CheckConstraint("reviewed_by <> ended_by", name="two_people_close"),
    Index(
        "urgent_waiting",
        "triggered_at",
        postgresql_where=text("acknowledged_at IS NULL AND status IN ('triggered', 'handed_over')"),
    ),
    Index("urgent_open", "triggered_at", postgresql_where=text("status NOT IN ('closed', 'called_back')")),
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
