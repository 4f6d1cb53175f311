"""Absences that recur, holidays kept open or closed, calendars kept elsewhere, and the calendar given out."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, Table, Text, Time, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.booking.tables.schema import Moment, metadata

absence_rule = Table(
    "absence_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("starts", Time, nullable=False),
    Column("days_on", Integer, nullable=False),
    Column("ends", Time, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("rrule", Text, nullable=False),
    Column("not_days", ARRAY(Date), nullable=False),
    Column("written_until", Date, nullable=False),
)
"""Wall-clock times; `ends` is on the day `days_on` days after the first."""

holiday_plan = Table(
    "holiday_plan",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("closed", Boolean, nullable=False),
    Column("region", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("written_until", Date, nullable=False),
)
"""Whether an expert's holidays are closed unless said otherwise, and for which region they were last written."""

holiday_choice = Table(
    "holiday_choice",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("open", Boolean, nullable=False),
)

external_calendar = Table(
    "external_calendar",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("expert_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("username", LargeBinary),
    Column("password", LargeBinary),
    Column("time_zone", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("content_hash", LargeBinary),
    Column("expanded_for", Date),
    Column("last_try_at", Moment),
    Column("last_ok_at", Moment),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("events", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""A calendar kept elsewhere: its address and its password are sealed; how the last look went is plain."""

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("expert_id", Uuid, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("read_at", Moment),
)
"""The address that an expert's own calendar program reads; only the hash of its secret is kept."""

clash_settled = Table(
    "clash_settled",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("block_id", BigInteger, primary_key=True),
)
"""Something of another calendar that lies over an appointment, and its professional said that both stand."""
