"""What a way to reach someone must be before it enters the vault."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from email_validator import EmailNotValidError, validate_email

from contracts.reminders import AccountChannels, AccountWishes, ContactChange, ContactDetails
from contracts.words import Channel, MessageMoment
from kit.errors import Conflict, Gone, Invalid
from services.reminders.domain import numbers
from services.reminders.domain.hours import Hours

KEPT = timedelta(days=30)
"""How long a way to reach someone is kept after the last appointment."""
CALL = timedelta(minutes=5)
"""A recall pressed this soon after the contact was given may come before the booking is known here."""
ON_THE_LINE = timedelta(minutes=30)
"""So long after they said how to reach them, a person is awake: a booking later than that was made without them."""


class ContactInvalid(Invalid):
    """A way to reach someone cannot be used as it is written."""


class CaseForgotten(Gone):
    """This case was erased; nothing may be kept of it again."""


class RecallTooLate(Conflict):
    """The message has already left."""


class NothingToRecall(Conflict):
    """No message is about to leave."""


@dataclass(frozen=True)
class Wishes:
    """What someone chose; holds no way to reach them."""

    channels: tuple[Channel, ...] = ()
    moments: tuple[MessageMoment, ...] = ()
    from_hour: time | None = None
    to_hour: time | None = None
    entries: bool = False  # of an account: each appointment by mail, as an entry of its own calendar

    def hours(self, zone: str) -> Hours:
        """Their own hours on the clock of `zone`."""
        return Hours.of(zone, self.from_hour, self.to_hour)


@dataclass(frozen=True)
class Reach:
    """How someone may be reached; a number and an address only as they will be dialled."""

    phone: str | None = None
    mail: str | None = None
    wishes: Wishes = Wishes()

    @property
    def empty(self) -> bool:
        """Nothing to keep: the contact is erased."""
        return self.phone is None and self.mail is None

    def address(self, channel: Channel) -> str | None:
        """Where a message on `channel` goes; None when it was not chosen."""
        if channel not in self.wishes.channels:
            return None
        return self.phone if channel is Channel.SMS else self.mail


def told_by_sms(wishes: Wishes) -> Wishes:
    """What was chosen, and a message now and the day before."""
    channels = (Channel.SMS, *(one for one in wishes.channels if one is not Channel.SMS))
    asked = {*wishes.moments, MessageMoment.NOW, MessageMoment.DAY_BEFORE}
    return replace(wishes, channels=channels, moments=tuple(one for one in MessageMoment if one in asked))


def reach_of_case(details: ContactDetails) -> Reach:
    """`details` checked and normalised; `contact-invalid` names each wrong field.

    Whether others read the messages is asked to help choose; it is not kept.
    """
    wrong: dict[str, str] = {}
    if not is_zone(details.time_zone):
        wrong["time_zone"] = "zone-unknown"
    phone = _phone(details.phone, details.channels, details.time_zone, wrong)
    mail = _mail(details.mail, details.channels, wrong)
    if wrong:
        raise ContactInvalid(fields=wrong)
    wishes = wishes_of(details.channels, details.moments, details.from_hour, details.to_hour)
    return Reach(phone, mail, wishes)


def changed(kept: Reach | None, change: ContactChange) -> ContactDetails:
    """What `kept` becomes when only what `change` names is changed."""
    before = kept or Reach()

    def either(given: Any, former: Any) -> Any:
        return former if given is msgspec.UNSET else given

    return ContactDetails(
        phone=either(change.phone, before.phone),
        mail=either(change.mail, before.mail),
        channels=either(change.channels, list(before.wishes.channels)),
        moments=either(change.moments, list(before.wishes.moments)),
        from_hour=either(change.from_hour, before.wishes.from_hour),
        to_hour=either(change.to_hour, before.wishes.to_hour),
        time_zone=change.time_zone,
    )


def reach_of_account(channels: AccountChannels) -> Reach:
    """The same for an expert or a colleague."""
    wrong: dict[str, str] = {}
    phone = _phone(channels.phone, channels.channels, "Europe/Paris", wrong)
    mail = _mail(channels.mail, channels.channels, wrong)
    if wrong:
        raise ContactInvalid(fields=wrong)
    return Reach(phone, mail, wishes_of(channels.channels, []))


def reach_changed(before: Reach | None, told: AccountWishes) -> Reach:
    """What an account chose anew; a number or an address that is not given stays as it was."""
    kept = before or Reach()
    phone, mail = told.phone or kept.phone, told.mail or kept.mail
    fresh = reach_of_account(AccountChannels(phone, mail, told.channels))
    wishes = wishes_of(told.channels, [], told.from_hour, told.to_hour)
    return replace(fresh, wishes=replace(wishes, entries=told.entries))


def wishes_of(
    channels: Iterable[Channel],
    moments: Iterable[MessageMoment],
    from_hour: time | None = None,
    to_hour: time | None = None,
) -> Wishes:
    """Each channel and moment once, and hours of the wall."""
    return Wishes(
        channels=tuple(dict.fromkeys(channels)),
        moments=tuple(dict.fromkeys(moments)),
        from_hour=from_hour.replace(tzinfo=None) if from_hour else None,
        to_hour=to_hour.replace(tzinfo=None) if to_hour else None,
    )


def _phone(text: str | None, channels: list[Channel], zone: str, wrong: dict[str, str]) -> str | None:
    if not text or not text.strip():
        if Channel.SMS in channels:
            wrong["phone"] = "phone-missing"
        return None
    number = numbers.e164(text, time_zone=zone) if len(text) <= 40 else None
    if number is None:
        wrong["phone"] = "phone-invalid"
    elif Channel.SMS in channels and not numbers.takes_messages(number):
        wrong["phone"] = "phone-takes-no-messages"
    return number


def _mail(text: str | None, channels: list[Channel], wrong: dict[str, str]) -> str | None:
    if not text or not text.strip():
        if Channel.MAIL in channels:
            wrong["mail"] = "mail-missing"
        return None
    try:
        checked = validate_email(text.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError:
        wrong["mail"] = "mail-invalid"
        return None
    if checked.ascii_email is None:  # many relays refuse a local part with accents
        wrong["mail"] = "mail-invalid"
    return checked.ascii_email


def is_zone(name: str) -> bool:
    """Whether `name` is a zone of the IANA list."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
