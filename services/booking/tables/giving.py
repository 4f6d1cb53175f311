"""Openings that were asked for and given in two taps, and who wants a link each week."""

from sqlalchemy import Column, Table, Text, Uuid

from services.booking.tables.schema import Moment, metadata

opening_round = Table(
    "opening_round",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("label", Text, nullable=False),
    Column("asked_by", Uuid, nullable=False),
    Column("asked_at", Moment, nullable=False),
)
"""One asking of the coordination."""

opening_ask = Table(
    "opening_ask",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("round_id", Uuid),
    Column("expert_id", Uuid, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("answered_at", Moment),
)
"""One expert is asked, by the coordination or (without a round) by their own wish each week."""

opening_given = Table(
    "opening_given",
    metadata,
    Column("rule_id", Uuid, primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("ask_id", Uuid),
    Column("given_at", Moment, nullable=False),
)
"""An opening that came of two taps; of which asking, if of any."""

weekly_link = Table(
    "weekly_link",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("next_at", Moment, nullable=False),
)
"""Who wants a link with hours to give each week, and when the next one is due."""
