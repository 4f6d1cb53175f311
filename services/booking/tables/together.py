"""Consultations of more than two: a third person beside the two, and groups with seats."""

from sqlalchemy import Boolean, Column, Integer, SmallInteger, Table, Text, Uuid

from services.booking.tables.schema import Moment, metadata

appointment_guest = Table(
    "appointment_guest",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("expert_id", Uuid, primary_key=True),
    Column("part", Text, nullable=False),
)
"""Another professional whose agenda the same appointment claims: the local doctor, an interpreter."""

group_session = Table(
    "group_session",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("seats", SmallInteger, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("fee_cents", Integer),  # 0: nothing to pay; None: not said, to be asked
    Column("access", Text, nullable=False),  # how one comes to it: said to those who have a seat
)
"""An appointment of no case that many attend; its time, moves and cancellation are those of the appointment."""

group_place = Table(
    "group_place",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("appointment_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("nickname", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("since", Moment, nullable=False),
)
"""A seat in a group, or a place in its waiting list; known by a case id and, if chosen, a nickname."""
