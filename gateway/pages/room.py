"""The room's page: who is expected and when, waiting, the door, the conversation, and always a way out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from contracts.booking import Seat
from contracts.video import Opinion
from contracts.words import Role
from gateway.guards import to
from gateway.page import NamedPage, Page
from gateway.room_words import NOBODY_NAMED, PERSON, PROFESSIONAL, words
from gateway.signalling import thread
from gateway.visits import theme_at
from kit.http import PeerAway, PeerProblem


@get("/salle/{appointment_id:uuid}", opt=to(Role.PERSON, Role.EXPERT))
async def room(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Nothing opens by itself: the page waits for a tap before any sound, microphone or camera."""
    seat = await page.house.booking.seat(appointment_id)
    name = await other_name(page, seat)
    context = shown(seat, name, theme=page.cookies.get("theme"), now=page.now)
    return await page.render("room/salle.html", origin=page.gateway.settings.public_url, **context)


def shown(seat: Seat, name: str, *, theme: str | None, now: datetime) -> dict[str, Any]:
    """What the page says; a person who chose no theme gets the night one between 21:00 and 07:00."""
    appointment, person = seat.appointment, seat.seat == PERSON
    zone = appointment.person_zone if person else appointment.expert_zone
    chosen = theme_at(now, zone, chosen=theme) if person else theme
    return {
        "seat": seat.seat,
        "main": PROFESSIONAL if person else PERSON,
        "person": person,
        "appointment": appointment,
        "zone": zone,
        "other": {"name": name, "title": "Salle de consultation"},
        "words": words(appointment, name, seat=seat.seat, zone=zone),
        "late": appointment.late_minutes > 0 and appointment.started_at is None,
        "socket": f"/salle/{appointment.id}/fil",
        "home": "/rdv" if person else "/agenda",
        **({"theme": chosen} if chosen else {}),
    }


async def other_name(page: Page, seat: Seat) -> str:
    """How the other is called here: the expert by name, the person by their chosen first name, if any."""
    if seat.seat != PERSON:
        return seat.appointment.nickname or NOBODY_NAMED[PERSON]
    try:
        return (await page.house.referral.expert(seat.appointment.expert_id)).name
    except (PeerAway, PeerProblem):
        return NOBODY_NAMED[PROFESSIONAL]


@post("/salle/{appointment_id:uuid}/avis", opt=to(Role.PERSON), status_code=204)
async def opinion(appointment_id: FromPath[UUID], page: NamedPage) -> None:
    """Two answers that anyone may leave out, counted without a name."""
    helped, quality = page.field("helped"), page.field("quality")
    given = Opinion(
        appointment_id,
        helped=helped if helped in ("yes", "some", "no") else None,  # type: ignore[arg-type]
        quality=quality if quality in ("good", "fair", "poor") else None,  # type: ignore[arg-type]
    )
    await page.house.video.think(given)


HANDLERS = [room, opinion, thread]
