"""Who is on call and when, whether their telephones answered the last silent test, and the direct lines of the SAMU."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from services.referral.tables.schema import Moment, metadata

duty_turn = Table(
    "duty_turn",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid),  # NULL: a telephone without an account here
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),  # E.164
    Column("push", Text),  # where a push provider finds this telephone
    Column("rank", SmallInteger, nullable=False),  # rung first, second, …
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("set_by", Uuid, nullable=False),
    CheckConstraint("ends_at > starts_at", name="a_turn_has_a_length"),
    Index("duty_turn_ends", "ends_at"),
)
"""Who is on call from when to when. While nobody is, the standing posts of `duty` are rung."""

duty_state = Table(
    "duty_state",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("ladder", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
"""One row: the ladder that was last seen, so that its change is noticed once."""

duty_test = Table(
    "duty_test",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("why", Text, nullable=False),  # change | asked
    Column("who", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("taken_up_at", Moment),
    Column("ended_at", Moment),
    Index("duty_test_pending", "at", postgresql_where=text("outcome = 'pending'")),
    Index("duty_test_latest", "at"),
)
"""Silent tests of the ladder: each channel of each telephone, and whether a provider took it."""

samu_line = Table(
    "samu_line",
    metadata,
    Column("department", Text, primary_key=True),
    Column("number", Text, nullable=False),  # E.164
    Column("dated", Date, nullable=False),  # when it was last checked with them
    Column("set_by", Uuid, nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""The direct line of a département's SAMU, as the coordinator was given it; an absent row is unknown, never guessed."""

glass = Table(
    "glass",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("urgent_action_id", Uuid, ForeignKey("urgent_action.id"), nullable=False, index=True),
    Column("asked_by", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("allowed_by", Uuid),
    Column("allowed_at", Moment),
    Column("reads", SmallInteger, nullable=False, server_default="0"),
    Column("reviewed_at", Moment),
    Column("reviewed_by", Uuid),
    Column("verdict", Text),  # justified | to_discuss
    Column("told_at", Moment),  # the privacy officer was told, last
    CheckConstraint("allowed_by <> asked_by", name="two_people_break_a_glass"),
    CheckConstraint("reviewed_by <> asked_by", name="nobody_reviews_their_own_reading"),
    Index("glass_to_review", "allowed_at", postgresql_where=text("reviewed_at IS NULL AND allowed_at IS NOT NULL")),
)
"""Who asked to read what an urgent action holds once it is over, why, who allowed it, who looked at that since."""
