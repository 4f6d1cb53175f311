"""Adding a second factor to one's own account: a secret for an authenticator application, then one code of it."""

from litestar import Response, get, post
from litestar.response import Redirect

from gateway.guards import STAFF_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage
from kit.http import PeerProblem


@get("/second-facteur", opt=STAFF_ONLY)
async def explain(page: NamedPage) -> Response[str]:
    """What it is for, and one button; nothing is made by opening the page."""
    return await page.render("account/second_facteur.html", back="/second-facteur")


@post("/second-facteur", opt=STAFF_ONLY)
async def begin(page: NamedPage) -> Response[str]:
    """The secret, shown this once, and the field for the first code."""
    try:
        seed = await page.house.identity.new_totp(key=page.key("totp"))
    except PeerProblem as error:
        if error.problem.status != 403:
            raise
        return await page.render("account/second_facteur.html", there=True, back="/second-facteur")
    return await page.render("account/second_facteur.html", seed=seed, back="/second-facteur")


@post("/second-facteur/code", opt=STAFF_ONLY)
async def confirm(page: NamedPage) -> Response[str] | Redirect:
    """From now on a sign-in asks for its code; this session locks, and reopens with it."""
    code = page.field("code").replace(" ", "")[:12]
    try:
        await page.house.identity.confirm_totp(code, key=page.key("confirm"))
    except PeerProblem as error:
        said = sentence("factor-wrong", 401) if error.problem.code == "wrong-credentials" else ""
        refusal = said or sentence(error.problem.code, error.problem.status)
        return await page.render(
            "account/second_facteur.html", status=422, asked=True, refusal=refusal, back="/second-facteur"
        )
    if page.house.credential is not None:
        page.gateway.door.forget(page.house.credential.hash)
    return page.redirect("/verrou?next=/accueil")


HANDLERS = [explain, begin, confirm]
