"""What the listener says aloud: the hour, with whom, how, what it costs, and afterwards the code."""

from datetime import datetime
from math import ceil
from typing import Final

from contracts.delays import Delay
from contracts.referral import ExpertCard, Sheet
from contracts.words import ExpertProfession, Modality
from gateway import french
from gateway.typography import NB

HOW: Final = {Modality.VIDEO: "en visio", Modality.PHONE: "par téléphone", Modality.IN_PERSON: "au cabinet"}
HOW_SHORT: Final = {Modality.VIDEO: "visio", Modality.PHONE: "téléphone", Modality.IN_PERSON: "au cabinet"}
OVERSEAS: Final = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "976": "Indian/Mayotte",
}
MAINLAND: Final = "Europe/Paris"


def zone_of_person(sheet: Sheet) -> str:
    """The clock on which the person lives: the one that was said, or that of their département."""
    return sheet.time_zone or OVERSEAS.get(sheet.department or "", MAINLAND)


def proposal(starts_at: datetime, now: datetime, zone: str, modality: Modality, card: ExpertCard) -> str:
    """« J'ai une place ce matin à huit heures et demie… » (care.md 15: cost and limits are said before booking)."""
    place = f" à {card.city}" if modality is Modality.IN_PERSON and card.city else ""
    clock = "" if zone == MAINLAND else ", à votre heure"
    parts = [
        f"J’ai une place {french.day_near(starts_at, now, zone)} à {french.hour_spoken(starts_at, zone)}{clock}, "
        f"{HOW[modality]}{place}, avec {card.name}, {card.title[:1].lower()}{card.title[1:]}.",
        cost(card.fee),
    ]
    if card.profession is not ExpertProfession.PSYCHOLOGIST:
        parts.append("Pour une ordonnance, ce médecin pourra vous demander votre identité.")
    parts.append("Cela vous irait ?")
    return " ".join(parts)


def cost(fee: str) -> str:
    """The fee as one says it; what is not known is said too."""
    if fee in ("Gratuit", "Sans frais"):
        return "C’est gratuit."
    if fee.startswith("Pris en charge"):
        return "C’est pris en charge par l’association."
    if not fee or fee.startswith("Tarif"):
        return "Je ne connais pas le tarif : il est à demander avant."
    return f"La consultation coûte {fee}."


def confirmed(starts_at: datetime, now: datetime, zone: str, modality: Modality, name: str) -> str:
    """The one line to read aloud once it is booked."""
    return (
        f"C’est noté : {french.day_near(starts_at, now, zone)} à {french.hour_spoken(starts_at, zone)}, "
        f"{HOW[modality]}, avec {name}. Avec votre code, vous retrouvez ce rendez-vous à toute heure, ou en rappelant."
    )


def delay(measured: Delay) -> str:
    """« 9 rendez-vous sur 10 en 3 jours »: what it was at this level in the last four weeks."""
    hours = measured.nine_of_ten
    if hours <= 1:
        within = "une heure"
    else:
        within = f"{ceil(hours)}{NB}heures" if hours <= 36 else f"{ceil(hours / 24)}{NB}jours"
    return f"À ce niveau, 9{NB}rendez-vous sur{NB}10 en {within}"
