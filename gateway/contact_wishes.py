"""How the person wants to be reached, as the listener typed it: nothing ticked beforehand, nothing guessed."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

import msgspec

from contracts.reminders import ContactChange, ContactDetails, PreviewRequest
from contracts.words import Channel, MessageMoment, Privacy

WAYS: Final = {
    "sms": [Channel.SMS],
    "mail": [Channel.MAIL],
    "both": [Channel.SMS, Channel.MAIL],
    "code": [],
}
"""SMS, mail, both, or only the spoken code."""
NO_MESSAGE: Final = "none"
_HOUR: Final = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d))?")


class Wishes(msgspec.Struct, frozen=True):
    """The form as typed; `way` is empty until someone chose."""

    way: str = ""
    moments: list[str] = []
    phone: str = ""
    mail: str = ""
    call_back: str = ""  # the number asked first from level 4
    read_by_others: str = ""
    from_hour: str = ""
    to_hour: str = ""
    pin: str = ""

    @property
    def channels(self) -> list[Channel]:
        return WAYS.get(self.way, [])

    @property
    def chosen_moments(self) -> list[MessageMoment]:
        """In order; none when only the code is told."""
        return [moment for moment in MessageMoment if moment.value in self.moments] if self.channels else []

    @property
    def privacy(self) -> Privacy:
        """Without any message the appointment stays silent."""
        return Privacy.NEUTRAL if self.chosen_moments else Privacy.SILENT

    def missing(self) -> dict[str, str]:
        """What must still be said before booking, as a sentence per field."""
        found: dict[str, str] = {}
        if self.way not in WAYS:
            found["way"] = "Demandez comment lui transmettre le rendez-vous."
        elif self.channels and not self.chosen_moments and NO_MESSAGE not in self.moments:
            found["moments"] = "Demandez quels messages envoyer, ou cochez « aucun »."
        if Channel.SMS in self.channels and not self.phone:
            found["phone"] = "Il manque le numéro."
        if Channel.MAIL in self.channels and not self.mail:
            found["mail"] = "Il manque l’adresse."
        if self.pin and not re.fullmatch(r"\d{4}", self.pin):
            found["pin"] = "Le code PIN se compose de quatre chiffres."
        return found

    def details(self, zone: str) -> ContactDetails:
        """What enters the vault; everything empty erases what was there."""
        return ContactDetails(
            phone=(self.phone if Channel.SMS in self.channels else "") or self.call_back or None,
            mail=self.mail if Channel.MAIL in self.channels else None,
            channels=self.channels,
            moments=self.chosen_moments,
            from_hour=hour(self.from_hour),
            to_hour=hour(self.to_hour),
            time_zone=zone,
            read_by_others={"oui": True, "non": False}.get(self.read_by_others),
        )

    def change(self, zone: str) -> ContactChange:
        """The same without touching a number that was given before: from level 4 it is asked first (care.md 6)."""
        told = self.details(zone)
        return ContactChange(
            phone=told.phone or msgspec.UNSET,
            mail=told.mail,
            channels=told.channels,
            moments=told.moments,
            from_hour=told.from_hour,
            to_hour=told.to_hour,
            time_zone=zone,
        )

    def preview(self, starts_at: datetime, zone: str) -> PreviewRequest:
        """To see the exact texts."""
        return PreviewRequest(
            starts_at=starts_at,
            time_zone=zone,
            channels=self.channels,
            moments=self.chosen_moments,
            from_hour=hour(self.from_hour),
            to_hour=hour(self.to_hour),
        )


def wishes(form: Mapping[str, list[str]]) -> Wishes:
    """The form, trimmed and cut to what a field may hold."""

    def one(name: str, longest: int = 40) -> str:
        return form.get(name, [""])[-1].strip()[:longest]

    return Wishes(
        way=one("way"),
        moments=form.get("moments", [])[:4],
        phone=one("phone"),
        mail=one("mail", 254),
        call_back=one("call_back"),
        read_by_others=one("read_by_others"),
        from_hour=one("from_hour"),
        to_hour=one("to_hour"),
        pin=one("pin", 8),
    )


def hour(text: str) -> time | None:
    """`20:30` or `20`; None when nothing usable was typed."""
    found = _HOUR.fullmatch(text)
    return time(int(found[1]), int(found[2] or 0)) if found else None
