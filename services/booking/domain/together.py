"""What holds for series, a third person and groups."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.groups import SeatEnded, SeatTaken
from kit.errors import Conflict, Invalid, NotFound
from services.booking.domain.appointments import Appointment

MOST_TIMES = 11
"""With the appointment that it follows, a series has at most twelve."""
MOST_WEEKS_APART = 4
PARTS = ("local_doctor", "interpreter", "colleague")
KINDS = ("talk", "supervision")
SEATS = range(2, 41)
LONGEST_TITLE = 80


@dataclass(frozen=True)
class Seat:
    """A place in a group: `status` seat or waiting."""

    place_id: UUID
    case_id: UUID
    status: str


class SeriesNotValid(Invalid):
    """A series has one to eleven more weeks, one to four apart."""


class SeriesNotWhole(Conflict):
    """One of the weeks is not free, and all or none was asked."""


class GuestNotValid(Invalid):
    """A third person is another professional, with a part that there is."""


class GroupNotValid(Invalid):
    """A group has a name, a kind and two to forty seats."""


class UnknownGroup(NotFound):
    """No such group, or it is not open to this caller."""


def weeks(starts_at: datetime, zone: str, *, times: int, every: int) -> list[datetime]:
    """The same hour of the wall in the weeks that follow, across clock changes."""
    if not 1 <= times <= MOST_TIMES or not 1 <= every <= MOST_WEEKS_APART:
        raise SeriesNotValid(fields={"times": f"1 to {MOST_TIMES}, one to {MOST_WEEKS_APART} weeks apart"})
    wall = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    here = ZoneInfo(zone)
    utc = ZoneInfo("UTC")
    steps = [wall + timedelta(weeks=every * number) for number in range(1, times + 1)]
    return [step.replace(tzinfo=here).astimezone(utc) for step in steps]


def checked_group(title: str, kind: str, seats: int) -> str:
    """The title as it may be shown."""
    words = " ".join(title.split())
    if not 1 <= len(words) <= LONGEST_TITLE or kind not in KINDS or seats not in SEATS:
        raise GroupNotValid(fields={"title": f"1 to {LONGEST_TITLE} characters, two to forty seats"})
    return words


def seat_taken(group: Appointment, seat: Seat, by: str) -> SeatTaken:
    """They have it now, or its hour has changed; the group meets where its professional is."""
    return SeatTaken(
        place_id=seat.place_id,
        version=group.version,
        case_id=seat.case_id,
        group_id=group.id,
        starts_at=group.starts_at,
        ends_at=group.ends_at,
        time_zone=group.expert_zone,
        by=by,
    )


def seat_ended(group: Appointment, seat: Seat, by: str) -> SeatEnded:
    """Given back, or the group does not take place; whatever was told of this seat before is older."""
    return SeatEnded(seat.place_id, group.version + 1, seat.case_id, group.starts_at, by)
