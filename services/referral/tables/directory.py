"""Structures, services and figures, and where each row came from."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.referral.tables.schema import Moment, metadata

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
