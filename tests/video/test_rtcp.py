"""Renaming the sources of RTCP packets touches nothing else, whatever arrives."""

from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from services.video.rtc.rtcp import is_rtcp, picture_loss, rewrite

A, B, C, D = 0x11111111, 0x22222222, 0x33333333, 0x44444444
NAMES = {A: C, B: D}
BACK = {C: A, D: B}


def header(kind: int, count: int, body: bytes) -> bytes:
    assert len(body) % 4 == 0
    return pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def block(ssrc: int, filler: int = 7) -> bytes:
    return pack("!L", ssrc) + bytes([filler]) * 20


ssrcs = st.sampled_from([A, B, 0x55555555, 1])
blocks = st.lists(ssrcs.map(block), max_size=4)
packets = st.one_of(
    st.builds(lambda s, b: header(200, len(b), pack("!L", s) + b"\x09" * 20 + b"".join(b)), ssrcs, blocks),
    st.builds(lambda s, b: header(201, len(b), pack("!L", s) + b"".join(b)), ssrcs, blocks),
    st.builds(lambda s: header(202, 1, pack("!L", s) + b"\x01\x05hello\x00"), ssrcs),
    st.builds(lambda many: header(203, len(many), b"".join(pack("!L", s) for s in many)), st.lists(ssrcs, max_size=3)),
    st.builds(lambda s, m: header(205, 1, pack("!LLHH", s, m, 17, 3)), ssrcs, ssrcs),
    st.builds(lambda s, m: header(205, 15, pack("!LL", s, m) + bytes(range(16))), ssrcs, ssrcs),
    st.builds(lambda s, m: header(206, 1, pack("!LL", s, m)), ssrcs, ssrcs),
    st.builds(lambda s, m: header(206, 4, pack("!LLLL", s, 0, m, 5 << 24)), ssrcs, ssrcs),
    st.builds(
        lambda s, many: header(
            206, 15, pack("!LL", s, 0) + b"REMB" + bytes([len(many), 1, 2, 3]) + b"".join(pack("!L", m) for m in many)
        ),
        ssrcs,
        st.lists(ssrcs, max_size=3),
    ),
    st.builds(lambda s, m: header(207, 0, pack("!L", s) + pack("!BBHLLL", 5, 0, 3, m, 8, 9)), ssrcs, ssrcs),
)
compounds = st.lists(packets, min_size=1, max_size=4).map(b"".join)


@given(compounds)
def test_a_renamed_packet_renamed_back_is_itself(packet: bytes) -> None:
    renamed = rewrite(packet, NAMES)

    assert renamed is not None
    assert len(renamed) == len(packet)
    assert rewrite(renamed, BACK) == packet


@given(compounds)
def test_no_old_name_is_left_behind(packet: bytes) -> None:
    renamed = rewrite(packet, NAMES)

    assert renamed is not None
    assert pack("!L", A) not in renamed
    assert pack("!L", B) not in renamed


@given(compounds)
def test_without_names_nothing_changes(packet: bytes) -> None:
    assert rewrite(packet, {}) == packet


@given(st.binary(max_size=200))
def test_noise_is_dropped_or_kept_whole_and_never_raises(packet: bytes) -> None:
    assert rewrite(packet, {}) in (packet, None)


@given(compounds, st.integers(min_value=1, max_value=60))
def test_a_cut_packet_never_reads_past_its_end(packet: bytes, cut: int) -> None:
    rewrite(packet[:-cut], NAMES)


def test_a_picture_loss_names_who_asks_and_whom() -> None:
    packet = picture_loss(sender=A, media=B)

    assert is_rtcp(packet)
    assert packet == header(206, 1, pack("!LL", A, B))
