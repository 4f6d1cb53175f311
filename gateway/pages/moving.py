"""The open stream of lists that stay true by themselves: something moved, the page asks for its list again."""

from collections.abc import AsyncIterator, Callable

from litestar import get
from litestar.response import Stream

from contracts.words import LISTENING, Role
from gateway.guards import UNTOUCHED, to
from gateway.page import NamedPage, Page
from gateway.pages.calls.stream import event

AT_WORK = {**to(*LISTENING, Role.COORDINATOR, Role.EXPERT), **UNTOUCHED}
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@get("/mouvements/flux", opt=AT_WORK)
async def moves(page: NamedPage) -> Stream:
    """Server-sent events: `mouvement`, without saying what; every quarter of a minute anyway."""
    return Stream(_moves(page), media_type="text/event-stream", headers=HEADERS)


def heard_by(page: Page) -> Callable[[str], bool]:
    """The desk hears of everything at the desk; a professional, of what they are asked."""
    if page.roles & (LISTENING | {Role.COORDINATOR}):
        return lambda name: name == "desk" or name.startswith("referral:")
    mine = f"offers:{page.subject}"
    return lambda name: name == mine


async def _moves(page: Page) -> AsyncIterator[bytes]:
    feed = page.gateway.live.listen(heard_by(page))
    try:
        yield b"retry: 1500\n\n"
        async for _ in feed:
            yield event("mouvement", {})
    finally:
        await feed.aclose()  # type: ignore[attr-defined]


HANDLERS = [moves]
