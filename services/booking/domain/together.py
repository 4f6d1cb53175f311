"""What holds for series, a third person and groups."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.groups import SeatEnded, SeatTaken
from contracts.words import Modality
from kit.errors import Conflict, Invalid, NotFound
from services.booking.domain.appointments import Appointment

MOST_TIMES = 11
"""With the appointment that it follows, a series has at most twelve."""
MOST_WEEKS_APART = 4
PARTS = ("local_doctor", "interpreter", "colleague")
KINDS = ("talk", "supervision")
SEATS = range(2, 41)
LONGEST_TITLE = 80
LONGEST_ACCESS = 300
FEES = range(0, 30001)
"""In cents; whoever comes knows before they come (care.md 15)."""


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


class ThirdThere(Conflict):
    """Somebody is with the two already: a room has three places."""


class GroupNotValid(Invalid):
    """A group has a name, a kind, two to forty seats, a fee that is none or some, and a way to come to it."""


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


@dataclass(frozen=True)
class GroupSaid:
    """What is said of a group; its hour is that of an appointment."""

    title: str
    kind: str
    seats: int
    listed: bool = True
    fee_cents: int | None = None
    access: str = ""


def checked_group(said: GroupSaid, modality: Modality) -> GroupSaid:
    """As it may be shown; `group-not-valid` names what cannot be. By telephone it says which line to call."""
    title, access = " ".join(said.title.split()), " ".join(said.access.split())
    wrong = {}
    if not 1 <= len(title) <= LONGEST_TITLE or said.kind not in KINDS or said.seats not in SEATS:
        wrong["title"] = f"1 to {LONGEST_TITLE} characters, two to forty seats"
    if said.fee_cents is not None and said.fee_cents not in FEES:
        wrong["fee_cents"] = f"0 to {FEES[-1]}"
    if modality is Modality.VIDEO:
        wrong["type_id"] = "on site or by telephone"
    if len(access) > LONGEST_ACCESS or (modality is Modality.PHONE and not access):
        wrong["access"] = f"at most {LONGEST_ACCESS} characters; by telephone, the line to call"
    if wrong:
        raise GroupNotValid(fields=wrong)
    return replace(said, title=title, access=access)


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
