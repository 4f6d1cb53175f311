"""Groups as people see them: the list without a code, a seat without a call, and one's own places behind the code."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.groups import GroupOpen, GroupStart
from contracts.identity import SpokenCode
from contracts.referral import ExpertCard
from contracts.reminders import KeepNumber
from contracts.together import Group, Place, TakeSeat
from contracts.words import Modality
from gateway.chosen import one_of, uuids
from gateway.guards import OPEN, PERSON_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.soignant_door import TO_THE_DOOR
from gateway.pages.soignant_waiting import tolerant
from gateway.visits import theme_at
from kit.http import PeerAway, PeerProblem

TALK = "talk"
PERMITS = ("case_id", "book", "keep_number", "code")
LONGEST_PERMIT = 4000
NICKNAME = 40
SAID = {
    "place": "Votre place est gardée.",
    "attente": "Le groupe est complet : la prochaine place qui se libère est pour vous, dans l’ordre.",
    "laissee": "C’est noté : votre place est rendue, sans question.",
}
"""What a person's press comes to, by the word in the address."""


@get("/groupes", opt=OPEN)
async def several(page: NamedPage) -> Response[str]:
    """The groups that anyone may join, without a name."""
    return await _listed(page, await _public(page))


@post("/groupes", opt=OPEN)
async def ask(page: NamedPage) -> Response[str] | Redirect:
    """One group, and what is said before a place is kept; nothing is written yet."""
    group = _of(await _public(page), page.field("groupe"))
    if group is None:
        return await _listed(page, await _public(page), refusal=sentence("unknown-group", 404), status=409)
    try:
        begun = await page.house.online.begin_seat(GroupStart(page.origin))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await _listed(page, await _public(page), refusal=said, status=error.problem.status)
    return await _confirm(page, group, {name: str(getattr(begun, name)) for name in PERMITS})


@post("/groupes/confirmer", opt=OPEN)
async def confirm(page: NamedPage) -> Response[str] | Redirect:
    """The case, the number if one was given, the place; then the code, said once. Pressed twice it is one place."""
    group = _of(await _public(page), page.field("groupe"))
    permits = {name: page.field(name)[:LONGEST_PERMIT] for name in PERMITS}
    if group is None or not permits["book"]:
        return page.redirect("/groupes")
    (case_id,) = uuids([permits["case_id"]])
    seat = TakeSeat(permits["book"], page.field("surnom")[:NICKNAME])
    try:
        if page.field("number"):
            number = KeepNumber(permits["keep_number"], page.field("number")[:60], group.time_zone, _eve(page))
            await page.house.reminders.keep_number(number)
        await page.house.online.open_seat(GroupOpen(case_id, page.origin))
        place = await page.house.together.take_alone(group.id, seat, key=page.key("take"))
    except PeerProblem as error:
        code = "number-refused" if error.problem.code == "contact-invalid" else error.problem.code
        said = sentence(code, error.problem.status)
        if code == "number-refused":
            return await _confirm(page, group, permits, refusal=said, status=error.problem.status)
        return await _listed(page, await _public(page), refusal=said, status=error.problem.status)
    code_said = await _code(page, permits["code"])
    return await _render(page, "groups/gardee.html", group=group, place=place, code=code_said)


class Mine(Controller):
    """Groups behind a code: no name is asked, a place is one press, and so is giving it back."""

    path = "/rdv/groupes"
    opt = PERSON_ONLY
    exception_handlers = TO_THE_DOOR

    @get()
    async def several(self, page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
        """Those to come, where they meet, and one's own place."""
        return await _own(page, said=SAID.get(fait, ""))

    @post()
    async def answer(self, page: NamedPage) -> Response[str] | Redirect:
        """Take a place, or give it back: one gesture each."""
        (group_id,) = uuids([page.field("groupe")])
        what = one_of(page.field("geste"), {"venir": "take", "laisser": "leave"})
        client = page.house.together
        try:
            if what == "leave":
                await client.leave(group_id, key=page.key(what))
                return page.redirect("/rdv/groupes?fait=laissee")
            place: Place = await client.take(group_id, TakeSeat(), key=page.key(what))
        except PeerProblem as error:
            code, status = error.problem.code, error.problem.status
            if status == 401:
                raise
            return await _own(page, refusal=sentence(code, status), status=409 if status == 404 else status)
        return page.redirect(f"/rdv/groupes?fait={'place' if place.status == 'seat' else 'attente'}")


async def of_mine(page: Page) -> list[Group]:
    """The groups in which the person behind the code has a place or waits for one."""
    nothing: list[Group] = []
    return [one for one in await tolerant(page.house.together.groups(), nothing) if one.mine]


async def _own(page: Page, *, said: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    met = [one for one in await page.house.together.groups() if one.kind == TALK and (_meets(one) or one.mine)]
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(sorted({one.expert_id for one in met})), nobody)
    shown = sorted(met, key=lambda one: (one.mine is None, one.starts_at))
    context: dict[str, Any] = {"groups": [(one, cards.get(one.expert_id)) for one in shown], "own": True}
    return await _render(page, "groups/groupes.html", status=status, said=said, refusal=refusal, home="/rdv", **context)


async def _public(page: Page) -> list[Group]:
    """What anyone may read: whoever is signed in sees no more here."""
    return [one for one in await page.house.together.listed() if one.kind == TALK and _meets(one)]


async def _listed(page: Page, groups: list[Group], *, refusal: str = "", status: int = 200) -> Response[str]:
    cards = await _hosts(page, groups)
    shown = [(one, cards.get(one.expert_id)) for one in groups]
    return await _render(page, "groups/groupes.html", status=status, groups=shown, own=False, refusal=refusal)


async def _confirm(
    page: Page, group: Group, permits: dict[str, str], *, refusal: str = "", status: int = 200
) -> Response[str]:
    typed = {"number": page.field("number")[:60], "nickname": page.field("surnom")[:NICKNAME], "eve": _eve(page)}
    card = (await _hosts(page, [group])).get(group.expert_id)
    return await _render(
        page, "groups/garder.html", status=status, group=group, card=card, permits=permits, refusal=refusal, **typed
    )


async def _hosts(page: Page, groups: list[Group]) -> dict[UUID, ExpertCard]:
    nobody: dict[UUID, ExpertCard] = {}
    return await tolerant(page.house.online.hosts(sorted({one.expert_id for one in groups})), nobody)


def _meets(group: Group) -> bool:
    return group.modality is not Modality.VIDEO


def _of(groups: list[Group], given: str) -> Group | None:
    return next((one for one in groups if str(one.id) == given), None)


def _eve(page: Page) -> bool:
    return "oui" in page.fields("veille")


async def _code(page: Page, permit: str) -> SpokenCode | None:
    """Without identity the place stands all the same."""
    try:
        return await page.house.identity.permitted_code(permit, key=page.key("code"))
    except (PeerAway, PeerProblem):
        return None


async def _render(page: Page, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    theme = theme_at(page.now, chosen=page.cookies.get("theme"))
    back = "/rdv/groupes" if context.get("own") else "/groupes"
    return await page.render(template, status=status, theme=theme, back=back, **{"said": "", **context})


HANDLERS: list[ControllerRouterHandler] = [several, ask, confirm, Mine]
