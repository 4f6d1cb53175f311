"""Opening an account from an invitation: a password of one's own, and the door."""

from litestar import Response, get, post
from litestar.response import Redirect

from contracts.identity import AcceptInvitation
from gateway.guards import OPEN
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.http import PeerProblem

TEMPLATE = "account/invitation.html"


@get("/invitation", opt=OPEN)
async def invited(page: NamedPage) -> Response[str]:
    """The secret stays in the address bar's fragment; without scripts it is pasted."""
    return await page.render(TEMPLATE, secret="")


@post("/invitation", opt=OPEN)
async def accept(page: NamedPage) -> Response[str] | Redirect:
    """The link opens once; two spellings of a password that differ are asked again."""
    secret = page.field("secret").rpartition("#")[2][:200]
    chosen, again = (page.form.get(name, [""])[0][:1000] for name in ("password", "again"))
    if chosen != again:
        return await _again(page, secret, "Les deux mots de passe ne sont pas les mêmes.", 422)
    try:
        account = await page.house.identity.accept(AcceptInvitation(secret, chosen, page.origin))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        if error.problem.code == "link-not-open":
            said = "Ce lien ne s’ouvre pas : il a déjà servi, ou il est trop ancien. La coordination peut le renvoyer."
        return await _again(page, secret, said, error.problem.status)
    return await page.render("account/connexion.html", identifier=account.identifier, next="/profil", welcome=True)


async def _again(page: Page, secret: str, said: str, status: int) -> Response[str]:
    return await page.render(TEMPLATE, status=status, secret=secret, refusal=said)


HANDLERS = [invited, accept]
