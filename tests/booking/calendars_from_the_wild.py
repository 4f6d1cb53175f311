"""Small calendars as they are met: the cases of RFC 5545, and what Google, Outlook, Apple and Nextcloud write."""

from datetime import UTC, datetime

PARIS_ZONE = """BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def a_calendar(*events: str, head: str = "") -> bytes:
    """Events (their inner lines) in a calendar, with the line ends of the standard."""
    inner = "".join(f"BEGIN:VEVENT\nUID:event-{n}\n{event.strip()}\nEND:VEVENT\n" for n, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//FR\n{head}{inner}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """In UTC, in 2027, when clocks change on 28 March and on 31 October."""
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


CASES: dict[str, tuple[bytes, list[tuple[datetime, datetime]]]] = {
    "in UTC": (a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z"), [(at(2, 9), at(2, 10))]),
    "with a duration": (a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H30M"), [(at(2, 9), at(2, 10, 30))]),
    "in a zone of the list": (
        a_calendar("DTSTART;TZID=America/Martinique:20270302T080000\nDTEND;TZID=America/Martinique:20270302T090000"),
        [(at(2, 12), at(2, 13))],
    ),
    "in Outlook's own zone, over the change of clocks": (
        a_calendar(
            "DTSTART;TZID=Romance Standard Time:20270322T090000\nDTEND;TZID=Romance Standard Time:20270322T100000\n"
            "RRULE:FREQ=WEEKLY;COUNT=2",
            head=PARIS_ZONE,
        ),
        [(at(22, 8), at(22, 9)), (at(29, 7), at(29, 8))],
    ),
    "floating, in the zone of the calendar": (
        a_calendar("DTSTART:20270302T080000\nDTEND:20270302T090000", head="X-WR-TIMEZONE:Indian/Reunion\n"),
        [(at(2, 4), at(2, 5))],
    ),
    "floating, in the expert's": (a_calendar("DTSTART:20270302T080000\nDTEND:20270302T090000"), [(at(2, 7), at(2, 8))]),
    "a whole day": (
        a_calendar("DTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270303"),
        [(at(1, 23), at(2, 23))],
    ),
    "a whole day without an end": (a_calendar("DTSTART;VALUE=DATE:20270302"), [(at(1, 23), at(2, 23))]),
    "a whole day of 23 hours": (a_calendar("DTSTART;VALUE=DATE:20270328"), [(at(27, 23), at(28, 22))]),
    "three whole days in the calendar's zone": (
        a_calendar("DTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270305", head="X-WR-TIMEZONE:Pacific/Noumea\n"),
        [(at(1, 13), at(4, 13))],
    ),
    "an hour without an end takes no time": (a_calendar("DTSTART:20270302T090000Z"), []),
    "cancelled": (a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nSTATUS:CANCELLED"), []),
    "tentative takes time": (
        a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nSTATUS:TENTATIVE"),
        [(at(2, 9), at(2, 10))],
    ),
    "transparent": (a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nTRANSP:TRANSPARENT"), []),
    "shown as free by Outlook": (
        a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nX-MICROSOFT-CDO-BUSYSTATUS:FREE"),
        [],
    ),
    "every week but one": (
        a_calendar(
            "DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270309T090000Z"
        ),
        [(at(2, 9), at(2, 10)), (at(16, 9), at(16, 10))],
    ),
    "once more": (
        a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nRDATE:20270304T120000Z"),
        [(at(2, 9), at(2, 10)), (at(4, 12), at(4, 13))],
    ),
    "once more, with an end of its own": (
        a_calendar(
            "DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nRDATE;VALUE=PERIOD:20270304T120000Z/20270304T150000Z"
        ),
        [(at(2, 9), at(2, 10)), (at(4, 12), at(4, 15))],
    ),
    "one day moved, one day cancelled": (
        b"".join(
            (
                b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
                b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20270302T090000Z\r\nDTEND:20270302T100000Z\r\n",
                b"RRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\n",
                b"BEGIN:VEVENT\r\nUID:x\r\nRECURRENCE-ID:20270303T090000Z\r\nDTSTART:20270303T140000Z\r\n",
                b"DTEND:20270303T150000Z\r\nEND:VEVENT\r\n",
                b"BEGIN:VEVENT\r\nUID:x\r\nRECURRENCE-ID:20270304T090000Z\r\nDTSTART:20270304T090000Z\r\n",
                b"DTEND:20270304T100000Z\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            )
        ),
        [(at(2, 9), at(2, 10)), (at(3, 14), at(3, 15))],
    ),
    "the second Tuesday of each month": (
        a_calendar("DTSTART:20270309T090000Z\nDTEND:20270309T100000Z\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=2"),
        [(at(9, 9), at(9, 10)), (at(13, 9, month=4), at(13, 10, month=4))],
    ),
    "since long, weekly": (
        a_calendar(
            "DTSTART:19990302T090000Z\nDTEND:19990302T100000Z\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20270309T235959Z"
        ),
        [(at(2, 9), at(2, 10)), (at(9, 9), at(9, 10))],
    ),
    "two that overlap are one": (
        a_calendar(
            "DTSTART:20270302T090000Z\nDTEND:20270302T100000Z", "DTSTART:20270302T093000Z\nDTEND:20270302T110000Z"
        ),
        [(at(2, 9), at(2, 11))],
    ),
    "seconds are rounded outwards": (
        a_calendar("DTSTART:20270302T090030Z\nDTEND:20270302T095910Z"),
        [(at(2, 9), at(2, 10))],
    ),
    "folded lines, a tab, and alarms": (
        a_calendar(
            "SUMMARY:a long story that\n  goes on\nDTSTART:20270302T0900\n 00Z\nDTEND:20270302T100000Z\n"
            "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nEND:VALARM"
        ),
        [(at(2, 9), at(2, 10))],
    ),
    "free and busy instead of events": (
        a_calendar(
            head="BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20270302T090000Z/PT1H,20270302T140000Z/20270302T150000Z\n"
            "FREEBUSY;FBTYPE=FREE:20270302T160000Z/PT1H\nEND:VFREEBUSY\n"
        ),
        [(at(2, 9), at(2, 10)), (at(2, 14), at(2, 15))],
    ),
    "a zone whose offset is written badly, and a line that is none": (
        a_calendar(
            "DTSTART;TZID=America/Martinique:20270302T080000\nDURATION:PT1H",
            head="X\nBEGIN:VTIMEZONE\nTZID:America/Martinique\nBEGIN:STANDARD\nDTSTART:19800406T00000Z\n"
            "TZOFFSETFROM:-0500  \nTZOFFSETTO:-0400\nEND:STANDARD\nEND:VTIMEZONE\n",
        ),
        [(at(2, 12), at(2, 13))],
    ),
    "never closed, floating": (
        a_calendar("DTSTART:20270302T080000\nDURATION:PT1H", head="X-WR-TIMEZONE:Indian/Reunion\n").replace(
            b"END:VCALENDAR\r\n", b""
        ),
        [(at(2, 4), at(2, 5))],
    ),
    "two events of one UID, neither an exception of the other": (
        a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H", "DTSTART:20270303T090000Z\nDURATION:PT1H").replace(
            b"UID:event-1", b"UID:event-0"
        ),
        [(at(2, 9), at(2, 10)), (at(3, 9), at(3, 10))],
    ),
    "two events whose UID is empty": (
        a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H", "DTSTART:20270303T090000Z\nDURATION:PT1H")
        .replace(b"UID:event-0", b"UID:")
        .replace(b"UID:event-1", b"UID:"),
        [(at(2, 9), at(2, 10)), (at(3, 9), at(3, 10))],
    ),
    "an earlier version of an event beside the later one": (
        a_calendar(
            "DTSTART:20270302T090000Z\nDURATION:PT1H", "SEQUENCE:2\nDTSTART:20270303T090000Z\nDURATION:PT1H"
        ).replace(b"UID:event-1", b"UID:event-0"),
        [(at(3, 9), at(3, 10))],
    ),
    "hours every day until a day, that day too": (
        a_calendar("DTSTART;TZID=Europe/Paris:20270302T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20270303"),
        [(at(2, 8), at(2, 9)), (at(3, 8), at(3, 9))],
    ),
    "nothing in it": (a_calendar(), []),
    "a task is not an event": (a_calendar(head="BEGIN:VTODO\nUID:t\nDTSTART:20270302T090000Z\nEND:VTODO\n"), []),
}

LEFT_OUT: dict[str, bytes] = {
    "every second for ever": a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nRRULE:FREQ=SECONDLY"),
    "every minute for ever": a_calendar("DTSTART:20200302T090000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY"),
    "every second of every day": a_calendar(
        "DTSTART:20200302T090000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY;BYHOUR="
        + ",".join(map(str, range(24)))
        + ";BYMINUTE="
        + ",".join(map(str, range(60)))
    ),
    "a rule that means nothing": a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES"),
    "no beginning": a_calendar("SUMMARY:when?"),
    "an end before its beginning": a_calendar("DTSTART:20270302T090000Z\nDTEND:20270301T090000Z\nRRULE:FREQ=DAILY;X=1"),
    "a rule that says nothing": a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:hello"),
    "no times at all": a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=0"),
    "the second Monday of a week": a_calendar(
        "DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=2MO;COUNT=3"
    ),
    "dates taken out by a rule": a_calendar(
        "DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXRULE:FREQ=DAILY;COUNT=1"
    ),
    "an end before its beginning, and nothing else": a_calendar("DTSTART:20270302T090000Z\nDTEND:20270302T080000Z"),
    "a duration that goes back": a_calendar("DTSTART:20270302T090000Z\nDURATION:-PT1H"),
    "years on end": a_calendar("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20300302"),
    "an interval of nothing": a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;INTERVAL=0"),
}
"""None of these takes any time; each is counted as left out."""

HANGS = a_calendar("DTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
"""Never on any day: the library looks for one to the end of time."""
