"""The room's page: who is expected and when, waiting, the door, the conversation, and always a way out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from contracts.booking import Appointment, Seat
from contracts.words import Role
from gateway import french
from gateway.guards import to
from gateway.page import NamedPage, Page
from gateway.signalling import thread
from gateway.typography import typo
from gateway.visits import theme_at
from kit.http import PeerAway, PeerProblem

PERSON = "person"
NOBODY_NAMED = {PERSON: "Votre professionnel", "professional": "La personne"}


@get("/salle/{appointment_id:uuid}", opt=to(Role.PERSON, Role.EXPERT))
async def room(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Nothing opens by itself: the page waits for a tap before any sound, microphone or camera."""
    seat = await page.house.booking.seat(appointment_id)
    name = await other_name(page, seat)
    return await page.render("room/salle.html", **shown(seat, name, theme=page.cookies.get("theme"), now=page.now))


def shown(seat: Seat, name: str, *, theme: str | None, now: datetime) -> dict[str, Any]:
    """What the page says; a person who chose no theme gets the night one between 21:00 and 07:00."""
    appointment, person = seat.appointment, seat.seat == PERSON
    zone = appointment.person_zone if person else appointment.expert_zone
    chosen = theme_at(now, zone, chosen=theme) if person else theme
    return {
        "seat": seat.seat,
        "person": person,
        "appointment": appointment,
        "zone": zone,
        "other": {"name": name, "title": "Salle de consultation"},
        "words": words(appointment, name, person=person, zone=zone),
        "socket": f"/salle/{appointment.id}/fil",
        "home": "/rdv" if person else "/agenda",
        **({"theme": chosen} if chosen else {}),
    }


async def other_name(page: Page, seat: Seat) -> str:
    """How the other is called here: the expert by name, the person by their chosen first name, if any."""
    if seat.seat != PERSON:
        return seat.appointment.nickname or NOBODY_NAMED["professional"]
    try:
        return (await page.house.referral.expert(seat.appointment.expert_id)).name
    except (PeerAway, PeerProblem):
        return NOBODY_NAMED[PERSON]


def words(appointment: Appointment, name: str, *, person: bool, zone: str) -> dict[str, Any]:
    """Every sentence that the page may say later, for its script."""
    at = french.hour_phone(appointment.starts_at, zone) if person else french.hour(appointment.starts_at, zone)
    elsewhere = "Cette salle est ouverte sur un autre écran. Celui-ci est fermé."
    later = "La salle n'est pas encore ouverte. Revenez un peu avant l'heure."
    closed = "L'heure de cette salle est passée."
    away = "La salle ne répond pas pour le moment. Rien n'est perdu, nous réessayons."
    sentences = {
        "linked": "Bonne connexion",
        "relinking": "Connexion en cours",
        "willOpen": f"{name} est là et va vous ouvrir.",
        "late": f"{name} a quelques minutes de retard. Gardez cette page ouverte.",
        "deskKnows": "Vous n'êtes pas oublié·e : l'équipe est prévenue que vous attendez.",
        "notHereYet": f"{name} n'est pas encore là. Rendez-vous à {at}.",
        "waitsForYou": f"{name} est dans la salle d'attente.",
        "joining": "Nous vous mettons en relation",
        "together": f"Avec {name}",
        "left": f"{name} a quitté la salle.",
        "away": f"{name} n'est plus connecté·e. Rien n'est perdu, restez ici.",
        "noPicture": "Sans image",
        "noPictureNoVoice": "Sans image, micro fermé",
        "quality": {"good": "bonne connexion", "fair": "connexion moyenne", "poor": "connexion faible"},
        "devicesClosed": "Micro et caméra fermés",
        "cameraOpen": "Caméra ouverte, pour vous seul·e",
        "write": "Écrire",
        "unread": "Nouveau message",
        "me": "Vous",
        "other": name,
        "speak": "Dites quelques mots.",
        "heardWell": "Votre micro fonctionne bien. Personne ne vous entend ici.",
        "endTitle": "Vous avez quitté la salle",
        "end": "Micro et caméra sont fermés. Rien n'a été enregistré.",
        "leakTitle": "Nous avons tout arrêté",
        "leak": "Le chiffrement n'a pas pu être vérifié. Votre voix et votre image n'ont pas été envoyées. "
        "Rechargez la page, ou continuez par téléphone.",
        "refusedTitle": "La salle n'est pas ouverte ici",
        "refused": closed,
        "sessionEnded": "Votre accès est fermé. Pour revenir, ouvrez de nouveau votre lien ou votre code.",
        "refusals": {
            "seat-taken-elsewhere": elsewhere,
            "seat-of-another": elsewhere,
            "room-not-open": later,
            "room-closed": closed,
            "unavailable": away,
            "node-full": away,
            "rooms-unplaced": away,
        },
        "devices": {
            "NotAllowedError": "Votre navigateur n'a pas l'autorisation. Touchez le cadenas, puis autorisez. "
            "Vous pouvez aussi continuer sans.",
            "NotFoundError": "Nous ne le trouvons pas sur cet appareil. Vous pouvez continuer sans.",
            "NotReadableError": "Une autre application s'en sert. Fermez-la, puis essayez de nouveau.",
            "other": "Cet appareil ne s'ouvre pas. Vous pouvez continuer sans.",
        },
    }
    return _spaced(sentences)


def _spaced(sentences: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _spaced(one) if isinstance(one, Mapping) else str(typo(one)) for name, one in sentences.items()}


HANDLERS = [room, thread]
