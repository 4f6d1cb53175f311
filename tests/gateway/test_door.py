"""The door's memory: what a page asks by itself is no sign of life, and never hides one (trust.md F4)."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from contracts.caller import Grant
from contracts.identity import Exchange, Session, SessionState, Token
from contracts.words import Role
from gateway import ringing_hours
from gateway.door import Credential, Door, client_address
from gateway.duty import KnownDuty
from gateway.page import FITS_A_HEADER, Page
from gateway.pages import orientations
from kit.http import PeerAway


class Identity:
    """Answers every exchange, and remembers which of them were somebody's doing."""

    def __init__(self) -> None:
        self.touched: list[bool] = []
        self.lives = 60
        self.session = Session(uuid4(), SessionState.OPEN, uuid4(), "Inès R.", (Grant(Role.PSYCHOLOGIST),))

    async def call(self, method: str, path: str, shape: Any, asked: Exchange) -> Token:
        self.touched.append(asked.touch)
        self.meanwhile()
        return Token(f"token {len(self.touched)}", self.lives, self.session)

    def meanwhile(self) -> None:
        """What happens while the answer is on its way."""


async def test_a_page_that_asks_by_itself_does_not_keep_the_screen_awake() -> None:
    identity = Identity()
    door, who = Door(identity, "poivre"), Credential("secret", "session")  # type: ignore[arg-type]
    door.watched = True
    for _ in range(20):
        await door.session(who, touch=False)
    assert identity.touched == [False]


async def test_somebody_at_work_is_seen_although_the_page_asks_all_the_time() -> None:
    identity = Identity()
    door, who = Door(identity, "poivre"), Credential("secret", "session")  # type: ignore[arg-type]
    door.watched = True
    await door.session(who, touch=False)
    await door.session(who)
    assert identity.touched == [False, True], "what was kept for the page does not answer for the person"
    for touch in (True, False, True):
        await door.session(who, touch=touch)
    assert identity.touched == [False, True], "and the person's own answers for both"
    door.forget(str(identity.session.id))
    await door.session(who)
    assert identity.touched == [False, True, True]


async def test_a_session_that_ends_while_its_token_is_on_its_way_is_not_kept() -> None:
    identity = Identity()
    door, who = Door(identity, "poivre"), Credential("secret", "session")  # type: ignore[arg-type]
    door.watched = True

    class Ending(Identity):
        def meanwhile(self) -> None:
            door.forget(str(self.session.id))

    door.identity = Ending()  # type: ignore[assignment]
    await door.session(who)
    door.identity = identity  # type: ignore[assignment]
    await door.session(who)
    assert identity.touched == [True], "asked again: the first answer may have been older than the end"


async def test_the_door_remembers_no_session_longer_than_its_tokens() -> None:
    identity = Identity()
    identity.lives = 10  # over as soon as it is there
    door = Door(identity, "poivre")  # type: ignore[arg-type]
    for number in range(20_010):
        identity.session = msgspec.structs.replace(identity.session, id=uuid4())
        await door.session(Credential(str(number), "session"))
    assert len(door._by_session) < 100


class OnDuty:
    """Referral, which tells who is rung first until it does not answer any more."""

    def __init__(self) -> None:
        self.urgent, self.asked, self.away = self, 0, False

    async def on_duty(self) -> str:
        self.asked += 1
        if self.away:
            raise PeerAway("GET referral")
        return "06 00"


async def test_while_referral_is_silent_one_page_waits_for_it_and_the_others_have_the_number() -> None:
    known, house = KnownDuty(), OnDuty()
    assert await known.now(house) == "06 00"  # type: ignore[arg-type, comparison-overlap]
    house.away, known._at = True, known._at - 60
    for _ in range(5):
        assert await known.now(house) == "06 00"  # type: ignore[arg-type, comparison-overlap]
    assert house.asked == 2


def test_behind_a_proxy_an_address_that_the_client_made_up_is_not_believed() -> None:
    scope = {"headers": [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"203.0.113.7")], "client": ("::1", 1)}
    assert client_address(scope, 1) == "203.0.113.7"
    assert client_address({**scope, "headers": [(b"x-forwarded-for", b"1.1.1.1, 203.0.113.7")]}, 1) == "203.0.113.7"
    assert client_address(scope, 0) == "::1"


def test_a_press_is_named_in_a_header_whatever_its_form_held_and_the_same_press_is_named_the_same() -> None:
    page = object.__new__(Page)

    def named(held: str) -> str:
        page.form = {"idempotency_key": [held]}
        return page.key("book")

    assert named("0f3a") == "0f3a:book"
    for held in ("a\r\nSet-Cookie: x=1", "\x1f\x7f", "ö\u202e🫖", "\ud800", "two words"):
        assert FITS_A_HEADER.fullmatch(named(held)), held
        assert named(held) == named(held)
    assert named("a\rb") != named("a\nb")


def test_what_looks_like_a_number_and_is_none_is_no_version_and_no_day() -> None:
    page = object.__new__(Page)
    for odd in ("²", "9" * 5000, "-1", "", "1e3"):
        page.form = {"version": [odd]}
        assert orientations._version(page) is None
        assert ringing_hours.window({"day": odd, "from": "10:00", "to": "12:00"}, datetime.now(UTC)) is None
