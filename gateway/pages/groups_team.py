"""Groups at the desk, a place kept for whoever is on the line; and supervision, which is the team's own."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.identity import NewCode, SpokenCode
from contracts.referral import ExpertCard
from contracts.together import Group, Place, TakeSeat
from gateway.chosen import one_of, uuids
from gateway.guards import LISTENERS_ONLY, STAFF_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.soignant_waiting import tolerant
from kit.http import PeerProblem

TALK, SUPERVISION = "talk", "supervision"
NICKNAME = 40
SAID = {
    "place": "Votre place est gardée.",
    "attente": "Complet : la prochaine place qui se libère est pour vous.",
    "laissee": "Votre place est rendue.",
}


@get("/appels/{contact_id:uuid}/groupes", opt=LISTENERS_ONLY)
async def at_the_desk(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Every group to come, those that are not online too: a place for whoever is on the line."""
    return await _desk(page, contact_id)


@post("/appels/{contact_id:uuid}/groupes", opt=LISTENERS_ONLY)
async def keep(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The place first by the case of the call; then its code, if the person has none yet."""
    (group_id,) = uuids([page.field("groupe")])
    try:
        permit = await page.house.referral.seat_permit(contact_id, key=page.key("permit"))
        seat = TakeSeat(permit.permit, page.field("surnom")[:NICKNAME])
        place = await page.house.together.take(group_id, seat, key=page.key("take"))
        code = None
        if page.field("code") == "oui":
            code = await page.house.identity.make_code(NewCode(permit.case_id), key=page.key("code"))
    except PeerProblem as error:
        code_, status = error.problem.code, error.problem.status
        if status == 401:
            raise
        return await _desk(page, contact_id, refusal=sentence(code_, status), status=409 if status == 404 else status)
    return await _desk(page, contact_id, kept=(group_id, place), code=code)


@get("/supervisions", opt=STAFF_ONLY)
async def supervisions(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """Those who listen are looked after (care.md 20): an hour among ourselves, not measured by name."""
    return await _supervisions(page, said=SAID.get(fait, ""))


@post("/supervisions", opt=STAFF_ONLY)
async def answer(page: NamedPage) -> Response[str] | Redirect:
    """Come, or give the place back."""
    (group_id,) = uuids([page.field("groupe")])
    what = one_of(page.field("geste"), {"venir": "take", "laisser": "leave"})
    client = page.house.together
    try:
        if what == "leave":
            await client.leave(group_id, key=page.key(what))
            return page.redirect("/supervisions?fait=laissee")
        place = await client.take(group_id, TakeSeat(), key=page.key(what))
    except PeerProblem as error:
        code, status = error.problem.code, error.problem.status
        if status == 401:
            raise
        return await _supervisions(page, refusal=sentence(code, status), status=409 if status == 404 else status)
    return page.redirect(f"/supervisions?fait={'place' if place.status == 'seat' else 'attente'}")


async def _desk(
    page: Page,
    contact_id: UUID,
    *,
    kept: tuple[UUID, Place] | None = None,
    code: SpokenCode | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    contact = await page.house.referral.contact(contact_id)
    groups = [one for one in await page.house.together.groups() if one.kind == TALK]
    place = None if kept is None else {"group": next((one for one in groups if one.id == kept[0]), None), "is": kept[1]}
    context: dict[str, Any] = {"contact": contact, "place_kept": place, "code": code, "refusal": refusal}
    return await page.render(
        "groups/poste.html",
        status=status,
        groups=await _with_cards(page, groups),
        back=f"/appels/{contact_id}/groupes",
        **context,
    )


async def _supervisions(page: Page, *, said: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    met = [one for one in await page.house.together.groups() if one.kind == SUPERVISION]
    shown = await _with_cards(page, met)
    return await page.render(
        "groups/supervisions.html", status=status, groups=shown, said=said, refusal=refusal, back="/supervisions"
    )


async def _with_cards(page: Page, groups: list[Group]) -> list[tuple[Group, ExpertCard | None]]:
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(sorted({one.expert_id for one in groups})), nobody)
    return [(one, cards.get(one.expert_id)) for one in groups]


HANDLERS: list[ControllerRouterHandler] = [at_the_desk, keep, supervisions, answer]
