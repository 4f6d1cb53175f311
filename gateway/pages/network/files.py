"""Bringing members in from a file: first what it would change, line by line, then exactly that."""

import asyncio
from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect

from contracts.caller import Grant
from contracts.identity import NewInvitation
from contracts.network import Import, Imported
from contracts.reminders import AccountChannels
from contracts.words import Channel, Role
from gateway import member_files
from gateway import network_words as words
from gateway.member_files import MemberFile, Unreadable
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.network.members import COORDINATOR_ONLY
from kit.http import PeerAway, PeerProblem

AT_ONCE = 12
TEMPLATE = "network/import.html"


@get("/reseau/import", opt=COORDINATOR_ONLY)
async def choose(page: NamedPage) -> Response[str]:
    """Paste a file, or choose one."""
    return await page.render(TEMPLATE, text="", shown=None, headings=member_files.HEADINGS, words=words, back="/reseau")


@post("/reseau/import", opt=COORDINATOR_ONLY)
async def look(page: NamedPage) -> Response[str]:
    """What the file would change; nothing is written."""
    text = _text(page)
    try:
        file = member_files.read(text)
        shown = await page.house.network.bring_in(Import(rows=file.rows), key=page.key("look"))
    except Unreadable as error:
        return await _page(page, text, refusal=str(error), status=422)
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await _page(page, text, refusal=said, status=error.problem.status)
    return await _page(page, text, shown=shown)


@post("/reseau/import/appliquer", opt=COORDINATOR_ONLY)
async def apply(page: NamedPage) -> Response[str] | Redirect:
    """Exactly what was shown: a network that changed meanwhile is shown anew. Ways to reach go elsewhere, after."""
    text, expected = _text(page), page.field("expected")[:64]
    try:
        file = member_files.read(text)
        done = await page.house.network.bring_in(
            Import(rows=file.rows, apply=True, expected=expected), key=page.key("apply")
        )
    except Unreadable as error:
        return await _page(page, text, refusal=str(error), status=422)
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        file = member_files.read(text)
        shown = await page.house.network.bring_in(Import(rows=file.rows), key=page.key("again"))
        return await _page(page, text, shown=shown, refusal=said, status=error.problem.status)
    failed = await _reach(page, file, done)
    return page.redirect(f"/reseau?standing=to_invite&importe=1&refuses={failed}")


async def _reach(page: Page, file: MemberFile, done: Imported) -> int:
    """An account that waits, and a channel, for each newcomer with an address; how many could not be kept."""
    wanted = [
        (line.expert_id, line.name, file.mails[line.row - 1])
        for line in done.lines
        if line.kind == "new" and line.expert_id is not None and file.mails[line.row - 1]
    ]
    failed = 0
    for start in range(0, len(wanted), AT_ONCE):
        kept = await asyncio.gather(*(prepare(page, *one) for one in wanted[start : start + AT_ONCE]))
        failed += kept.count(False)
    return failed


async def prepare(page: Page, expert_id: UUID, name: str, mail: str) -> bool:
    """Identity keeps the account that waits, reminders the address; referral learns neither."""
    try:
        new = NewInvitation(expert_id, mail, name, (Grant(Role.EXPERT),))
        await page.house.identity.invite(new, key=page.key(f"account-{expert_id}"))
        await page.house.reminders.keep_channels(expert_id, AccountChannels(mail=mail, channels=[Channel.MAIL]))
    except (PeerAway, PeerProblem):
        return False
    return True


def _text(page: Page) -> str:
    return page.form.get("text", [""])[0]


async def _page(
    page: Page, text: str, *, shown: Imported | None = None, refusal: str = "", status: int = 200
) -> Response[str]:
    vocabulary = await page.house.referral.vocabulary()
    terms = {term.code: term.label for term in (*vocabulary.motives, *vocabulary.languages)}
    return await page.render(
        TEMPLATE,
        status=status,
        text=text,
        shown=shown,
        aside=member_files.read(text).aside if shown else [],
        codes={**terms, **words.PROFESSIONS, **words.MODALITIES, **words.FAMILIES},
        refusal=refusal,
        headings=member_files.HEADINGS,
        words=words,
        back="/reseau",
    )


HANDLERS = [choose, look, apply]
