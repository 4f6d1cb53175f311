"""After the gesture: what saves a life is typed, someone has it, the person is handed over, two people close it."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.urgent import UrgentDetails, UrgentTold
from gateway import urgent_words
from gateway.chosen import one_of
from gateway.guards import ON_CALL, STAFF_ONLY, URGENT
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.urgent import own_details, shown
from kit.http import PeerProblem

GESTURES = {"confirmer": "confirm", "terminer": "end", "rouvrir": "reopen", "relire": "review"}


@post("/urgence/{action_id:uuid}/savoir", opt=URGENT)
async def tell(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Place, first name, number, means: written at once by whoever is on the line, and « À dire au 15 » with them."""
    told = UrgentTold(
        place=page.field("place")[:200] or None,
        first_name=page.field("first_name")[:60] or None,
        call_back_number=page.field("number")[:40] or None,
        means=page.field("means")[:200] or None,
        department=page.field("department").upper()[:3] or None,
    )
    await page.house.urgent.tell(action_id, told)
    if not page.fragment:
        return page.redirect(f"/urgence/{action_id}")
    raised = await page.house.urgent.one(action_id)
    known = await own_details(page, raised) or told
    return await shown(page, raised, block="dire", details=known)


@post("/urgence/{action_id:uuid}/lever", opt=URGENT)
async def call_back(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The alert is called back, in one gesture."""
    return await _moved(page, action_id, "call-back")


@post("/urgence/{action_id:uuid}/relais", opt=URGENT)
async def hand_over(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """To whom the person is handed over."""
    return await _moved(page, action_id, "hand-over", to=page.field("a")[:20])


@post("/urgence/{action_id:uuid}/prendre", opt=ON_CALL)
async def take(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """« J'ai l'alerte », signed in."""
    return await _moved(page, action_id, "take")


@post("/urgence/{action_id:uuid}/confirmer", opt=URGENT)
async def confirm(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Someone is there, it was heard."""
    return await _moved(page, action_id, "confirm")


@post("/urgence/{action_id:uuid}/fin/{gesture:str}", opt=ON_CALL)
async def end(action_id: FromPath[UUID], gesture: FromPath[str], page: NamedPage) -> Response[str] | Redirect:
    """One says that it is over; another reads it again, or opens it again."""
    return await _moved(page, action_id, one_of(gesture, GESTURES))


@get("/urgence/{action_id:uuid}/details", opt=STAFF_ONLY)
async def ask_factor(action_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The second factor is asked before anything is shown."""
    return await _details(page, action_id)


@post("/urgence/{action_id:uuid}/details", opt=STAFF_ONLY)
async def details(action_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Opened by six digits; nothing of them is kept on the page."""
    code = page.field("code").replace(" ", "")[:12]
    try:
        proof = await page.house.identity.show_factor(code, key=page.key("factor"))
        known = await page.house.urgent.open_details(action_id, proof.permit, key=page.key("open"))
    except PeerProblem as error:
        said = "factor-wrong" if error.problem.code == "wrong-credentials" else error.problem.code
        return await _details(
            page,
            action_id,
            status=error.problem.status,
            refusal=sentence(said, error.problem.status),
            no_factor=said == "no-second-factor",
            glass_needed=said == "glass-needed",
        )
    return await _details(page, action_id, known=known)


@post("/urgence/{action_id:uuid}/relire-apres", opt=ON_CALL)
async def break_glass(action_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """A reason, and a second person; both are kept."""
    await page.house.urgent.break_glass(action_id, page.field("reason")[:30], key=page.key("glass"))
    return page.redirect(f"/urgence/{action_id}/details")


@post("/urgence/{action_id:uuid}/relire-apres/{glass_id:uuid}", opt=ON_CALL)
async def allow_glass(action_id: FromPath[UUID], glass_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """The second person allows it."""
    await page.house.urgent.allow_glass(action_id, glass_id, key=page.key("allow"))
    return page.redirect(f"/urgence/{action_id}/details")


async def _details(
    page: Page,
    action_id: UUID,
    *,
    status: int = 200,
    refusal: str = "",
    known: UrgentDetails | None = None,
    no_factor: bool = False,
    glass_needed: bool = False,
) -> Response[str]:
    raised = await page.house.urgent.one(action_id)
    over = raised.status in ("ended", "closed", "called_back")
    asked = await page.house.urgent.glasses(action_id) if over and page.roles & ON_CALL["roles"] else []
    return await page.render(
        "urgent/details.html",
        status=status,
        action=raised,
        known=known,
        refusal=refusal,
        no_factor=no_factor,
        glass_needed=glass_needed or over,
        glasses=asked,
        words=urgent_words,
        to_say=urgent_words.to_say(known, raised.samu) if known else [],
        back=f"/urgence/{action_id}/details",
    )


async def _moved(page: Page, action_id: UUID, gesture: str, to: str = "") -> Response[str] | Redirect:
    """Do it and show where it stands; when someone was faster, say so and show the same."""
    refusal = ""
    try:
        if gesture == "hand-over":
            raised = await page.house.urgent.hand_over(action_id, to, key=page.key(gesture))
        else:
            raised = await page.house.urgent.move(action_id, gesture, key=page.key(gesture))
    except PeerProblem as error:
        if error.problem.status not in (409, 422):
            raise
        raised = await page.house.urgent.one(action_id)
        refusal = sentence(error.problem.code, error.problem.status)
    if page.fragment or refusal:
        status = 409 if refusal and not page.fragment else 200
        return await shown(page, raised, status=status, refusal=refusal, details=await own_details(page, raised))
    return page.redirect(f"/urgence/{action_id}")


HANDLERS = [
    tell,
    call_back,
    hand_over,
    take,
    confirm,
    end,
    ask_factor,
    details,
    break_glass,
    allow_glass,
]
