"""Calendars that give nothing away: the entry a person may keep, and the page that replaces ours."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

from contracts.booking import Appointment
from contracts.calendars import FeedEntry
from gateway import french


def entry(appointment: Appointment, now: datetime) -> bytes:
    """An iCalendar file (RFC 5545) that says « Rendez-vous », when, and nothing else.

    The same UID with a growing SEQUENCE moves or cancels the entry that is already in the person's agenda.
    """
    event = Event()
    event.add("uid", appointment.ical_uid.partition("@")[0])  # what follows would name a host
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", "Rendez-vous")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if appointment.status.startswith("cancelled") else "CONFIRMED")
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//agenda//FR")
    whole.add_component(event)
    return bytes(whole.to_ical())


def feed(entries: Sequence[FeedEntry]) -> bytes:
    """A calendar to subscribe to: each appointment's hours under « Rendez-vous », asked for again every half hour."""
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//agenda//FR")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", "Agenda")
    whole.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT30M")
    for one in entries:
        event = Event()
        event.add("uid", one.uid.partition("@")[0])
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.changed_at)
        event.add("dtstart", one.starts_at)
        event.add("dtend", one.ends_at)
        event.add("summary", "Rendez-vous")
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED")
        whole.add_component(event)
    return bytes(whole.to_ical())


def month(today: date) -> dict[str, Any]:
    """What the neutral page shows: weeks with their numbers, today, the day of the year."""
    weeks = calendar.Calendar().monthdatescalendar(today.year, today.month)
    return {
        "month": french.month_title(today.year, today.month),
        "weeks": [
            {"number": days[0].isocalendar().week, "days": [d.day if d.month == today.month else 0 for d in days]}
            for days in weeks
        ],
        "today": today.day,
        "day_of_year": today.timetuple().tm_yday,
        "week_now": today.isocalendar().week,
    }
