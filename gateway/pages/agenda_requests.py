"""A request answered from the agenda itself: yes, another hour or way, or no; what is asked stays behind one tap."""

from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from contracts.orientations import MyOffer
from gateway import orientation_words as words
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import OWN_ONLY, Answer, NoAgenda, done, own_only, tried
from gateway.pages.demandes import WAITING, answer_typed, waits

TEMPLATE = "agenda/demande.html"
TYPED = ("raison", "jusque", "motif", "jour", "heure", "facon")


@get("/agenda/demandes/{offer_id:uuid}", opt=OWN_ONLY)
async def one(offer_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """What is asked, in codes, and the three answers."""
    return await _card(page, offer_id, "")


@get("/agenda/demandes/{offer_id:uuid}/autrement", opt=OWN_ONLY)
async def ask_otherwise(offer_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Another day, another way of meeting."""
    return await _card(page, offer_id, "autrement")


@get("/agenda/demandes/{offer_id:uuid}/decliner", opt=OWN_ONLY)
async def ask_decline(offer_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The reason of a no, in one tap."""
    return await _card(page, offer_id, "decliner")


@post("/agenda/demandes/{offer_id:uuid}/oui", opt=OWN_ONLY)
async def accept(offer_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Yes: the hour is chosen next, here or by the line."""

    async def act() -> Answer:
        await page.house.orientations.accept(offer_id, key=page.key("accept"))
        return done(page, own_only(page), "accepte")

    return await _tried(page, offer_id, "", act())


@post("/agenda/demandes/{offer_id:uuid}/non", opt=OWN_ONLY)
async def decline(offer_id: FromPath[UUID], page: NamedPage) -> Answer:
    """No with its reason, or otherwise; the third no to a motive asks on the page of requests whether to stop it."""
    otherwise = page.field("autrement") == "oui"

    async def act() -> Answer:
        answer = await answer_typed(page, offer_id)
        said = await page.house.orientations.decline(offer_id, answer, key=page.key("decline"))
        word = "propose" if otherwise else "decline-encore" if said.may_stop else "decline"
        return done(page, own_only(page), word)

    return await _tried(page, offer_id, "autrement" if otherwise else "decliner", act())


def waiting(offers: list[MyOffer]) -> list[MyOffer]:
    """Those that wait for an answer, the most pressing first."""
    return sorted((one for one in offers if one.status in WAITING), key=lambda one: (one.expires_at, one.id))


async def _tried(page: Page, offer_id: UUID, gesture: str, act: Coroutine[Any, Any, Answer]) -> Answer:
    async def again(said: str, status: int) -> Answer:
        return await _card(page, offer_id, gesture, refusal=said, status=status)

    return await tried(page, act, again)


async def _card(page: Page, offer_id: UUID, gesture: str, *, refusal: str = "", status: int = 200) -> Response[str]:
    who = own_only(page)
    found = next((each for each in await page.house.orientations.mine() if each.id == offer_id), None)
    if found is None:
        raise NoAgenda()
    return await page.render(
        TEMPLATE,
        block="fiche",
        status=status,
        who=who,
        it=found,
        waits=waits(found, page.now),
        gesture=gesture,
        words=words,
        typed={name: page.field(name)[:80] for name in TYPED},
        refusal=refusal,
    )


HANDLERS: list[ControllerRouterHandler] = [one, ask_otherwise, ask_decline, accept, decline]
