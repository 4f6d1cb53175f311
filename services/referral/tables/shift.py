"""Who is at the desk, what one shift leaves to the next, and what the telephone told of its lines."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.referral.tables.schema import Moment, metadata

presence = Table(
    "presence",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("post", Text, nullable=False, server_default=""),  # the telephone at which they sit
    Column("pause_until", Moment),
    Column("rest_offered_at", Moment),  # a level 4–5 call has just ended
    Column("touched_at", Moment, nullable=False),
    Index("presence_by_post", "post", postgresql_where=text("post <> ''")),
)
"""Who sits at the desk now; a row says nothing of the past, so that no figure by name can be made."""

debrief = Table(
    "debrief",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("asked_by", Uuid),  # forgotten once it was held
    Column("done_at", Moment),
)
"""Someone asked to talk a call over (care.md 20)."""

watch = Table(
    "watch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("care_case.id"), nullable=False, index=True),
    Column("contact_id", Uuid),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("written_by", Uuid, nullable=False),
    Column("typed", LargeBinary),  # sealed under the case's data key
    Column("ended_at", Moment),
    Index("watch_open", "until", postgresql_where=text("ended_at IS NULL")),
)
"""Someone to watch over tonight, with one short instruction."""

incident = Table(
    "incident",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("written_by", Uuid, nullable=False),
    Column("data_key", LargeBinary, nullable=False),  # wrapped, its own
    Column("typed", LargeBinary, nullable=False),
    Index("incident_by_time", "at"),
)

handover = Table(
    "handover",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("written_by", Uuid, nullable=False),
    Column("left_open", JSONB, nullable=False),  # counts, as they stood
    Column("data_key", LargeBinary, nullable=False),
    Column("typed", LargeBinary),
    Column("signed_at", Moment),
    Column("signed_by", Uuid),
    Index("handover_by_time", "at"),
)
"""One shift's word to the next, read and signed."""

telephone_call = Table(
    "telephone_call",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("line", Text, nullable=False),
    Column("call", Text, nullable=False),  # the telephone system's own id, never a number
    Column("post", Text, nullable=False, server_default=""),
    Column("post_at", Moment),  # since when it is at that post: words come in any order
    Column("started_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Column("answered", Boolean, nullable=False, server_default="false"),
    Column("dropped", Boolean, nullable=False, server_default="false"),
    Column("contact_id", Uuid, index=True),
    Column("told", Text, nullable=False),  # hook | import
    UniqueConstraint("line", "call"),
    Index("telephone_call_by_start", "started_at"),
    Index("telephone_call_ringing", "started_at", postgresql_where=text("ended_at IS NULL")),
)
"""What rang, and whether somebody answered: a line, an hour, never the number."""

telephone_event = Table(
    "telephone_event",
    metadata,
    Column("signature", LargeBinary, primary_key=True),
    Column("at", Moment, nullable=False),
)
"""Signed words of the telephone system that were heard: the same one is not heard twice."""
