"""The network beside its agendas: how each expert came in, their proofs, and what the coordination wrote to them."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.referral.tables.schema import Moment, metadata

member = Table(
    "member",
    metadata,
    Column("expert_id", Uuid, ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True),
    Column("origin", Text, nullable=False, server_default=""),  # the partner through whom they came
    Column("added_at", Moment, nullable=False),
    Column("invited_at", Moment),
    Column("invited_by", Uuid),
    Column("joined_at", Moment),  # the account was opened
    Column("charter_version", Integer),
    Column("charter_at", Moment),
)

proof = Table(
    "proof",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("expert_id", Uuid, ForeignKey("expert.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False, server_default=""),
    Column("obtained_on", Date),
    Column("expires_on", Date),
    Column("said_at", Moment, nullable=False),
    Column("checked_at", Moment),  # by someone of the coordination; None: only said by the expert
    Column("checked_by", Uuid),
    Column("reminded_on", Date),
    Index("proof_expiring", "expires_on", postgresql_where=text("reminded_on IS NULL")),
)
"""RPPS, insurance, training…: who said it, who checked it, until when it counts."""

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
)
"""A message of the coordination: read behind the login; what leaves the house says only that it is there."""

notice_to = Table(
    "notice_to",
    metadata,
    Column("notice_id", Uuid, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True),
    Column("expert_id", Uuid, ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True),
    Column("read_at", Moment),
    Index("notice_of_expert", "expert_id"),
)
