"""Loss and round trip are read from passing reports; a room's state says nothing of who is in it."""

from datetime import UTC, datetime, timedelta
from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from contracts.video import RoomSeen
from gateway.pages.rooms import quality
from services.video.rtc.reports import KEPT, Reports
from services.video.rtc.rtcp import rewrite
from tests.video.test_rtcp import compounds

MIDDLE = 0xABCD1234


def sender_report(middle: int) -> bytes:
    return pack("!BBHLLLLLL", 0x80, 200, 6, 1, middle >> 16, (middle & 0xFFFF) << 16, 0, 0, 0)


def receiver_report(*, lost: int, last: int, delay: float) -> bytes:
    return pack("!BBHLLLLLLL", 0x81, 201, 7, 2, 1, lost << 24, 0, 0, last, int(delay * 65536))


def test_an_answer_to_a_report_gives_the_round_trip_and_the_loss() -> None:
    reports = Reports()
    reports.see(sender_report(MIDDLE), 10.0)
    reports.see(receiver_report(lost=64, last=MIDDLE, delay=0.5), 10.62)

    assert reports.lost == 0.25
    assert abs(reports.round_trip - 0.12) < 0.001


def test_an_answer_to_nothing_leaves_the_round_trip_alone() -> None:
    reports = Reports()
    reports.see(receiver_report(lost=0, last=MIDDLE, delay=0.5), 10.0)

    assert reports.round_trip == 0.0


@given(st.lists(compounds, max_size=50))
def test_whatever_passes_is_read_without_a_word_and_little_is_kept(packets: list[bytes]) -> None:
    reports = Reports()
    for at, packet in enumerate(packets * 3):
        if rewrite(packet, {}) is not None:
            reports.see(packet, float(at))

    assert len(reports._sent) <= KEPT


def test_a_line_has_three_words_and_none_while_nobody_talks() -> None:
    def a_room(state: str, lost: float, delay: int) -> RoomSeen:
        return RoomSeen(state, datetime.now(UTC) - timedelta(minutes=3), 2, 500, lost, delay)

    assert [
        quality(a_room("talking", 0.0, 20)),
        quality(a_room("talking", 0.05, 20)),
        quality(a_room("talking", 0.0, 700)),
        quality(a_room("waiting", 0.5, 900)),
    ] == ["bonne", "moyenne", "difficile", ""]
