"""Offers and their timers, whom a case does not want, and the seals of the log."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
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

from services.referral.tables.schema import Moment, metadata

_OPEN = text("status IN ('created', 'sent', 'seen')")

offer = Table(
    "offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.id"), nullable=False, index=True),
    Column("case_id", Uuid, nullable=False),
    Column("cycle", SmallInteger, nullable=False),
    Column("wave", SmallInteger, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("answered_at", Moment),
    Column("reason", Text),
    Column("reason_by", Text),  # target | caller | line
    Column("motive", Text),
    Column("until", Date),
    Column("counter_at", Moment),
    Column("counter_modality", Text),
    Column("charge", Double),  # what it weighs in the expert's share until the appointment does
    Column("note", LargeBinary),  # sealed; shown after the accept
    CheckConstraint("expires_at > sent_at", name="an_offer_has_time"),
    Index(
        "offer_one_winner",
        "referral_id",
        "cycle",
        unique=True,
        postgresql_where=text("status = 'accepted'"),
    ),
    Index(
        "offer_once",
        "referral_id",
        "cycle",
        "target_id",
        unique=True,
        postgresql_where=text("status IN ('created', 'sent', 'seen', 'accepted')"),
    ),
    Index("offer_of_target", "target_id", "sent_at"),
    Index("offer_charged", "target_id", postgresql_where=text("charge IS NOT NULL")),
    Index("offer_waiting", "expires_at", postgresql_where=_OPEN),
)
"""One need put to one target; the database itself lets one only be accepted in a cycle."""

timer = Table(
    "timer",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("referral_id", Uuid),
    Column("thing_id", Uuid),
    Column("cycle", SmallInteger, nullable=False, server_default="0"),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
)
"""What falls due by the clock; claimed with SKIP LOCKED, gone once it was looked at."""

case_exclusion = Table(
    "case_exclusion",
    metadata,
    Column("case_id", Uuid, ForeignKey("care_case.id"), primary_key=True),
    Column("expert_id", Uuid, primary_key=True),
    Column("why", Text, nullable=False),  # conflict | caller
    Column("at", Moment, nullable=False),
)
"""Who is never proposed to this one case, beside what its sheet says."""

log_unsealed = Table(
    "log_unsealed",
    metadata,
    Column("log_id", BigInteger, primary_key=True, autoincrement=False),
)

log_seal = Table(
    "log_seal",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("log_ids", ARRAY(BigInteger), nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The chain over the log: each seal holds the hash of its rows and of the seal before it."""
