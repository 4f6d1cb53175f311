"""Calls, cases, needs, referrals and what was learnt of their appointments."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.referral.tables.schema import Moment, metadata


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
    Column("kind", Text),  # NULL: a call with a sheet; else silent, wrong_number…, counted apart
    Column("cut_at", Moment),  # the line dropped; open to everyone at the desk for two hours
    Column("notice_at", Moment),  # the confidentiality notice was said
    Column("offered_to", Uuid),  # a colleague is asked to take the call over
    Column("offered_at", Moment),
    Column("revision", SmallInteger, nullable=False, server_default="0"),  # how often it was made final
    Index("contact_open", "listener_id", postgresql_where=text("ended_at IS NULL")),
    Index("contact_cut", "cut_at", postgresql_where=text("cut_at IS NOT NULL AND ended_at IS NULL")),
    Index("contact_by_start", "started_at"),
    Index("contact_of_listener", "listener_id", "started_at"),
)

contact_revision = Table(
    "contact_revision",
    metadata,
    Column("contact_id", Uuid, ForeignKey("contact.id"), primary_key=True),
    Column("revision", SmallInteger, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("written_by", Uuid, nullable=False),
    Column("vocabulary", SmallInteger, nullable=False),  # the version of the form on which it was written
    Column("codes", JSONB, nullable=False),
    Column("typed", LargeBinary),
)
"""Each final state of a sheet: a correction adds one, and none is rewritten."""

consent = Table(
    "consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("care_case.id"), nullable=False),
    Column("contact_id", Uuid),
    Column("scope", Text, nullable=False),
    Column("wording", SmallInteger, nullable=False),  # the version of the sentence that was read aloud
    Column("given_at", Moment, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    Column("withdrawn_at", Moment),
    Column("withdrawn_by", Text),
    Index("consent_once", "case_id", "scope", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    Index("consent_of_case", "case_id", "given_at"),
)
"""What the person allowed, by voice, one scope at a time; withdrawn in one gesture."""

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
    Index("need_by_age", "at"),
    Index("need_by_case", "case_id"),
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
    Column("kind", Text, nullable=False, server_default="care"),
    Column("target_id", Uuid),
    Column("follows_id", Uuid, index=True),
    Column("queue", Text),  # desk | coordination, while nobody by name owns it
    Column("wave", SmallInteger, nullable=False, server_default="0"),
    Column("may_wait", Boolean, nullable=False, server_default="false"),
    Column("may_reach", Text),
    Column("outcome", Text),
    Column("typed", LargeBinary),
    Index("referral_queue", "next_action_at", "id", postgresql_where=text("next_action_at IS NOT NULL")),
    Index("referral_owned", "owner_id", "next_action_at", "id", postgresql_where=text("next_action_at IS NOT NULL")),
    Index("referral_by_status", "status", "next_action_at", "id", postgresql_where=text("next_action_at IS NOT NULL")),
    Index(
        "referral_unowned",
        "queue",
        "next_action_at",
        "id",
        postgresql_where=text("next_action_at IS NOT NULL AND queue IS NOT NULL"),
    ),
    CheckConstraint(
        "next_action_at IS NULL OR owner_id IS NOT NULL OR queue IS NOT NULL", name="referral_has_an_owner"
    ),
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
    Column("offer_id", Uuid),  # set when the step is one of its offers'
    Column("reason", Text),
    Column("note", LargeBinary),  # sealed under the case's data key
)
"""Append only; each row waits in `log_unsealed` until a batch seals it into the chain of `log_seal`."""

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
    Column("ends_at", Moment),
    Column("seen_version", Integer),
    Column("charged_at", Moment),
    Column("charge", Double),  # what the pass was moved by: a refund takes back exactly that
    Column("refunded_at", Moment),
    Index("appointment_charged", "charged_at", postgresql_where=text("refunded_at IS NULL")),
)
"""What referral learnt of booking's appointments: the highest version heard of each."""
