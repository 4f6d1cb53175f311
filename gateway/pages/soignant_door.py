"""What every page behind a link shares: where one goes without a session, and what is not there."""

from typing import Any

from litestar import Request
from litestar.response import Redirect

from gateway.door import NotForYou, SessionLocked, SignInFirst, cookies_of
from gateway.pages.public import LEFT_COOKIE, NEUTRAL
from kit.errors import NotFound, Refusal


class NoSuchVisit(NotFound):
    """This appointment is not there, or not this person's."""


def to_the_door(request: Request[Any, Any, Any], _: Refusal) -> Redirect:
    """Without a session: the door; or the neutral page, when someone has just left in a hurry."""
    left = LEFT_COOKIE in cookies_of(request.scope)
    return Redirect(NEUTRAL if left else "/l", status_code=303)


TO_THE_DOOR: dict[int | type[Exception], Any] = dict.fromkeys((SignInFirst, SessionLocked, NotForYou), to_the_door)
"""Of every page behind a code: who has none here is never led to the sign-in of accounts."""
