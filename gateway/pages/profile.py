"""An expert's own page: whom they help and how, proofs, charter, consents, and how they are told."""

import asyncio
from datetime import time
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.network import Profile
from contracts.reminders import AccountWishes
from contracts.words import Channel, Role
from gateway import network_words as words
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.network.member import proof_errors, proof_typed
from gateway.profile_form import LEAVES, PLACES, as_typed, changes
from gateway.typed import version_typed
from kit.http import PeerAway, PeerProblem

EXPERT_ONLY = to(Role.EXPERT)


@get("/profil", opt=EXPERT_ONLY)
async def profile(page: NamedPage) -> Response[str]:
    """One's own page; before the coordination has made it, it says so."""
    found = await _mine(page)
    return await _page(page, found) if found else await _none(page)


@post("/profil", opt=EXPERT_ONLY)
async def change(page: NamedPage) -> Response[str] | Redirect:
    """Save; what was typed stays when something is refused."""
    found = await _mine(page)
    if found is None:
        return await _none(page)
    told, wrong = changes(page.form, found)
    seen = page.field("seen")
    if wrong or not seen.isdecimal():
        return await _page(page, found, status=422, errors=wrong, typed=dict(page.form))
    try:
        await page.house.network.change_mine(told, seen=int(seen[:9]))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        errors = {name: words.why(name, what) for name, what in error.problem.fields.items()}
        status = error.problem.status
        return await _page(page, found, status=status, errors=errors, typed=dict(page.form), refusal=said)
    return page.redirect("/profil?fait=fiche")


@post("/profil/messages", opt=EXPERT_ONLY)
async def channels(page: NamedPage) -> Response[str] | Redirect:
    """How and at which hours one is told: straight to reminders."""
    found = await _mine(page)
    if found is None:
        return await _none(page)
    chosen = [one for one in Channel if one.value in page.fields("channels")]
    try:
        wishes = AccountWishes(
            phone=page.field("phone") or None,
            mail=page.field("mail") or None,
            channels=chosen,
            from_hour=_hour(page.field("from_hour")),
            to_hour=_hour(page.field("to_hour")),
            entries=page.field("entries") == "oui",
        )
        await page.house.reminders.change_wishes(page.subject, wishes)
    except PeerProblem as error:
        if error.problem.code != "contact-invalid":
            raise
        told = {name: sentence("contact-invalid") for name in error.problem.fields}
        return await _page(page, found, status=422, errors=told, channels_typed=dict(page.form))
    except ValueError:
        told = {"hours": "Une heure n’a pas été comprise."}
        return await _page(page, found, status=422, errors=told, channels_typed=dict(page.form))
    return page.redirect("/profil?fait=messages#messages")


@post("/profil/pieces", opt=EXPERT_ONLY)
async def say_proof(page: NamedPage) -> Response[str] | Redirect:
    """Said, to be checked by the coordination."""
    try:
        await page.house.network.say_proof(proof_typed(page), key=page.key("proof"))
    except (PeerProblem, ValueError) as error:
        found = await _mine(page)
        if found is None:
            return await _none(page)
        told = proof_errors(error)
        return await _page(page, found, status=422, proof_errors=told, typed_proof=dict(page.form))
    return page.redirect("/profil?fait=piece#pieces")


@post("/profil/pieces/{proof_id:uuid}", opt=EXPERT_ONLY)
async def take_back(proof_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """One that nobody has checked yet; gone already is gone."""
    try:
        await page.house.network.take_back_proof(proof_id)
    except PeerProblem as error:
        if error.problem.status != 404:
            raise
    return page.redirect("/profil?fait=piece#pieces")


@post("/profil/charte", opt=EXPERT_ONLY)
async def sign(page: NamedPage) -> Redirect:
    """Sign the charter that was read."""
    version = version_typed(page.field("version")) or 0
    await page.house.network.sign_charter(version, key=page.key("charter"))
    return page.redirect("/profil?fait=charte#charte")


@post("/profil/lettres/{notice_id:uuid}", opt=EXPERT_ONLY)
async def has_read(notice_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """It was read."""
    await page.house.network.has_read(notice_id, key=page.key("read"))
    return page.redirect("/profil#lettres")


def _hour(typed: str) -> time | None:
    return time.fromisoformat(typed) if typed else None


async def _mine(page: Page) -> Profile | None:
    try:
        return await page.house.network.mine()
    except PeerProblem as error:
        if error.problem.status == 404:
            return None
        raise


async def _none(page: Page) -> Response[str]:
    return await page.render("profile/aucun.html", back="/profil")


async def _page(page: Page, found: Profile, *, status: int = 200, **more: Any) -> Response[str]:
    vocabulary, wishes, letters = await asyncio.gather(
        page.house.referral.vocabulary(), _wishes(page), page.house.network.letters()
    )
    return await page.render(
        "profile/profil.html",
        status=status,
        profile=found,
        vocabulary=vocabulary,
        departments=sorted(vocabulary.departments, key=lambda term: term.code),
        wishes=wishes,
        letters=letters,
        words=words,
        places=range(PLACES),
        leaves=range(LEAVES),
        coordination=False,
        done=page.request.query_params.get("fait", ""),
        back="/profil",
        **{"typed": as_typed(found), "errors": {}, "proof_errors": [], "typed_proof": {}, "channels_typed": {}, **more},
    )


async def _wishes(page: Page) -> Any:
    try:
        return await page.house.reminders.account_kinds(page.subject)
    except (PeerAway, PeerProblem):
        return None


HANDLERS = [profile, change, channels, say_proof, take_back, sign, has_read]
