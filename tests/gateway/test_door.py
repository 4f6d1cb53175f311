"""The door's memory: what a page asks by itself is no sign of life, and never hides one (trust.md F4)."""

from typing import Any
from uuid import uuid4

from contracts.caller import Grant
from contracts.identity import Exchange, Session, SessionState, Token
from contracts.words import Role
from gateway.door import Credential, Door


class Identity:
    """Answers every exchange, and remembers which of them were somebody's doing."""

    def __init__(self) -> None:
        self.touched: list[bool] = []
        self.session = Session(uuid4(), SessionState.OPEN, uuid4(), "Inès R.", (Grant(Role.PSYCHOLOGIST),))

    async def call(self, method: str, path: str, shape: Any, asked: Exchange) -> Token:
        self.touched.append(asked.touch)
        return Token(f"token {len(self.touched)}", 60, self.session)


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
