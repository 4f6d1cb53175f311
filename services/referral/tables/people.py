"""Experts of the network, where they stand, and the names of accounts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.referral.tables.schema import Moment, metadata

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
    Column("offered", Boolean, nullable=False, server_default="true"),
    Column("listed", Boolean, nullable=False, server_default="false"),
    Column("accessibility", ARRAY(Text), nullable=False, server_default="{}"),
    Column("coverage", Text, nullable=False, server_default=""),
    Column("changed", BigInteger, nullable=False, server_default="0", index=True),  # by trigger
    Index("expert_by_name", "name", "id"),
)

expert_standing = Table(
    "expert_standing",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("stride_pass", Double, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("first_free", JSONB, nullable=False, server_default="{}"),
    Column("announced", Boolean, nullable=False, server_default="false"),
    Column("closed_since", Moment),  # when booking began to say that nothing is open
    Column("full_until", Date),  # a capacity of 0 until that day, by their own word
    Index("standing_full", "full_until", postgresql_where=text("full_until IS NOT NULL")),
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
