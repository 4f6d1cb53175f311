"""Who waits for an hour, what was offered to them, and the time that has just come free."""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE

from services.booking.tables.schema import Moment, metadata

waiting_entry = Table(
    "waiting_entry",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("visit", Text, nullable=False),
    Column("modalities", ARRAY(Text), nullable=False),
    Column("professions", ARRAY(Text), nullable=False),
    Column("experts", ARRAY(Uuid), nullable=False),
    Column("not_experts", ARRAY(Uuid), nullable=False),
    Column("exclusions_version", Integer, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("nickname", Text, nullable=False),
    Column("person_zone", Text, nullable=False),
    Column("windows", JSONB, nullable=False),
    Column("from_hour", Time),
    Column("to_hour", Time),
    Column("since", Moment),
    Column("until", Moment, nullable=False),
    Column("appointment_id", Uuid),
    Column("status", Text, nullable=False),
    Column("ignored", SmallInteger, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("last_offer_at", Moment),
    Column("version", Integer, nullable=False),
    Column("heard_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
)
"""One need that waits: what its permit reaches, when it suits, when they look at their telephone; no reason."""

waiting_offer = Table(
    "waiting_offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entry_id", Uuid, nullable=False),
    Column("expert_id", Uuid, nullable=False),
    Column("type_id", Uuid, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("mode", Text, nullable=False),
    Column("claim_id", BigInteger),
    Column("depth", SmallInteger, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("answer", Text),
    Column("answered_at", Moment),
)
"""One hour put to one who waits; held for them alone (`exclusive`), for the first of a few, or told by a person."""

slot_freed = Table(
    "slot_freed",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("depth", SmallInteger, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Time that may be free again, written by triggers wherever an agenda gives some back; a tick looks and removes it."""
