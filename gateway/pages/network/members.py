"""Who is in the network: searched and filtered, who is missing where, and a message to those shown."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect

from contracts.network import NewNotice, Standing
from contracts.words import Role
from gateway import network_words as words
from gateway.chosen import one_of
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.http import PeerProblem

COORDINATOR_ONLY = to(Role.COORDINATOR)
FILTERS = ("q", "profession", "department", "standing")
STANDINGS = {one.value: one.value for one in Standing}
FIRST_MISSING = 24


@get("/reseau", opt=COORDINATOR_ONLY)
async def members(page: NamedPage) -> Response[str]:
    """The list, narrowed by its filters; the address holds them, so that it can be kept and gone back to."""
    asked = {name: page.request.query_params.get(name, "")[:80] for name in FILTERS}
    if asked["standing"] not in words.STATES:  # of an address that was kept, or typed
        asked["standing"] = ""
    return await show(page, asked)


@get("/reseau/manques", opt=COORDINATOR_ONLY)
async def missing(page: NamedPage) -> Response[str]:
    """Every profession that a département lacks, the most asked for first."""
    overview, vocabulary = await asyncio.gather(page.house.network.overview(), page.house.referral.vocabulary())
    names = {term.code: term.label for term in vocabulary.departments}
    return await page.render("network/manques.html", missing=overview.missing, names=names, words=words, back="/reseau")


@post("/reseau/message", opt=COORDINATOR_ONLY)
async def write(page: NamedPage) -> Response[str] | Redirect:
    """To everyone whom the filters show; a press repeated sends nothing twice."""
    asked = {name: page.field(name)[:80] for name in FILTERS}
    standing = Standing(one_of(asked["standing"], STANDINGS))  # one that nobody knows would be everyone
    text = page.field("text").replace("\r\n", "\n")
    notice = NewNotice(text, asked["q"], asked["profession"], asked["department"], standing)
    try:
        sent = await page.house.network.write_to(notice, key=page.key("notice"))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await show(page, asked, status=error.problem.status, refusal=said, text=text)
    return page.redirect(f"/reseau?{urlencode({**asked, 'envoye': sent.recipients})}")


async def show(page: Page, asked: dict[str, str], *, status: int = 200, **more: Any) -> Response[str]:
    """The list with its filters as they are."""
    after = page.request.query_params.get("after", "")[:400]
    found, overview, vocabulary = await asyncio.gather(
        page.house.network.members(**asked, after=after),
        page.house.network.overview(),
        page.house.referral.vocabulary(),
    )
    query = {name: value for name, value in asked.items() if value}
    sent = page.request.query_params.get("envoye", "")
    invited, without = (page.request.query_params.get(name, "") for name in ("invites", "sans"))
    return await page.render(
        "network/reseau.html",
        status=status,
        found=found,
        overview=overview,
        missing=overview.missing[:FIRST_MISSING],
        departments=sorted(vocabulary.departments, key=lambda term: term.code),
        names={term.code: term.label for term in vocabulary.departments},
        asked=asked,
        filtered=bool(query),
        further=urlencode({**query, "after": found.after}) if found.after else None,
        first_page=not after,
        start=urlencode(query),
        words=words,
        invited=_count(invited),
        without=_count(without) or 0,
        sent=_count(sent),
        back="/reseau",
        **{"text": "", **more},
    )


def _count(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) < 7 else None


HANDLERS = [members, missing, write]
