"""Inviting everyone whom the filters show, in one press: those with an address, and how many have none."""

import asyncio
from urllib.parse import urlencode
from uuid import UUID

from litestar import post
from litestar.response import Redirect

from contracts.words import Channel
from gateway.page import NamedPage, Page
from gateway.pages.network.files import AT_ONCE
from gateway.pages.network.members import COORDINATOR_ONLY, FILTERS
from kit.http import PeerAway, PeerProblem

PAGES = 40
"""So many pages of the list at most; the press may be repeated for the rest."""


@post("/reseau/inviter", opt=COORDINATOR_ONLY)
async def invite_all(page: NamedPage) -> Redirect:
    """Only who waits for an invitation; a press repeated invites nobody twice."""
    asked = {name: page.field(name)[:80] for name in FILTERS} | {"standing": "to_invite"}
    waiting: list[UUID] = []
    after = ""
    for _ in range(PAGES):
        found = await page.house.network.members(**asked, after=after)
        waiting += [one.id for one in found.members]
        if not found.after:
            break
        after = found.after
    done: list[bool] = []
    for start in range(0, len(waiting), AT_ONCE):
        done += await asyncio.gather(*(_invite(page, one) for one in waiting[start : start + AT_ONCE]))
    told = {"invites": sum(done), "sans": len(done) - sum(done)}
    return page.redirect(f"/reseau?{urlencode({'standing': 'to_invite', **told})}")


async def _invite(page: Page, expert_id: UUID) -> bool:
    """True once their invitation is on its way; without an address the coordination writes one down first."""
    try:
        if Channel.MAIL not in (await page.house.reminders.account_kinds(expert_id)).channels:
            return False
        await page.house.network.invite(expert_id, key=page.key(f"invite-{expert_id}"))
    except (PeerAway, PeerProblem):
        return False
    return True


HANDLERS = [invite_all]
