"""What we offer and what we take from an answer; anything odd is refused before it reaches a transport."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.video.rtc import sdp

FINGERPRINT = ":".join(["AB"] * 32)
ICE = sdp.Ice(username="abcd", password="p" * 24, fingerprints=(("sha-256", FINGERPRINT),), candidates=())
OFFER = sdp.offer(ice=ICE, sources=sdp.Sources(audio=1, video=2, repair=3), session=7)
ANSWER = OFFER.replace("actpass", "active")


def test_an_answer_gives_back_what_connecting_needs() -> None:
    answer = sdp.read_answer(ANSWER)

    assert answer.active
    assert answer.ice.username == "abcd"
    assert answer.ice.fingerprints == (("sha-256", FINGERPRINT),)
    assert answer.sources == sdp.Sources(audio=1, video=2, repair=3)


def test_sources_left_unsaid_are_zero() -> None:
    quiet = "\r\n".join(line for line in ANSWER.splitlines() if "ssrc" not in line)

    assert sdp.read_answer(quiet).sources == sdp.Sources()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup:active", "a=setup:actpass"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:a b"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:épée"),
        ("a=ice-pwd:", "a=ice-gone:"),
        ("sha-256", "md5"),
        (FINGERPRINT, "AB:CD"),
        ("m=audio", "m=application"),
        ("a=ssrc:1 ", "a=ssrc:99999999999 "),
        ("a=ssrc:1 ", "a=ssrc:-1 "),
    ],
)
def test_an_odd_answer_is_refused(old: str, new: str) -> None:
    assert old in ANSWER
    with pytest.raises(sdp.BadDescription):
        sdp.read_answer(ANSWER.replace(old, new))


def test_too_many_candidates_are_refused() -> None:
    flood = "a=mid:0\r\n" + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n" * (sdp.MOST_CANDIDATES + 1)

    with pytest.raises(sdp.BadDescription):
        sdp.read_answer(ANSWER.replace("a=mid:0\r\n", flood))


@given(st.text(max_size=400))
def test_noise_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(sdp.BadDescription):
        sdp.read_answer(text)


@given(st.integers(min_value=0, max_value=len(ANSWER) - 1), st.characters())
def test_one_wrong_character_is_read_or_refused(at: int, letter: str) -> None:
    try:
        sdp.read_answer(ANSWER[:at] + letter + ANSWER[at + 1 :])
    except sdp.BadDescription:
        pass
