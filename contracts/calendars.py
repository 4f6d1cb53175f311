"""Shapes of booking around an agenda: public holidays, calendars kept elsewhere, and the calendar given out."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class Holiday(msgspec.Struct, frozen=True):
    """A public holiday of the expert's region within thirteen months."""

    day: date
    name: str
    open: bool
    appointments: int = 0  # live ones that stand on that day


class Holidays(msgspec.Struct, frozen=True):
    """GET /experts/{id}/holidays."""

    region: str
    region_name: str
    closed: bool  # what counts for the days beyond those listed
    days: list[Holiday]


class HolidaysWanted(msgspec.Struct, frozen=True):
    """PUT /experts/{id}/holidays: the listed days that are open; every other one is closed."""

    open_days: list[date]
    closed: bool = True


class NewCalendar(msgspec.Struct, frozen=True):
    """POST /experts/{id}/calendars: looked at within a minute; address and password are sealed and never shown."""

    address: str  # https://…, http://… or webcal://…
    name: str = ""
    kind: str = "ics"  # ics | caldav
    username: str = ""
    password: str = ""


class ExternalCalendar(msgspec.Struct, frozen=True):
    """GET /experts/{id}/calendars → ExternalCalendars; POST …/{calendar_id}/look asks again; DELETE forgets it."""

    id: UUID
    name: str
    kind: str
    host: str
    state: str  # new | ok | partly (some events were left out) | failing
    error: str | None  # the code of what stood in the way at the last look
    last_try_at: datetime | None
    last_ok_at: datetime | None
    next_at: datetime
    events: int  # stretches of busy time kept from it
    left_out: int  # events that were misunderstood: unreadable, beyond measure, or in a zone that nobody knows


class ExternalCalendars(msgspec.Struct, frozen=True):
    calendars: list[ExternalCalendar]


class Feed(msgspec.Struct, frozen=True):
    """GET /experts/{id}/feed; the secret is in the answer of POST (made or renewed) only, DELETE revokes it."""

    made_at: datetime | None
    read_at: datetime | None
    secret: str | None = None


class FeedEntry(msgspec.Struct, frozen=True):
    """One appointment as a calendar program may know it: when, and no word of what or with whom."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime


class FeedEntries(msgspec.Struct, frozen=True):
    """GET /feeds/{secret}, without a caller: the secret is the right to read."""

    entries: list[FeedEntry]
