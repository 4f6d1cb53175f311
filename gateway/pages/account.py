"""Entering and leaving for the team: one question at a time, and a lock that loses nothing."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect

from contracts.identity import Factor, Login, NextFactor, Session, SessionState
from contracts.words import LISTENING, Role
from gateway.door import SESSION_COOKIE
from gateway.guards import OPEN, STAFF_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, ended_cookie, host_cookie
from gateway.pages.public import end_session
from kit.http import PeerProblem

ROLE_WORDS = {
    Role.PSYCHOLOGIST: "psychologue de la ligne",
    Role.VOLUNTEER: "bénévole de la ligne",
    Role.DUTY_MANAGER: "responsable d’astreinte",
    Role.EXPERT: "professionnel du réseau",
    Role.SECRETARY: "secrétariat",
    Role.STRUCTURE_CONTACT: "contact d’une structure",
    Role.PARTNER: "association partenaire",
    Role.TERRITORY_REFERENT: "référent de territoire",
    Role.COORDINATOR: "coordination",
    Role.PRIVACY_OFFICER: "protection des données",
    Role.ADMIN: "administration",
}


@get("/connexion", opt=OPEN)
async def sign_in(page: NamedPage) -> Response[str]:
    """Identifier and password."""
    return await page.render("account/connexion.html", next=page.request.query_params.get("next"))


@post("/connexion", opt=OPEN)
async def give_password(page: NamedPage) -> Response[str] | Redirect:
    """The first factor; the identifier stays in the form when it is refused."""
    login = Login(
        identifier=page.field("identifier")[:200],
        secret=page.form.get("password", [""])[0][:1000],
        former=page.cookies.get(SESSION_COOKIE),
        origin=page.origin,
    )
    try:
        session = await page.house.identity.login(login)
    except PeerProblem as error:
        return await _again(page, "account/connexion.html", error, identifier=login.identifier)
    return _entered(page, session)


@get("/connexion/code", opt=OPEN)
async def ask_code(page: NamedPage) -> Response[str] | Redirect:
    """The second factor, when the first has been given."""
    if SESSION_COOKIE not in page.cookies:
        return page.redirect("/connexion")
    return await page.render("account/code.html", next=page.request.query_params.get("next"))


@post("/connexion/code", opt=OPEN)
async def give_code(page: NamedPage) -> Response[str] | Redirect:
    """Six digits, with or without spaces."""
    code = page.field("code").replace(" ", "")[:12]
    return await _next_factor(page, "account/code.html", Factor.TOTP, code)


@get("/verrou", opt=OPEN)
async def locked(page: NamedPage) -> Response[str] | Redirect:
    """Locked, not lost."""
    if SESSION_COOKIE not in page.cookies:
        return page.redirect("/connexion")
    return await page.render("account/verrou.html", next=page.request.query_params.get("next"))


@post("/verrou", opt=OPEN)
async def reopen(page: NamedPage) -> Response[str] | Redirect:
    """One factor reopens: the password, or six digits of the authenticator."""
    given = page.form.get("password", [""])[0][:1000]
    digits = given.replace(" ", "")
    factor = Factor.TOTP if len(digits) == 6 and digits.isdigit() else Factor.PASSWORD
    return await _next_factor(page, "account/verrou.html", factor, digits if factor is Factor.TOTP else given)


@post("/deconnexion", opt=OPEN)
async def sign_out(page: NamedPage) -> Redirect:
    """End the session at once, everywhere."""
    await end_session(page)
    return page.redirect("/connexion", [ended_cookie(SESSION_COOKIE)])


@get("/accueil", opt=STAFF_ONLY)
async def home(page: NamedPage) -> Response[str] | Redirect:
    """To the page of one's work; a role without pages is told so."""
    if page.roles & LISTENING:
        return page.redirect("/appels")
    if page.roles & {Role.EXPERT, Role.SECRETARY}:
        return page.redirect("/agenda")
    if Role.COORDINATOR in page.roles:
        return page.redirect("/reseau")
    if Role.PRIVACY_OFFICER in page.roles:
        return page.redirect("/relectures")
    name = page.session.display_name if page.session else ""
    roles = [ROLE_WORDS[role] for role in Role if role in page.roles and role in ROLE_WORDS]
    return await page.render("account/accueil.html", who=name, roles=roles)


async def _next_factor(page: NamedPage, template: str, factor: Factor, secret: str) -> Response[str] | Redirect:
    held = page.cookies.get(SESSION_COOKIE)
    if held is None:
        return page.redirect("/connexion")
    given = NextFactor(session=held, factor=factor, secret=secret, origin=page.origin)
    try:
        session = await page.house.identity.next_factor(given)
    except PeerProblem as error:
        if error.problem.code == "session-ended":
            return page.redirect("/connexion", [ended_cookie(SESSION_COOKIE)])
        return await _again(page, template, error)
    if page.house.credential is not None:
        page.gateway.door.forget(page.house.credential.hash)
    return _entered(page, session)


def _entered(page: NamedPage, session: Session) -> Redirect:
    """On to the next question, or to the page that was asked for."""
    cookies = [host_cookie(SESSION_COOKIE, session.secret, max_age=None)] if session.secret else []
    target = page.field("next")
    then = f"?{urlencode({'next': target})}" if target else ""
    if session.state is SessionState.PARTIAL:
        return page.redirect(f"/connexion/code{then}", cookies)
    if session.state is SessionState.LOCKED:
        return page.redirect(f"/verrou{then}", cookies)
    return page.redirect(target or "/accueil", cookies)


async def _again(page: NamedPage, template: str, error: PeerProblem, **kept: str) -> Response[str]:
    """The same form with a sentence; what was typed is kept, but for the secret."""
    return await page.render(
        template,
        status=error.problem.status,
        refusal=sentence(error.problem.code, error.problem.status),
        next=page.field("next"),
        **kept,
    )


HANDLERS = [sign_in, give_password, ask_code, give_code, locked, reopen, sign_out, home]
