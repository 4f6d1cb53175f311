"""The weights of matching, one row per version, and what stood on the list when someone was chosen."""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.referral.tables.schema import Moment, metadata

weighting = Table(
    "weighting",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", Uuid, nullable=False),
    Column("why", Text, nullable=False),
    Column("weights", JSONB, nullable=False),
)
"""The highest version counts; none: the design's own."""

choice = Table(
    "choice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("contact_id", Uuid, ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Uuid, nullable=False),
    Column("expert_id", Uuid, nullable=False),
    Column("first_id", Uuid),
    Column("place", SmallInteger),
    Column("weights_version", Integer, nullable=False),
    Column("inputs", JSONB, nullable=False),  # codes asked for, and the shares, fits and passes compared
    Column("reason", Text),
    Index("choice_of_contact", "contact_id", "at"),
    Index("choice_by_age", "at"),
)
"""What the ranking said when someone was booked: kept 90 days for audit, then deleted."""
