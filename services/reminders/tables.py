"""How reminders is stored: the vault, what is known of appointments, and the plan of messages."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kit.tables import house_tables

metadata = MetaData()
house_tables(metadata)

Moment = DateTime(timezone=True)

contact = Table(
    "contact",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("phone", LargeBinary),
    Column("mail", LargeBinary),
    Column("channels", ARRAY(Text), nullable=False),
    Column("moments", ARRAY(Text), nullable=False),
    Column("from_hour", Time),
    Column("to_hour", Time),
    Column("given_at", Moment, nullable=False),
    Column("recalled_at", Moment),  # a recall that came before the booking was known here
    Column("forget_at", Moment, nullable=False),
    Column("number_hash", LargeBinary),  # keyed: two cases of one number are told apart without opening either
    Index("contact_to_forget", "forget_at"),
    Index("contact_of_number", "number_hash", postgresql_where=text("number_hash IS NOT NULL")),
)
"""The vault of cases: number and address sealed under the row's own data key; deleting the row destroys the key."""

account = Table(
    "account",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("duty", Boolean, nullable=False, server_default=text("false")),
    Column("wrapped_key", LargeBinary),
    Column("phone", LargeBinary),
    Column("mail", LargeBinary),
    Column("channels", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("from_hour", Time),
    Column("to_hour", Time),
    Column("entries", Boolean, nullable=False, server_default=text("false")),  # each appointment, into their calendar
    Index("account_on_duty", "account_id", postgresql_where=text("duty")),
    Index("account_with_entries", "account_id", postgresql_where=text("entries")),
)
"""The vault of accounts: how an expert or a colleague is told; `duty` as `AccountOpened` says."""

appointment = Table(
    "appointment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("expert_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("person_zone", Text, nullable=False),
    Column("expert_zone", Text, nullable=False),
    Column("privacy", Text, nullable=False),
    Column("forget_at", Moment, nullable=False),
    CheckConstraint("state <> 'booked' OR starts_at IS NOT NULL", name="booked_has_a_start"),
    Index("appointment_of_case", "case_id"),
    Index("appointment_of_referral", "referral_id"),
    Index("appointment_to_forget", "forget_at"),
    Index("appointment_of_expert", "expert_id", "starts_at", postgresql_where=text("state = 'booked'")),
)
"""What the highest version heard of an appointment said."""

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("appointment_id", Uuid),
    Column("urgent_action_id", Uuid),
    Column("thing_id", Uuid),  # the offer or the task of which an account is told
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient_id", Uuid, nullable=False),  # the case, or the account
    Column("case_id", Uuid),  # set when it is a person's
    Column("starts_at", Moment),
    Column("time_zone", Text, nullable=False),
    Column("first_due_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),  # moves on when a provider refuses
    Column("expires_at", Moment),
    Column("recallable_until", Moment),
    Column("status", Text, nullable=False, server_default="planned"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("possible_repeat", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("leased_until", Moment),
    Column("asked_until", Moment),
    Column("sent_at", Moment),
    Column("measured", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint(
        "appointment_id",
        "urgent_action_id",
        "thing_id",
        "version",
        "kind",
        "channel",
        "recipient_id",
        name="message_once",
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint("status IN ('planned', 'sending', 'sent', 'recalled', 'dropped', 'failed')", name="message_status"),
    CheckConstraint("status <> 'planned' OR expires_at IS NULL OR due_at < expires_at", name="due_before_the_start"),
    Index("message_due", "due_at", postgresql_where=text("status IN ('planned', 'sending')")),
    Index("message_to_measure", "sent_at", postgresql_where=text("status = 'sent' AND NOT measured")),
    Index("message_of_case", "case_id"),
    Index("message_of_appointment", "appointment_id"),
    Index("message_of_recipient", "recipient_id", postgresql_where=text("status = 'planned'")),
    Index("message_to_forget", "first_due_at", postgresql_where=text("appointment_id IS NULL")),
    Index("message_of_thing", "thing_id", postgresql_where=text("thing_id IS NOT NULL")),
)
"""The plan: one row per message; `possible_repeat` counts the times it may have left twice."""

entry = Table(
    "entry",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("stands", Boolean, nullable=False),
    Index("entry_that_stands", "starts_at", postgresql_where=text("stands")),
    Index("entry_of_account", "account_id"),
    Index("entry_to_forget", "starts_at"),
)
"""What an account's own calendar was last told of an appointment; `sequence` grows with every word (RFC 5546)."""

ended = Table(
    "ended",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("what", Text, nullable=False),  # case, referral, appointment, account
    Column("at", Moment, nullable=False, server_default=func.now()),
)
"""What is over for good, so that an event that comes late brings nothing back."""
