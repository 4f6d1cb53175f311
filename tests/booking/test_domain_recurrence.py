"""Recurrence: equal to what python-dateutil and RFC 5545 say, or refused; nothing between."""

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.booking.domain import recurrence
from services.booking.domain.recurrence import WEEKDAYS, UnknownRecurrence

FAR = timedelta(days=1500)

RFC_5545 = """
1997-09-02 FREQ=DAILY;COUNT=10
1997-09-02 FREQ=DAILY;UNTIL=19971224T000000Z
1997-09-02 FREQ=DAILY;INTERVAL=2
1997-09-02 FREQ=DAILY;INTERVAL=10;COUNT=5
1998-01-01 FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA
1998-01-01 FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1
1997-09-02 FREQ=WEEKLY;COUNT=10
1997-09-02 FREQ=WEEKLY;UNTIL=19971224T000000Z
1997-09-02 FREQ=WEEKLY;INTERVAL=2;WKST=SU
1997-09-02 FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH
1997-09-02 FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH
1997-09-01 FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR
1997-09-02 FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH
1997-09-05 FREQ=MONTHLY;COUNT=10;BYDAY=1FR
1997-09-05 FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR
1997-09-07 FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU
1997-09-22 FREQ=MONTHLY;COUNT=6;BYDAY=-2MO
1997-09-28 FREQ=MONTHLY;BYMONTHDAY=-3
1997-09-02 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15
1997-09-30 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1
1997-09-10 FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15
1997-09-02 FREQ=MONTHLY;INTERVAL=2;BYDAY=TU
1997-06-10 FREQ=YEARLY;COUNT=10;BYMONTH=6,7
1997-03-10 FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3
1997-01-01 FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200
1997-05-19 FREQ=YEARLY;BYDAY=20MO
1997-05-12 FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO
1997-03-13 FREQ=YEARLY;BYMONTH=3;BYDAY=TH
1997-06-05 FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8
1998-02-13 FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13
1997-09-13 FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13
1996-11-05 FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8
1997-09-04 FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3
1997-09-29 FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2
1997-09-02 FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z
1997-09-02 FREQ=MINUTELY;INTERVAL=15;COUNT=6
1997-09-02 FREQ=MINUTELY;INTERVAL=90;COUNT=4
1997-09-02 FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40
1997-09-02 FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16
1997-08-05 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO
1997-08-05 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU
2007-01-15 FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5
""".strip().splitlines()
"""Every example of RFC 5545, §3.8.5.3, with its first day; they begin at 09:00."""

REFUSED = ("YEARLY", "HOURLY", "MINUTELY", "BYHOUR", "BYMONTH=", "-2MO", "BYSETPOS=-2")
"""What no agenda of ours is asked to say."""


def oracle(text: str, first: date, last: date) -> list[date]:
    """The days of python-dateutil, for openings at 09:00 on a clock of UTC."""
    zone = "+0000" if text.endswith("Z") or "Z;" in text else ""
    start = datetime.fromisoformat(f"{first}T09:00:00{zone}")
    end = datetime.fromisoformat(f"{last}T09:00:00{zone}")
    found = rrulestr(text, dtstart=start)
    return [one.date() for one in islice(found.between(start, end, inc=True), 3000)]


def ours(text: str, first: date, last: date, since: date | None = None) -> list[date]:
    from tests.booking.test_domain_openings import a_rule, days

    rule = a_rule(first_day=first, rrule=text, time_zone="UTC")
    return days(rule, first=since or first, last=last)


@pytest.mark.parametrize("line", RFC_5545)
def test_an_example_of_the_standard_is_followed_to_the_day_or_refused(line: str) -> None:
    first, text = date.fromisoformat(line[:10]), line[11:]
    if any(part in text for part in REFUSED):
        with pytest.raises(UnknownRecurrence):
            recurrence.parse(text)
    else:
        found = ours(text, first, first + FAR)
        assert found
        assert found == oracle(text, first, first + FAR)


