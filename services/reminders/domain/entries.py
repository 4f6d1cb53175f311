"""An appointment as an entry of the professional's own calendar: an invitation by mail in place of a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.words import Channel
from services.reminders.domain.texts import Notice

CARRIED: Final = frozenset({Notice.BOOKED, Notice.MOVED, Notice.CANCELLED})
"""What an entry says as well: it takes the place of these, by mail."""


@dataclass(frozen=True)
class Entry:
    """What leaves with the mail: hours and no word more; the same UID for life, a growing SEQUENCE (RFC 5546)."""

    appointment_id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stands: bool


def beside(notice: Notice, channels: Iterable[Channel], *, entries: bool) -> tuple[Channel, ...]:
    """The channels on which a notice goes, when an entry already says it by mail."""
    carried = entries and notice in CARRIED
    return tuple(one for one in channels if not (carried and one is Channel.MAIL))
