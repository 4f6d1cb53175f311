"""The words that leave the house: a day, an hour and a link, and nothing that another pair of eyes could use."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.words import MessageMoment

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
PLACEHOLDER = "…"
"""Stands for the secret where a text is only shown: it does not exist before the sending."""


class Notice(StrEnum):
    """What an account is told, beside the moments that a person chooses."""

    BOOKED = "account_booked"
    MOVED = "account_moved"
    CANCELLED = "account_cancelled"
    UNSEEN = "account_unseen"
    ENTRY = "account_entry"  # an appointment as an entry of their own calendar
    ENTRY_GONE = "account_entry_gone"
    CLASH = "account_clash"  # another calendar of theirs has something at the hour of an appointment
    WAITING = "account_waiting"
    URGENT = "account_urgent"
    OFFER = "account_offer"  # an expert has something to answer, behind their own login
    OFFER_LINK = "target_offer"  # a structure or a service without an account: a link of one purpose
    INVITED = "account_invited"  # a link that opens an account, once
    NETWORK = "account_network"  # the coordination wrote
    PROOF = "account_proof"  # a proof will soon end
    DAY_BEFORE = "account_day_before"  # one for all that a professional has that day
    HOUR_BEFORE = "account_hour_before"
    GONE = "person_gone"  # their appointment will not take place, and they did not press the button
    OPENINGS = "account_openings"  # hours that an expert could give, behind a link of one purpose
    OTHER_HOUR = "person_other_hour"  # their professional cannot hold it: the same words, the link to choose anew
    NEWS = "person_news"  # days after a consultation, to the person: the day, the hour and a link, as before it
    HOUR_OFFERED = "person_hour"  # an hour came free, to someone who waits: the day, the hour and a link
    OTHERWISE = "account_otherwise"  # the hour stays, how they meet changes
    DESK = "account_desk"  # a task at the desk that nobody has taken


OF_A_DAY = frozenset({MessageMoment.DAY_BEFORE.value, Notice.DAY_BEFORE.value})
"""One message speaks of the whole day; the others of that day do not leave."""
BY_THE_DAY = OF_A_DAY | {Notice.HOUR_BEFORE.value}
"""For these the other hours of the day are looked at."""
SENTENCES = {
    Notice.BOOKED: "Un rendez-vous a été ajouté à votre agenda le {day} à {hour}.",
    Notice.MOVED: "Un rendez-vous de votre agenda a été déplacé au {day} à {hour}.",
    Notice.CANCELLED: "Le rendez-vous de votre agenda du {day} à {hour} a été annulé.",
    Notice.OTHERWISE: "Le rendez-vous de votre agenda du {day} à {hour} se tiendra autrement.",
    Notice.ENTRY: "Rendez-vous le {day} à {hour}, pour votre calendrier.",
    Notice.ENTRY_GONE: "Le rendez-vous du {day} à {hour} a été annulé. Votre calendrier peut le retirer.",
    Notice.UNSEEN: "Un nouveau rendez-vous de votre agenda, le {day} à {hour}, attend que vous l'ayez vu.",
    Notice.CLASH: "Un autre de vos calendriers a quelque chose le {day} à {hour}, où votre agenda est pris.",
    Notice.DAY_BEFORE: "Le {day}, votre agenda commence à {hour}.",
    Notice.HOUR_BEFORE: "Votre agenda : le {day} à {hour}.",
    Notice.WAITING: "Votre rendez-vous du {day} à {hour} a commencé.",
}
WITHOUT_AN_HOUR = {
    Notice.OFFER: "Une orientation vous attend : {link}",
    Notice.OFFER_LINK: "Une demande attend votre réponse : {link}",
    Notice.OPENINGS: "Donner un créneau, en deux touches : {link}",
    Notice.DESK: "Une tâche vous attend : {link}",
    Notice.INVITED: "Votre compte vous attend. Pour l'ouvrir, dans les quatorze jours : {link}",
    Notice.NETWORK: "Un message vous attend : {link}",
    Notice.PROOF: "Votre fiche demande une mise à jour : {link}",
}
PAGES = {
    Notice.URGENT: "/appels",
    Notice.WAITING: "/agenda",
    Notice.OFFER: "/demandes",
    Notice.DESK: "/taches",
    Notice.NETWORK: "/profil",
    Notice.PROOF: "/profil",
}


def for_person(
    starts_at: datetime, zone: str, link: str, *, others: Sequence[datetime] = (), gone: bool = False
) -> str:
    """« Dimanche 22/11 à 8 h 30 : {lien} ». Plain spaces: any other would halve what fits into one SMS.

    `others` are the hours of the same day of which the same message speaks; `gone` says that it will not take place.
    """
    local = starts_at.astimezone(ZoneInfo(zone))
    hours = [_hour(at.astimezone(ZoneInfo(zone))) for at in sorted({starts_at, *others})]
    said = hours[0] if len(hours) == 1 else f"{', '.join(hours[:-1])} et {hours[-1]}"
    over = " n'a plus lieu" if gone else ""
    return f"{DAYS[local.weekday()].capitalize()} {local:%d/%m} à {said}{over} : {link}"


def _hour(local: datetime) -> str:
    return f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h"


def person_link(public_url: str, secret: str = PLACEHOLDER) -> str:
    """The secret stands in the fragment, which no server, proxy or referrer ever sees."""
    return f"{public_url.rstrip('/')}/l#{secret}"


def invitation_link(public_url: str, secret: str) -> str:
    """As a person's link, on the page where an account is opened."""
    return f"{public_url.rstrip('/')}/invitation#{secret}"


def for_account(notice: Notice, starts_at: datetime | None, zone: str, public_url: str) -> str:
    """A neutral sentence and the page to open, behind the account's own login."""
    link = public_url.rstrip("/") + PAGES.get(notice, "/agenda")
    if notice in WITHOUT_AN_HOUR:
        return for_target(notice, link)
    if starts_at is None or notice not in SENTENCES:
        return f"Une alerte vous attend : {link}"
    local = starts_at.astimezone(ZoneInfo(zone))
    day = f"{DAYS[local.weekday()]} {local:%d/%m}"
    return f"{SENTENCES[notice].format(day=day, hour=f'{local:%H:%M}')} {link}"


def for_target(notice: Notice, link: str) -> str:
    """That something waits, and not what: no motive, no name, no level."""
    return WITHOUT_AN_HOUR[notice].format(link=link)
