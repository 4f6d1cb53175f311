"""Calls to give back: within the window that was asked, by one person at a time, three times at most."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kit.errors import Conflict, Forbidden, Invalid, NotFound

ATTEMPTS: Final = 3
CLAIMED: Final = timedelta(minutes=20)
"""How long a claim keeps the others away; claimed again by the same person it begins anew."""
AGAIN_AFTER: Final = timedelta(minutes=15)
SHORTEST: Final = timedelta(minutes=15)
AHEAD: Final = timedelta(days=10)
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""Once it is over; as long as the number may be kept, and no longer."""
OUTCOMES: Final = ("reached", "no_answer", "someone_else", "voicemail", "wrong_number")
OPEN: Final = frozenset({"waiting", "unreached"})


class UnknownCallBack(NotFound):
    """No such call-back for you."""


class WindowNotValid(Invalid):
    """This moment cannot be asked for."""


class AlreadyWaiting(Conflict):
    """A call-back is asked for already; it can be changed."""


class CallBackTaken(Conflict):
    """A colleague is ringing now."""


class CallBackOver(Conflict):
    """It is done, cancelled, or was rung three times."""


class NoAttemptsLeft(Conflict):
    """Three attempts were made: no more without being asked again."""


class NotYourCallBack(Forbidden):
    """Claim it first."""


class UnknownOutcome(Invalid):
    """Not one of the outcomes of a call."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """Someone asked to be rung; the number is not here."""

    id: UUID
    case_id: UUID
    contact_id: UUID | None
    asked_at: datetime
    asked_by: str
    window_from: datetime
    window_to: datetime
    time_zone: str
    discreet: bool
    voicemail: bool
    level: int | None
    status: str
    attempts: int
    next_at: datetime
    claimed_by: UUID | None
    claimed_until: datetime | None
    ended_at: datetime | None
    version: int

    def claimed(self, now: datetime) -> bool:
        """A colleague rings, or is about to."""
        return self.claimed_until is not None and now < self.claimed_until

    def standing(self, now: datetime) -> str:
        """Where it stands for the desk, as of now."""
        if self.status not in OPEN:
            return "over"
        if self.claimed(now):
            return "taken"
        if self.status == "unreached":
            return "unreached"
        if now >= self.window_to:
            return "overdue"
        return "now" if now >= self.next_at else "later"


def checked_window(window_from: datetime, window_to: datetime, *, now: datetime) -> tuple[datetime, datetime]:
    """A window of at least a quarter of an hour that is not over and begins within ten days."""
    if window_from.tzinfo is None or window_to.tzinfo is None:
        raise WindowNotValid(fields={"window": "without zone"})
    start = max(window_from, now)
    if window_to <= now or window_to - start < SHORTEST:
        raise WindowNotValid(fields={"window": "past or too short"})
    if start - now > AHEAD or window_to - start > AHEAD:
        raise WindowNotValid(fields={"window": "too far"})
    return start, window_to


def claimed(asked: CallBack, by: UUID, *, now: datetime) -> CallBack:
    """Nobody else rings for twenty minutes; `call-back-taken` while a colleague does."""
    if asked.status != "waiting":
        raise NoAttemptsLeft() if asked.status == "unreached" else CallBackOver()
    if asked.claimed(now) and asked.claimed_by != by:
        raise CallBackTaken()
    return replace(asked, claimed_by=by, claimed_until=now + CLAIMED)


def released(asked: CallBack, by: UUID) -> CallBack:
    """Given back to the queue without a call."""
    if asked.claimed_by != by:
        raise NotYourCallBack()
    return replace(asked, claimed_by=None, claimed_until=None)


def attempted(asked: CallBack, by: UUID, outcome: str, *, now: datetime) -> CallBack:
    """One call was made: reached ends it; a wrong number, or the third without an answer, leaves it to a person."""
    if outcome not in OUTCOMES:
        raise UnknownOutcome(fields={"outcome": "unknown"})
    if asked.status != "waiting":
        raise CallBackOver()
    if asked.claimed_by != by:
        raise NotYourCallBack()
    made = asked.attempts + 1
    free = replace(asked, attempts=made, claimed_by=None, claimed_until=None)
    if outcome == "reached":
        return replace(free, status="done", ended_at=now)
    if made >= ATTEMPTS or outcome == "wrong_number":
        return replace(free, status="unreached", next_at=now)
    return replace(free, next_at=now + AGAIN_AFTER)


def closed(asked: CallBack, *, now: datetime, by_person: bool) -> CallBack:
    """The person takes it back, or someone at the desk closes what could not be reached."""
    if asked.status not in OPEN:
        raise CallBackOver()
    return replace(
        asked, status="cancelled" if by_person else "done", ended_at=now, claimed_by=None, claimed_until=None
    )


def changed(
    asked: CallBack,
    *,
    window: tuple[datetime, datetime] | None,
    discreet: bool | None,
    voicemail: bool | None,
) -> CallBack:
    """Another moment, more or less discreet; a new moment starts three new attempts, as it was asked again."""
    if asked.status not in OPEN:
        raise CallBackOver()
    after = replace(
        asked,
        discreet=asked.discreet if discreet is None else discreet,
        voicemail=asked.voicemail if voicemail is None else voicemail,
    )
    if window is None:
        return after
    return replace(after, window_from=window[0], window_to=window[1], next_at=window[0], status="waiting", attempts=0)


def left(asked: CallBack) -> int:
    """Attempts that may still be made."""
    return ATTEMPTS - asked.attempts if asked.status == "waiting" else 0
