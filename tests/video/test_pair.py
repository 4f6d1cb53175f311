"""A pair of legs hands packets over with their sources renamed, and nothing else."""

from dataclasses import dataclass, field
from struct import pack, unpack_from

from services.video.rtc import rtcp
from services.video.rtc.room import Pair, names
from services.video.rtc.sdp import OPUS, VP8, Sources


@dataclass
class PlayedLeg:
    offered: Sources
    theirs: Sources
    sent: list[bytes] = field(default_factory=list)

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)


def two() -> tuple[PlayedLeg, PlayedLeg, Pair[PlayedLeg]]:
    first = PlayedLeg(Sources(audio=1, video=2, repair=3), Sources(audio=11, video=12, repair=13))
    second = PlayedLeg(Sources(audio=4, video=5, repair=6), Sources(audio=14, video=15, repair=16))
    return first, second, Pair(first, second)


def media(ssrc: int, payload_type: int = VP8) -> bytes:
    return pack("!BBHLL", 0x80, payload_type, 77, 123456, ssrc) + b"sealed by the browser"


def test_media_keep_all_but_their_source() -> None:
    first, second, pair = two()

    pair.forward(first, media(12))

    assert second.sent == [media(5)]
    assert not first.sent


def test_a_report_about_us_reaches_the_browser_under_its_own_name() -> None:
    first, second, pair = two()

    pair.forward(second, rtcp.picture_loss(sender=15, media=5))

    assert first.sent == [rtcp.picture_loss(sender=2, media=12)]


def test_a_source_that_the_answer_left_unsaid_is_learnt_once() -> None:
    first, second, pair = two()
    first.theirs = Sources()
    pair.rename()

    pair.forward(first, media(99, OPUS))
    pair.forward(first, media(98, OPUS))  # a second voice is not one that was agreed

    assert [unpack_from("!L", packet, 8)[0] for packet in second.sent] == [4]
    assert pair.counts.dropped == 1


def test_unknown_and_cut_packets_are_dropped() -> None:
    first, second, pair = two()

    pair.forward(first, media(4242, 35))
    pair.forward(first, b"\x80\x60\x00")

    assert not second.sent
    assert pair.counts.dropped == 2


def test_both_are_asked_for_a_picture_when_they_meet() -> None:
    first, second, pair = two()

    pair.ask_for_pictures()

    assert first.sent == [rtcp.picture_loss(sender=2, media=12)]
    assert second.sent == [rtcp.picture_loss(sender=5, media=15)]


def test_names_back_and_forth_are_inverse() -> None:
    first, second, _ = two()
    there, back = names(first, second), names(second, first)

    assert {back[there[source]] for source in there} == set(there)
