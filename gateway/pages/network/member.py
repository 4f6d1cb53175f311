"""One member for the coordination: profile, proofs, invitation."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.network import NewProof, Profile
from contracts.words import Channel
from gateway import network_words as words
from gateway.chosen import one_of
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.network.files import prepare
from gateway.pages.network.members import COORDINATOR_ONLY
from gateway.profile_form import LEAVES, PLACES, as_typed, changes
from kit.http import PeerAway, PeerProblem

PROOF_GESTURES = {"": "check", "retirer": "drop"}
"""What the two buttons of a proof say: the first has no name."""


@get("/reseau/{expert_id:uuid}", opt=COORDINATOR_ONLY)
async def member(expert_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Everything that the coordination may see."""
    return await _page(page, await page.house.network.member(expert_id))


@post("/reseau/{expert_id:uuid}", opt=COORDINATOR_ONLY)
async def change(expert_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Save the form; what was typed stays when something is refused."""
    profile = await page.house.network.member(expert_id)
    told, wrong = changes(page.form, profile, coordination=True)
    seen = page.field("seen")
    if wrong or not seen.isdecimal():
        return await _page(page, profile, status=422, errors=wrong, typed=dict(page.form))
    try:
        await page.house.network.change(expert_id, told, seen=int(seen[:9]))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        errors = {name: words.why(name, what) for name, what in error.problem.fields.items()}
        status = error.problem.status
        return await _page(page, profile, status=status, errors=errors, typed=dict(page.form), refusal=said)
    return page.redirect(f"/reseau/{expert_id}?fait=fiche")


@post("/reseau/{expert_id:uuid}/pieces", opt=COORDINATOR_ONLY)
async def add_proof(expert_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A proof that the coordination has seen."""
    try:
        await page.house.network.add_proof(expert_id, proof_typed(page), key=page.key("proof"))
    except (PeerProblem, ValueError) as error:
        profile = await page.house.network.member(expert_id)
        return await _page(page, profile, status=422, proof_errors=proof_errors(error), typed_proof=dict(page.form))
    return page.redirect(f"/reseau/{expert_id}?fait=piece#pieces")


@post("/reseau/{expert_id:uuid}/pieces/{proof_id:uuid}", opt=COORDINATOR_ONLY)
async def settle_proof(expert_id: FromPath[UUID], proof_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """Seen, or taken away."""
    gesture = one_of(page.field("geste"), PROOF_GESTURES)
    try:
        if gesture == "drop":
            await page.house.network.drop_proof(proof_id)
        else:
            await page.house.network.check_proof(proof_id, key=page.key("check"))
    except PeerProblem as error:
        if error.problem.status != 404:
            raise
    return page.redirect(f"/reseau/{expert_id}?fait=piece#pieces")


@post("/reseau/{expert_id:uuid}/inviter", opt=COORDINATOR_ONLY)
async def invite(expert_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The address first (it may be repeated), the fact last: the link leaves by itself."""
    profile = await page.house.network.member(expert_id)
    mail = page.field("mail")[:200]
    known = await _channels(page, expert_id)
    if not mail and Channel.MAIL not in known:
        errors = {"mail": "Il faut une adresse, pour y envoyer le lien."}
        return await _page(page, profile, status=422, errors=errors)
    if mail and not await prepare(page, expert_id, profile.name, mail):
        errors = {"mail": "Cette adresse ne peut pas servir, ou appartient déjà à un compte."}
        return await _page(page, profile, status=422, errors=errors, mail=mail)
    await page.house.network.invite(expert_id, key=page.key("invite"))
    return page.redirect(f"/reseau/{expert_id}?fait=invite")


def proof_typed(page: Page) -> NewProof:
    """A proof as typed; `ValueError` for a date that is none."""

    def day(name: str) -> date | None:
        return date.fromisoformat(page.field(name)) if page.field(name) else None

    return NewProof(page.field("kind"), page.field("reference")[:200], day("obtained_on"), day("expires_on"))


def proof_errors(error: Exception) -> list[str]:
    """Sentences for a proof that was refused."""
    if not isinstance(error, PeerProblem):
        return ["Une date n’a pas été comprise."]
    if error.problem.code != "proof-refused":
        raise error
    return [words.why(name, said) for name, said in error.problem.fields.items()]


async def _channels(page: Page, expert_id: UUID) -> list[Channel]:
    try:
        return (await page.house.reminders.account_kinds(expert_id)).channels
    except (PeerAway, PeerProblem):
        return []


async def _page(page: Page, profile: Profile, *, status: int = 200, **more: Any) -> Response[str]:
    vocabulary, channels = await asyncio.gather(page.house.referral.vocabulary(), _channels(page, profile.id))
    return await page.render(
        "network/membre.html",
        status=status,
        profile=profile,
        vocabulary=vocabulary,
        departments=sorted(vocabulary.departments, key=lambda term: term.code),
        channels=channels,
        words=words,
        places=range(PLACES),
        leaves=range(LEAVES),
        coordination=True,
        done=page.request.query_params.get("fait", ""),
        back=f"/reseau/{profile.id}",
        **{"typed": as_typed(profile), "errors": {}, "proof_errors": [], "typed_proof": {}, "mail": "", **more},
    )


HANDLERS = [member, change, add_proof, settle_proof, invite]
