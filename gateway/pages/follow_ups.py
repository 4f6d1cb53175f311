"""After a consultation: one tap of news from each side, and the listener's own list with one word a line."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.words import Role
from gateway.guards import LISTENERS_ONLY, PERSON_ONLY, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.soignant_door import TO_THE_DOOR
from gateway.visits import theme_at
from kit.http import PeerProblem

OWNERS_ONLY = to(Role.EXPERT, Role.SECRETARY)
LEARNT = {"took_place": "a eu lieu", "moved": "déplacé", "not_come": "pas venu·e"}
PERSON = {
    "helped": "Cela m’a aidé·e",
    "not_enough": "Ce n’est pas suffisant",
    "not_for_me": "Ce n’était pas ce qu’il me fallait",
    "call_me": "J’aimerais qu’on me rappelle",
    "rather_not": "Je préfère ne pas répondre",
}
EXPERT = {
    "done": "Terminé",
    "goes_on": "Un suivi continue",
    "passed_on": "Orientée vers quelqu’un d’autre",
    "not_come": "La personne n’est pas venue",
    "other": "Autre",
}


@get("/suites", opt=LISTENERS_ONLY)
async def learnt(page: NamedPage) -> Response[str]:
    """One's own hand-overs: it took place, it was moved, nobody came; nothing else is told (care.md 19)."""
    return await page.render("follow_ups/suites.html", handed_over=await page.house.news.handed_over(), words=LEARNT)


@get("/rdv/nouvelles", opt=PERSON_ONLY, exception_handlers=TO_THE_DOOR)
async def person_page(page: NamedPage) -> Response[str]:
    """One question, five answers, none of them an obligation."""
    return await _person(page)


@post("/rdv/nouvelles/{appointment_id:uuid}", opt=PERSON_ONLY, exception_handlers=TO_THE_DOOR)
async def person_says(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """One tap; it can be changed."""
    try:
        await page.house.news.answer(appointment_id, "person", page.field("answer")[:20], key=page.key("news"))
    except PeerProblem as error:
        return await _person(page, refusal=sentence(error.problem.code, error.problem.status))
    return page.redirect("/rdv/nouvelles")


@get("/agenda/suites", opt=OWNERS_ONLY)
async def expert_page(page: NamedPage) -> Response[str]:
    """The consultations of three days ago and more that wait for a code."""
    return await _expert(page)


@post("/agenda/suites/{appointment_id:uuid}", opt=OWNERS_ONLY)
async def expert_says(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A code, never a note."""
    try:
        await page.house.news.answer(appointment_id, "expert", page.field("answer")[:20], key=page.key("news"))
    except PeerProblem as error:
        return await _expert(page, refusal=sentence(error.problem.code, error.problem.status))
    return page.redirect("/agenda/suites")


async def _person(page: Page, refusal: str = "") -> Response[str]:
    return await page.render(
        "follow_ups/nouvelles.html",
        status=422 if refusal else 200,
        theme=theme_at(page.now, chosen=page.cookies.get("theme")),
        asked=await page.house.news.mine(),
        answers=PERSON,
        refusal=refusal,
        home="/rdv",
        back="/rdv/nouvelles",
    )


async def _expert(page: Page, refusal: str = "") -> Response[str]:
    return await page.render(
        "follow_ups/agenda.html",
        status=422 if refusal else 200,
        asked=await page.house.news.of_expert(),
        answers=EXPERT,
        refusal=refusal,
        back="/agenda/suites",
    )


HANDLERS = [learnt, person_page, person_says, expert_page, expert_says]
