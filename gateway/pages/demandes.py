"""What a professional is asked, on a page of their own; and the same one request behind a structure's link."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.orientations import Decline, DeclineReason, MyOffer
from contracts.words import Modality, Role
from gateway import orientation_words as words
from gateway.chosen import UnclearChoice, one_of, said_yes
from gateway.door import NotForYou, SessionLocked, SignInFirst
from gateway.guards import PERSON_ONLY, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import day_typed, hour_typed, instant
from gateway.visits import theme_at
from kit.errors import Invalid, Refusal
from kit.http import PeerProblem

EXPERT_ONLY = to(Role.EXPERT)
SAID = {
    "oui": "C’est noté. Choisissez une heure maintenant, ou laissez la ligne en convenir avec la personne.",
    "heure": "L’heure est réservée dans votre agenda. La ligne la dit à la personne.",
    "non": "C’est noté. La demande va à quelqu’un d’autre : rien ne vous est reproché.",
    "autrement": "C’est noté : la ligne demande à la personne si cela lui convient.",
    "vu": "C’est noté : la ligne sait que vous l’avez lue.",
    "motif": "C’est noté : ce motif ne vous sera plus proposé.",
}
"""What the page says once, after a press, by the word in its address."""
REASONS = {reason.value: reason.value for reason in DeclineReason}
WAITING = ("sent", "seen")


def to_the_link(request: Request[Any, Any, Any], _: Refusal) -> Redirect:
    """Without a session of this link: the door where it is opened."""
    return Redirect("/l", status_code=303)


BEHIND_A_LINK: dict[int | type[Exception], Any] = dict.fromkeys((SignInFirst, SessionLocked, NotForYou), to_the_link)


@get("/demandes", opt=EXPERT_ONLY)
async def mine(page: NamedPage) -> Response[str]:
    """What waits for an answer first, then what was answered of late."""
    return await _mine(page)


@post("/demandes/{offer_id:uuid}/vu", opt=EXPERT_ONLY)
async def seen(offer_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """« J'ai vu, je réponds plus tard »."""
    try:
        await page.house.orientations.seen(offer_id, key=page.key("seen"))
    except PeerProblem as error:
        return await _refused(page, error)
    return page.redirect("/demandes?dit=vu")


