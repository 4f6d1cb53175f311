"""How an expert is reached for a consultation, and where booking online is open."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.referral.tables.schema import Moment, metadata

practice = Table(
    "practice",
    metadata,
    Column("expert_id", Uuid, ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Text, nullable=False, server_default=""),  # the number of their consultations
    Column("access", Text, nullable=False, server_default=""),
    Column("changed_at", Moment, nullable=False),
)
"""What only somebody with an appointment reads: the line to ring at its hour, how to come in, what to say."""

online_programme = Table(
    "online_programme",
    metadata,
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("open", Boolean, nullable=False, server_default="false"),
    Column("departments", ARRAY(Text), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Uuid, nullable=False),
)
"""Whether a programme lets people book without a call; closed until the coordination opens it."""
