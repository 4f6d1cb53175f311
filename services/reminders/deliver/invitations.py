"""A mail that a calendar program understands (iTIP, RFC 5546, over iMIP, RFC 6047): REQUEST, or CANCEL."""

from datetime import datetime
from email.message import EmailMessage

from icalendar import Calendar, Event, vCalAddress, vText

from services.reminders.domain.entries import Entry


def calendar(entry: Entry, *, organizer: str, attendee: str, now: datetime) -> bytes:
    """« Rendez-vous », when, and nothing else."""
    event = Event()
    event.add("uid", str(entry.appointment_id))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", "Rendez-vous")
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if entry.stands else "CANCELLED")
    event.add("transp", "OPAQUE")
    who = vCalAddress(f"mailto:{organizer}")
    who.params["CN"] = vText("Agenda")
    event.add("organizer", who)
    whom = vCalAddress(f"mailto:{attendee}")
    whom.params["PARTSTAT"] = vText("ACCEPTED")
    whom.params["RSVP"] = vText("FALSE")
    event.add("attendee", whom)
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//agenda//FR")
    whole.add("method", _method(entry))
    whole.add_component(event)
    return bytes(whole.to_ical())


def parts(text: str, entry: Entry, *, organizer: str, attendee: str, now: datetime) -> bytes:
    """The body of the mail with its own Content-Type: the sentence, and the calendar beside it."""
    body = EmailMessage()
    body.set_content(text, cte="quoted-printable")
    content = calendar(entry, organizer=organizer, attendee=attendee, now=now).decode()
    body.add_alternative(content, subtype="calendar", params={"method": _method(entry)}, cte="base64")
    return body.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _method(entry: Entry) -> str:
    return "REQUEST" if entry.stands else "CANCEL"