@post("/demandes/{offer_id:uuid}/oui", opt=EXPERT_ONLY)
async def accept(offer_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Yes; a colleague may have been faster, or the hour may have passed."""
    try:
        await page.house.orientations.accept(offer_id, key=page.key("accept"))
    except PeerProblem as error:
        return await _refused(page, error)
    return page.redirect("/demandes?dit=oui")


@post("/demandes/{offer_id:uuid}/non", opt=EXPERT_ONLY)
async def decline(offer_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """No with its reason, or otherwise: another hour, another way of meeting."""
    try:
        answer = await answer_typed(page, offer_id)
        said = await page.house.orientations.decline(offer_id, answer, key=page.key("decline"))
    except (PeerProblem, Invalid) as error:
        return await _refused(page, error, open_=offer_id)
    if said.may_stop:
        return page.redirect(f"/demandes?motif={said.may_stop}")
    otherwise = answer.counter_at is not None or answer.counter_modality is not None
    return page.redirect(f"/demandes?dit={'autrement' if otherwise else 'non'}")


@post("/demandes/motif", opt=EXPERT_ONLY)
async def stop_motive(page: NamedPage) -> Response[str] | Redirect:
    """« Ne plus me proposer ce motif », confirmed."""
    try:
        await page.house.orientations.stop_motive(page.field("motif")[:40], key=page.key("stop"))
    except PeerProblem as error:
        return await _refused(page, error)
    return page.redirect("/demandes?dit=motif")


@get("/demande", opt=PERSON_ONLY, exception_handlers=BEHIND_A_LINK)
async def linked(page: NamedPage) -> Response[str]:
    """The one request that a structure's or a service's link opens."""
    return await _linked(page)


@post("/demande", opt=PERSON_ONLY, exception_handlers=BEHIND_A_LINK)
async def answer_linked(page: NamedPage) -> Response[str] | Redirect:
    """Yes or no, from behind the link."""
    client, offer_id = page.house.orientations, page.subject
    try:
        if said_yes(page.field("reponse")):
            await client.accept(offer_id, key=page.key("accept"))
            return page.redirect("/demande?dit=oui")
        await client.decline(offer_id, await answer_typed(page, offer_id), key=page.key("decline"))
    except (PeerProblem, UnclearChoice) as error:
        problem = error.problem if isinstance(error, PeerProblem) else error
        if problem.status == 401:
            raise SignInFirst() from error
        return await _linked(page, status=problem.status, refusal=sentence(problem.code, problem.status))
    return page.redirect("/demande?dit=non")


async def _mine(page: Page, *, status: int = 200, **more: Any) -> Response[str]:
    offers = await page.house.orientations.mine()
    motive = page.request.query_params.get("motif", "")
    return await page.render(
        "demandes/demandes.html",
        block="liste",
        status=status,
        waiting=sorted((one for one in offers if waits(one, page.now)), key=lambda one: (one.expires_at, one.id)),
        to_book=[one for one in offers if one.may_book],
        answered=[one for one in offers if not one.may_book and not waits(one, page.now)],
        said=SAID.get(page.request.query_params.get("dit", ""), ""),
        motive=motive if motive.isidentifier() and len(motive) <= 40 else "",
        words=words,
        back="/demandes",
        **{"refusal": "", "open_": None, "typed": {}, **more},
    )


async def _linked(page: Page, *, status: int = 200, refusal: str = "") -> Response[str]:
    offers = await page.house.orientations.mine()
    one = offers[0] if offers else None
    return await page.render(
        "demandes/demande.html",
        status=status,
        it=one,
        waits=one is not None and waits(one, page.now),
        said=page.request.query_params.get("dit", ""),
        refusal=refusal,
        words=words,
        theme=theme_at(page.now, chosen=page.cookies.get("theme")),
    )


def waits(one: MyOffer, now: datetime) -> bool:
    """Whether it may still be answered."""
    return one.status in WAITING and one.expires_at > now


async def answer_typed(page: Page, offer_id: UUID) -> Decline:
    """The form's answer; « autrement » carries another hour, on the clock of who proposes it, or another way."""
    otherwise = page.field("autrement") == "oui"
    reason = one_of(page.field("raison") or ("delay" if otherwise else ""), REASONS)
    until, motive, modality = page.field("jusque"), page.field("motif")[:40], page.field("facon")
    counter = await _counter(page, offer_id) if otherwise and page.field("jour") else None
    return Decline(
        reason=DeclineReason(reason),
        until=_day(until) if until and reason == "capacity" else None,
        motive=motive or None,
        counter_at=counter,
        counter_modality=Modality(one_of(modality, {each.value: each.value for each in Modality}))
        if otherwise and modality
        else None,
    )


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given[:10])
    except ValueError as error:
        raise UnclearChoice() from error


async def _counter(page: Page, offer_id: UUID) -> datetime:
    day, hour = day_typed(page.field("jour")), hour_typed(page.field("heure") or "09:00", field="heure")
    zones = {one.id: one.time_zone for one in await page.house.orientations.mine()}
    return instant(day, hour, zones.get(offer_id, ""))


async def _refused(page: Page, error: PeerProblem | Invalid, *, open_: UUID | None = None) -> Response[str]:
    problem = error.problem if isinstance(error, PeerProblem) else error
    said = sentence(problem.code, problem.status)
    typed = {name: page.field(name)[:80] for name in ("raison", "jusque", "motif", "jour", "heure", "facon")}
    return await _mine(page, status=problem.status, refusal=said, open_=open_, typed=typed)


HANDLERS = [mine, seen, accept, decline, stop_motive, linked, answer_linked]
