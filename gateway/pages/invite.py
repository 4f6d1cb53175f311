"""A third person in the room: the professional's invitation, the page where a code is typed, and the guest's seat."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, WebSocket, get, post, websocket
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.video import FromServer
from contracts.words import Role
from gateway.door import NotForYou, cookies_of
from gateway.guards import OPEN, to
from gateway.house import gateway_of
from gateway.messages import sentence
from gateway.page import NamedPage, Page, host_cookie
from gateway.room_words import GUEST, NOBODY_NAMED, PROFESSIONAL, words
from gateway.signalling import carry, from_our_pages, nodes_of
from gateway.visits import theme_at
from kit.http import PeerProblem

INVITATION_COOKIE = "__Host-invite"
CODE = re.compile(r"\d{9}")


@post("/salle/{appointment_id:uuid}/inviter", opt=to(Role.EXPERT), status_code=200)
async def invite(appointment_id: FromPath[UUID], page: NamedPage) -> Response[Any]:
    """A code to say aloud and the same as a link; shown once, to whoever receives the person."""
    permit = await page.house.booking.invite_guest(appointment_id)
    code = (await page.house.video.invite(permit)).code
    link = f"{page.gateway.settings.public_url.rstrip('/')}/invite#{code}"
    return Response({"code": spoken(code), "link": link})


@get("/invite", opt=OPEN)
async def door(page: NamedPage) -> Response[str]:
    """Nothing happens before the button."""
    return await _door(page)


@post("/invite", opt=OPEN)
async def open_door(page: NamedPage) -> Response[str] | Redirect:
    """A code, or the whole pasted link."""
    given = page.field("code")[:200]
    found = CODE.search(re.sub(r"[\s.-]", "", given.rsplit("#", 1)[-1]))
    try:
        opened = await page.house.video.open(found[0] if found else "", page.origin)
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _door(page, given=given, refusal=refusal, status=error.problem.status)
    cookie = host_cookie(INVITATION_COOKIE, found[0] if found else "", max_age=None)
    return page.redirect(f"/invite/{opened.appointment_id}", [cookie])


@get("/invite/{room_id:uuid}", opt=OPEN)
async def seat(room_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The room, from the third seat: no name, no hour, nothing of the appointment."""
    if not page.cookies.get(INVITATION_COOKIE):
        return page.redirect("/invite")
    return await page.render("room/salle.html", **shown(room_id), theme=_theme(page))


def shown(room_id: UUID) -> dict[str, Any]:
    """What the guest's page says."""
    name = "La personne qui vous a invité·e"
    return {
        "seat": GUEST,
        "main": PROFESSIONAL,
        "person": False,
        "appointment": None,
        "other": {"name": NOBODY_NAMED[PROFESSIONAL].replace("Votre", "Le"), "title": ""},
        "words": words(None, name, seat=GUEST, zone="Europe/Paris"),
        "socket": f"/invite/{room_id}/fil",
        "home": "/invite",
    }


@websocket("/invite/{room_id:uuid}/fil", opt=OPEN)
async def thread(socket: WebSocket[Any, Any, Any], room_id: FromPath[UUID]) -> None:
    """The guest's way to the room: the code is their only right, and the professional opens the door."""
    gateway = gateway_of(socket)
    if not from_our_pages(socket, gateway.settings.public_url):
        raise NotForYou("other origin")
    headers = {"x-invitation": cookies_of(socket.scope).get(INVITATION_COOKIE, "")}
    await socket.accept()
    await carry(socket, gateway.peers["video"], f"/guests/{room_id}", headers, _silent, nodes_of(gateway))


async def _silent(_: FromServer) -> None:
    """A guest's coming and going is told to nobody but the room."""


async def _door(page: Page, *, status: int = 200, **context: Any) -> Response[str]:
    return await page.render("room/invite.html", status=status, theme=_theme(page), **context)


def _theme(page: Page) -> str | None:
    return theme_at(page.now, chosen=page.cookies.get("theme"))


def spoken(code: str) -> str:
    """Three by three, as one says it."""
    return " ".join(code[at : at + 3] for at in range(0, len(code), 3))


HANDLERS = [invite, door, open_door, seat, thread]
