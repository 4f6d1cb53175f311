"""What a calendar kept elsewhere comes to: every case of the corpus, hostile ones, and noise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.booking.domain.calendar_addresses import AddressForbidden, AddressNotValid, address, public
from services.booking.domain.calendar_reading import NotACalendar, TooMuch, Window, read
from tests.booking.calendars_from_the_wild import CASES, LEFT_OUT, a_calendar, at

WINDOW = Window(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC), "Europe/Paris")


@pytest.mark.parametrize("name", CASES)
def test_a_calendar_from_the_wild_takes_the_time_that_it_says(name: str) -> None:
    text, wanted = CASES[name]
    found = read([text], WINDOW)
    assert ([tuple(span) for span in found.spans], found.left_out) == (wanted, 0)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_be_followed_is_left_out_and_the_rest_counts(name: str) -> None:
    found = read([LEFT_OUT[name].replace(b"UID:event-0", b"UID:odd"), CASES["in UTC"][0]], WINDOW)
    assert [tuple(span) for span in found.spans] == CASES["in UTC"][1]
    assert found.left_out == 1


def test_one_odd_event_is_counted_and_its_neighbours_are_read() -> None:
    text = a_calendar(
        "DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nRRULE:FREQ=SECONDLY",
        "DTSTART:20270304T090000Z\nDURATION:PT1H",
    )
    found = read([text], WINDOW)
    assert ([tuple(span) for span in found.spans], found.left_out) == ([(at(4, 9), at(4, 10))], 1)


def test_an_hour_in_a_zone_that_nobody_knows_takes_its_time_and_is_counted() -> None:
    text = a_calendar(
        "DTSTART;TZID=GMT+4 maison:20270302T090000\nDURATION:PT1H", "DTSTART:20270304T090000Z\nDURATION:PT1H"
    )
    found = read([text], WINDOW)
    assert ([tuple(span) for span in found.spans], found.left_out) == ([(at(2, 8), at(2, 9)), (at(4, 9), at(4, 10))], 1)


def test_what_came_from_us_does_not_come_back() -> None:
    text = a_calendar("DTSTART:20270302T090000Z\nDURATION:PT1H", "DTSTART:20270304T090000Z\nDURATION:PT1H")
    assert [tuple(one) for one in read([text], WINDOW, ours={"event-0"}).spans] == [(at(4, 9), at(4, 10))]


def test_more_events_than_any_agenda_has_are_refused() -> None:
    many = a_calendar(*["DTSTART:20270302T090000Z"] * 10_001)
    with pytest.raises(TooMuch):
        read([many], WINDOW)


def test_years_of_past_events_cost_next_to_nothing() -> None:
    past = "DTSTART;TZID=Europe/Paris:20190302T090000\nDTEND;TZID=Europe/Paris:20190302T100000\nSUMMARY:long ago"
    since = "DTSTART:20190305T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20270303T000000Z"
    found = read([a_calendar(*[past] * 12_000, since)], WINDOW)
    assert [tuple(one) for one in found.spans] == [(at(2, 9), at(2, 10))]


@pytest.mark.parametrize("text", [b"", b"<html>Sign in</html>", b"BEGIN:VCALENDAR", b"\x00\xff\xfe", b"BEGIN:VEVENT"])
def test_what_is_no_calendar_says_so(text: bytes) -> None:
    with pytest.raises(NotACalendar):
        read([text], WINDOW)


LINES = st.sampled_from(
    [
        "DTSTART:20270302T090000Z",
        "DTSTART;VALUE=DATE:20270302",
        "DTSTART;TZID=Nowhere/Land:20270302T090000",
        "DTSTART:99991231T235959Z",
        "DTSTART:00010101T000000",
        "DTEND:20270302T100000Z",
        "DTEND;VALUE=DATE:20270301",
        "DURATION:P99999D",
        "DURATION:-PT1H",
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20280101",
        "RRULE:FREQ=WEEKLY;COUNT=-1",
        "RRULE:;;;=",
        "RDATE:20270302T090000Z,20270401T090000Z",
        "RDATE;VALUE=PERIOD:20270302T090000Z/PT0S",
        "EXDATE;VALUE=DATE:20270302",
        "EXRULE:FREQ=DAILY",
        "RECURRENCE-ID:20270303T090000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270303T090000Z",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "UID:again",
        "SEQUENCE:x",
        "BEGIN:VALARM",
        "END:VALARM",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "END:VEVENT",
        "BEGIN:VEVENT",
        ";:;:",
        " folded",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=12), st.binary(max_size=20))
def test_whatever_is_in_it_reading_ends_and_busy_time_stays_in_the_window(lines: list[str], noise: bytes) -> None:
    text = a_calendar("\n".join(lines) or "SUMMARY:x", "DTSTART:20270305T090000Z\nDTEND:20270305T100000Z") + noise
    try:
        found = read([text], WINDOW)
    except (NotACalendar, TooMuch):
        return
    edges = [moment for span in found.spans for moment in span]
    assert edges == sorted(edges)
    assert all(WINDOW.first <= moment <= WINDOW.last + timedelta(minutes=1) for moment in edges)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://[::ffff:10.0.0.1]/a.ics",
        "https://[64:ff9b::a00:1]/a.ics",
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/a.ics",
        "http://100.64.0.1/a.ics",
        "http://0.0.0.0/a.ics",
        "http://224.0.0.1/a.ics",
        "http://localhost/a.ics",
        "http://127.1/a.ics",
        "http://0x7f.1/a.ics",
        "http://2130706433/a.ics",
        "http://１２７.０.０.１:8443/a.ics",
        "http://①②⑦。⓪。⓪。①/a.ics",
        "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ.ⓛⓞⓒⓐⓛ/a.ics",
        "http://metadata/computeMetadata/v1/",
        "http://nas.local/a.ics",
        "http://calendar.example.org:6379/a.ics",
    ],
)
def test_nobody_makes_us_ask_inside_our_own_network(text: str) -> None:
    with pytest.raises(AddressForbidden):
        address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "calendar",
        "file:///etc/passwd",
        "ftp://a.org/x",
        "https://me:secret@a.org/x",
        "http://a\r\nb/",
        "http://%31.a.org/",
        "http://a..org/",
    ],
)
def test_what_is_no_address_says_so(text: str) -> None:
    with pytest.raises(AddressNotValid):
        address(text)


def test_webcal_is_https_and_a_private_server_may_be_named_by_the_house() -> None:
    assert address("webcal://a.org/x.ics#top").url == "https://a.org/x.ics"
    assert address("https://münchen.example.org/é.ics").host == "xn--mnchen-3ya.example.org"
    assert address("http://10.1.2.3:8080/x.ics", allowed={"10.1.2.3:8080"}).port == 8080
    assert public("1.1.1.1") and not public("fe80::1%eth0") and not public("nonsense")
