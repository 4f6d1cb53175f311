"""Why there is no slot: each reason is named once, with its figure; what is explained away is what is not offered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.words import Modality
from services.booking.domain.explain import Around, Block, Opened, explain_at, explain_day
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape
from tests.booking.make import FIRST_VIDEO, an_expert

DAY = date(2027, 6, 7)
NOW = datetime(2027, 6, 1, 8, tzinfo=UTC)
KIND = replace(FIRST_VIDEO, shape=Shape(duration=45, step=15, buffer_before=5, buffer_after=10))


def at(minutes: int) -> datetime:
    """That many minutes after 08:00 of the day, in Paris."""
    return datetime(2027, 6, 7, 6, tzinfo=UTC) + timedelta(minutes=minutes)


def span(start: int, end: int) -> Span:
    return Span(at(start), at(end))


def around(*blocks: Block, **changed: Any) -> Around:
    """Open from 08:00 to 12:00 for this type."""
    given: dict[str, Any] = {
        "expert": an_expert(),
        "kind": KIND,
        "opened": [Opened("1", DAY, span(0, 240), for_type=True)],
        "blocks": blocks,
        "cancelled": False,
        "daily_limit": None,
        "now": NOW,
    }
    return Around(**(given | changed))


def codes(one: Around, minutes: int | None = None, day: date = DAY) -> list[str]:
    return [each.code for each in (explain_day(one, day)[1] if minutes is None else explain_at(one, at(minutes)))]


def test_a_day_says_every_reason_that_stands_against_it() -> None:
    assert explain_day(around(), DAY)[0][0] == at(5)
    assert codes(around()) == []
    assert codes(around(opened=[])) == ["no-rule"]
    assert codes(around(opened=[], cancelled=True)) == ["cancelled"]
    assert codes(around(opened=[Opened("1", DAY, span(0, 240), for_type=False)])) == ["other-types"]
    for source in ("absence", "leave", "holiday", "external"):
        assert codes(around(Block(source, "7", span(-60, 300)))) == [source]
    booked = [Block("appointment", str(n), span(60 * n, 60 * n + 60)) for n in range(4)]
    assert codes(around(*booked)) == ["appointment"] * 4
    assert codes(around(*booked[:2], daily_limit=2)) == ["appointment", "appointment", "daily-limit"]
    assert codes(around(opened=[Opened("1", DAY, span(0, 50), for_type=True)])) == ["buffer"]
    assert codes(around(opened=[Opened("1", DAY, span(0, 40), for_type=True)])) == ["too-short"]
    assert codes(around(now=at(-10), kind=replace(KIND, minimum_notice=300))) == ["notice"]
    assert codes(around(kind=replace(KIND, horizon_days=3))) == ["horizon"]
    assert codes(around(now=at(60 * 48))) == ["past"]
    assert codes(around(now=at(60 * 5))) == ["gone"]
    assert codes(around(kind=replace(KIND, active=False))) == ["type-closed"]
    assert codes(around(expert=an_expert(modalities=frozenset({Modality.PHONE})))) == ["modality"]
    assert codes(around(expert=an_expert(active=False))) == ["inactive"]


def test_an_hour_says_what_is_in_its_way() -> None:
    assert codes(around(), 5) == []
    assert codes(around(), 7) == ["off-grid"]
    assert codes(around(), 0) == ["too-short"]
    assert codes(around(), 300) == ["no-rule"]
    meeting = Block("external", "x", span(60, 120))
    assert codes(around(meeting), 60) == ["external"]
    assert codes(around(meeting), 20) == ["external"]
    assert codes(around(meeting), 10) == ["buffer"]
    assert codes(around(Block("hold", "3", span(0, 60)), daily_limit=1), 125) == ["daily-limit"]
    assert codes(around(now=at(0)), 5) == ["notice"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(5, 120)), max_size=3),
    st.lists(st.tuples(st.integers(0, 300), st.integers(30, 90)), max_size=4),
    st.sampled_from((None, 1, 2, 3)),
    st.integers(-400, 200),
)
def test_an_hour_has_no_reason_against_it_exactly_when_its_day_offers_it(
    openings: list[tuple[int, int]], taken: list[tuple[int, int]], limit: int | None, clock: int
) -> None:
    one = around(
        *(Block("appointment", str(n), span(start, start + long)) for n, (start, long) in enumerate(taken)),
        opened=[Opened(str(n), DAY, span(start, start + long), True) for n, (start, long) in enumerate(openings)],
        daily_limit=limit,
        now=at(clock),
    )
    free, _ = explain_day(one, DAY)
    assert free == [start for start in map(at, range(0, 420, 1)) if not explain_at(one, start)]