def test_the_days_that_the_standard_prints_are_ours() -> None:
    """Some of the results as §3.8.5.3 lists them, so that the oracle is not alone."""
    far = date(2010, 1, 1)
    assert ours("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", date(1997, 8, 5), far) == [
        *(date(1997, 8, 5), date(1997, 8, 10), date(1997, 8, 19), date(1997, 8, 24))
    ]
    assert ours("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", date(1997, 8, 5), far) == [
        *(date(1997, 8, 5), date(1997, 8, 17), date(1997, 8, 19), date(1997, 8, 31))
    ]
    assert ours("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", date(1997, 9, 4), far) == [
        *(date(1997, 9, 4), date(1997, 10, 7), date(1997, 11, 6))
    ]
    assert ours("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", date(2007, 1, 15), far) == [
        *(date(2007, 1, 15), date(2007, 1, 30), date(2007, 2, 15), date(2007, 3, 15), date(2007, 3, 30))
    ]
    assert ours("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(1997, 9, 2), date(2000, 12, 31)) == [
        *(date(1998, 2, 13), date(1998, 3, 13), date(1998, 11, 13), date(1999, 8, 13), date(2000, 10, 13))
    ]
    assert ours("FREQ=DAILY;UNTIL=19971224T000000Z", date(1997, 9, 2), far)[-1] == date(1997, 12, 23)


@pytest.mark.parametrize(
    "text",
    [
        *("", "X=1", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;INTERVAL=1.5"),
        *("FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;UNTIL=20270230", "FREQ=DAILY;UNTIL=20270101;COUNT=3", "FREQ=DAILY;"),
        *("FREQ=DAILY;FREQ=DAILY", "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO"),
        *("FREQ=WEEKLY;BYDAY=", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYSETPOS=1", "FREQ=DAILY;BYDAY=1MO"),
        *("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32"),
        *("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3", "FREQ=MONTHLY;BYDAY=1MO,TU", "FREQ=DAILY;INTERVAL=\u0661"),
        *("FREQ=DAILY;UNTIL=00010101T000000Z", "FREQ=DAILY;UNTIL=99991231T235959Z"),
        *("FREQ=SECONDLY", "FREQ=DAILY;RSCALE=HEBREW", "FREQ=DAILY;SKIP=OMIT"),
    ],
)
def test_what_is_not_followed_is_refused_and_names_the_part(text: str) -> None:
    if not text:
        assert recurrence.parse(text) is None
        return
    with pytest.raises(UnknownRecurrence) as refusal:
        recurrence.parse(text)
    assert text.startswith("X") or str(refusal.value) in text or not str(refusal.value)


weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True)
positions = st.lists(st.sampled_from((1, 2, 3, 4, -1)), min_size=1, max_size=2, unique=True)
month_days = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY")))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    named = draw(st.sets(st.sampled_from(("BYDAY", "BYMONTHDAY"))))
    if "BYDAY" in named:
        nth = frequency == "MONTHLY" and "BYMONTHDAY" not in named and draw(st.booleans())
        place = draw(st.sampled_from((1, 2, 3, 4, -1))) if nth else ""
        parts.append(f"BYDAY={','.join(f'{place}{day}' for day in draw(weekdays))}")
    if "BYMONTHDAY" in named and frequency != "WEEKLY":
        parts.append(f"BYMONTHDAY={','.join(map(str, draw(month_days)))}")
    if frequency == "MONTHLY" and len(parts) > 2 and draw(st.booleans()):
        parts.append(f"BYSETPOS={','.join(map(str, draw(positions)))}")
    if frequency == "WEEKLY":
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    end = draw(st.sampled_from(("", "UNTIL=20280229", "COUNT=7")))
    return ";".join([*parts, *([end] if end else [])])


@settings(max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rules(), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 700))
def test_every_rule_has_the_days_of_the_oracle_from_any_day_on(text: str, first: date, later: int) -> None:
    last, since = first + timedelta(days=800), first + timedelta(days=later)
    expected = oracle(text.replace("UNTIL=20280229", "UNTIL=20280229T235959"), first, last)
    assert ours(text, first, last) == expected
    assert ours(text, first, last, since) == [day for day in expected if day >= since]
    parsed = recurrence.parse(text)
    assert parsed is not None
    assert recurrence.parse(parsed.text) == parsed
