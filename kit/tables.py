"""The few tables that every service has: outbox, inbox, unheard events, idempotency keys, audit."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

HOUSE = MetaData()

outbox = Table(
    "outbox",
    HOUSE,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("request_id", Text),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""What happened and was not yet handed to the broker; a row leaves when it was."""

inbox = Table(
    "inbox",
    HOUSE,
    Column("event_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("inbox_by_time", "at"),
)
"""What this service has already heard; kept at least 7 days."""

unheard = Table(
    "unheard",
    HOUSE,
    Column("event_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("request_id", Text),
    Column("tries", Integer, nullable=False, server_default="1"),
    Column("next_at", DateTime(timezone=True)),  # NULL: given up, a person must look
    Column("error", Text, nullable=False),
)
"""Events whose listener failed: tried again 5 times, then kept for a person, while the others flow."""

idempotency = Table(
    "idempotency",
    HOUSE,
    Column("subject", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("subject", "key"),
    Index("idempotency_by_time", "at"),
)
"""Answers of POSTs that carried an Idempotency-Key; kept 48 h."""

audit = Table(
    "audit",
    HOUSE,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("subject", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("thing", Text, nullable=False),
    Column("thing_id", Uuid, nullable=False),
    Column("why", Text),
    Column("request_id", Text),
    Index("audit_by_thing", "thing_id", "at"),
)
"""Who looked at or changed what, when and why; without health data; the app role may only insert."""


def house_tables(metadata: MetaData) -> None:
    """Add the house's tables to a service's own metadata."""
    for table in HOUSE.sorted_tables:
        table.to_metadata(metadata)


def house_rules(app_role: str) -> list[str]:
    """The DDL that tables alone cannot say; run by each service's first migration."""
    return [
        f'REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM "{app_role}"',
    ]
