"""The last look before a message leaves: is it still true, still wanted, and still the hour for it?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.words import MessageMoment, Privacy
from services.reminders.domain.contacts import Wishes
from services.reminders.domain.hours import allows, nearest
from services.reminders.domain.plan import LEAD, State
from services.reminders.domain.texts import Notice
from services.reminders.domain.tries import PATIENCE


class Verdict(StrEnum):
    SEND = "send"
    DROP = "drop"
    LATER = "later"


BEFOREHAND = frozenset({Notice.DAY_BEFORE, Notice.HOUR_BEFORE})
ABOUT_WHAT_STANDS = frozenset({Notice.BOOKED, Notice.MOVED, Notice.UNSEEN, Notice.WAITING, Notice.CLASH, *BEFOREHAND})
OF_ONE_VERSION = frozenset({Notice.BOOKED, Notice.MOVED, Notice.CLASH, *BEFOREHAND})
AT_WORK = timedelta(hours=3)
"""Who began another one so shortly before needs no word about the next."""


def persons(
    *,
    kind: str,
    version: int,
    due_at: datetime,
    expires_at: datetime | None,
    time_zone: str,
    known_version: int | None,
    known_state: str | None,
    known_privacy: str | None,
    wishes: Wishes | None,
    now: datetime,
) -> tuple[Verdict, datetime | None]:
    """Whether a person's message may leave now; with a date when it must wait for their hours."""
    stands = known_state == State.BOOKED and known_version == version
    if kind == Notice.OTHER_HOUR and not stands:
        return Verdict.DROP, None
    if kind == Notice.GONE and (known_state != State.CANCELLED or known_version != version):
        return Verdict.DROP, None
    if kind in (Notice.NEWS, Notice.OTHER_HOUR, Notice.HOUR_OFFERED, Notice.GONE):
        if wishes is None or known_privacy == Privacy.SILENT or (expires_at and now >= expires_at):
            return Verdict.DROP, None
        own = wishes.hours(time_zone)
        calm = nearest(own, now, after=now, before=expires_at or now)
        return (Verdict.SEND, None) if allows(own, now) else (Verdict.LATER, calm) if calm else (Verdict.DROP, None)
    true = stands and known_privacy != Privacy.SILENT
    if not true or wishes is None or kind not in wishes.moments or (expires_at and now >= expires_at):
        return Verdict.DROP, None
    if kind == MessageMoment.NOW and now - due_at <= PATIENCE:
        return Verdict.SEND, None
    hours = wishes.hours(time_zone)
    if allows(hours, now):
        return Verdict.SEND, None
    last = (expires_at or now) - LEAD
    later = nearest(hours, now, after=now, before=last)
    return (Verdict.LATER, later) if later else (Verdict.DROP, None)


def accounts(
    *,
    kind: str,
    version: int,
    expires_at: datetime | None,
    known_version: int | None,
    known_state: str | None,
    now: datetime,
    starts_at: datetime | None = None,
    hours: Sequence[datetime] = (),
) -> Verdict:
    """Whether what an account is to be told is still true; `hours` are those of its day."""
    if kind == Notice.HOUR_BEFORE and starts_at and any(starts_at - AT_WORK <= at < starts_at for at in hours):
        return Verdict.DROP
    if expires_at and now >= expires_at:
        return Verdict.DROP
    if kind in OF_ONE_VERSION and known_version != version:
        return Verdict.DROP
    if kind in ABOUT_WHAT_STANDS and known_state not in (State.BOOKED, None):
        return Verdict.DROP
    return Verdict.SEND
