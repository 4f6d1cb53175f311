"""The waiting list at the desk: who waits, for what, and the hours that are offered, to be said aloud."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.referral import ExpertCard
from contracts.waiting import Waiting, WaitingOffer
from contracts.words import LISTENING, Role
from gateway import waiting_words
from gateway.chosen import one_of, uuids
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.orientations import WHOSE_WORDS
from gateway.pages.soignant_waiting import tolerant
from kit.http import PeerProblem

NEAR = to(*LISTENING, Role.COORDINATOR)
NEVER = datetime.max.replace(tzinfo=UTC)
SAID = {
    "oui": "C’est pris. Redites le jour et l’heure : le code de la personne ouvre son rendez-vous.",
    "non": "C’est noté. L’heure va à la personne suivante ; celle-ci attend toujours.",
    "quitter": "C’est noté : cette personne n’attend plus d’heure. Le reste n’a pas changé.",
}
"""What each press comes to, said once by the word in the address."""
REFUSED = {
    "offer-over": "Cette heure n’est plus gardée. La personne attend toujours : la suivante lui sera proposée.",
    "slot-taken": "Cette heure vient d’être prise. La personne attend toujours : la suivante lui sera proposée.",
    "unknown-offered-hour": "Cette heure n’est plus proposée.",
    "unknown-waiting": "Cette personne n’attend plus d’heure.",
    "no-longer-waiting": "Cette personne n’attend plus d’heure.",
}
"""At the desk it is said of the person, not to them."""


class Offered(msgspec.Struct, frozen=True):
    """An hour that waits for a yes or a no, and with whom it is."""

    offer: WaitingOffer
    card: ExpertCard | None  # None while the directory does not answer


class Waiter(msgspec.Struct, frozen=True):
    """Someone who waits: no name, only what they wait for."""

    entry: Waiting
    offers: list[Offered]
    wants: str
    elsewhere: bool  # their clock is not the desk's


@get("/attente", opt=NEAR)
async def waiting(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """Those who have an hour to hear of first, then the order in which hours are offered."""
    return await _list(page, said=SAID.get(fait, ""))


@post("/attente", opt=NEAR)
async def answer(page: NamedPage) -> Response[str] | Redirect:
    """What the person said on the telephone: yes, no, or that they no longer wait."""
    word = one_of(page.field("reponse"), {each: each for each in SAID})
    (which,) = uuids([page.field("pour")])
    client = page.house.waiting
    asked: dict[str, Callable[..., Awaitable[Any]]] = {
        "oui": client.accept,
        "non": client.decline,
        "quitter": client.leave,
    }
    try:
        await asked[word](which, key=page.key(word))
    except PeerProblem as error:
        code, status = error.problem.code, error.problem.status
        if status == 401:
            raise
        return await _list(page, refusal=REFUSED.get(code) or sentence(code, status), status=status)
    return page.redirect(f"/attente?fait={word}")


async def _list(page: Page, *, said: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    entries = await page.house.waiting.entries()
    ids: list[UUID] = sorted({offer.expert_id for entry in entries for offer in entry.offers})
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(ids), nobody)
    found = [
        Waiter(
            entry=entry,
            offers=[Offered(offer, cards.get(offer.expert_id)) for offer in entry.offers],
            wants=waiting_words.wishes(entry.windows),
            elsewhere=entry.person_zone != "Europe/Paris",
        )
        for entry in entries
    ]
    return await page.render(
        "waiting/attente.html",
        status=status,
        waiters=sorted(found, key=lambda one: min((each.offer.expires_at for each in one.offers), default=NEVER)),
        tabs=WHOSE_WORDS,
        words=waiting_words,
        said=said,
        refusal=refusal,
        place="Orientations",
        back="/attente",
    )


HANDLERS: list[ControllerRouterHandler] = [waiting, answer]
