"""What was read again of an urgent action once it was over: the privacy officer looks at each within three days."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.words import Role
from gateway import urgent_words
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.http import PeerProblem

OFFICER_ONLY = to(Role.PRIVACY_OFFICER)


@get("/relectures", opt=OFFICER_ONLY)
async def waiting(page: NamedPage) -> Response[str]:
    """Who, why, how often; nothing of what was read."""
    return await _listed(page)


@post("/relectures/{glass_id:uuid}", opt=OFFICER_ONLY)
async def review(glass_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Justified, or to be talked over."""
    try:
        await page.house.urgent.review_reading(glass_id, page.field("avis")[:20], key=page.key("review"))
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _listed(page, refusal=refusal, status=error.problem.status)
    return page.redirect("/relectures")


async def _listed(page: Page, *, refusal: str = "", status: int = 200) -> Response[str]:
    return await page.render(
        "urgent/relectures.html",
        status=status,
        readings=await page.house.urgent.readings(),
        reasons=urgent_words.REASONS,
        refusal=refusal,
        back="/relectures",
    )


HANDLERS = [waiting, review]
