"""How long a session is good: it locks rather than ends, and never while someone is at work (trust.md F4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.caller import Grant
from contracts.identity import Factor, SessionState
from contracts.words import LISTENING
from services.identity.domain.factors import missing

IDLE = timedelta(minutes=30)
ABSOLUTE_ON_ROTA = timedelta(hours=12)
ABSOLUTE = timedelta(hours=4)
PARTIAL = timedelta(minutes=5)
"""The time to find one's telephone between two factors."""
WORK = timedelta(minutes=3)
"""Work that was said once is taken to go on for so long: the room says so each minute, other pages need not."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser of one account, or of one person behind a link or a code.

    `passed` are the factors given since `opened_at`; a person has no factor and no account. `locked_at` is set by a
    change of rights; the other two locks follow from the clock. `closes_at` is a person's: the end of the link.
    `busy_at` is when work (a call, a room, an urgent action) was last said to be open on an unlocked screen.
    """

    id: UUID
    subject: UUID
    opened_at: datetime
    seen_at: datetime
    asked: tuple[Factor, ...] = ()
    passed: tuple[Factor, ...] = ()
    grants: tuple[Grant, ...] = ()
    locked_at: datetime | None = None
    closes_at: datetime | None = None
    busy_at: datetime | None = None
    staff: bool = True

    @property
    def absolute_end(self) -> datetime:
        """12 h for those whose role sits on the rota, 4 h for the others, the end of the link for a person."""
        if not self.staff:
            return self.closes_at or self.opened_at + ABSOLUTE
        on_rota = any(grant.role in LISTENING for grant in self.grants)
        return self.opened_at + (ABSOLUTE_ON_ROTA if on_rota else ABSOLUTE)

    @property
    def partial(self) -> bool:
        return self.staff and bool(missing(self.asked, self.passed))

    def idle(self, now: datetime) -> bool:
        return now - self.seen_at >= IDLE

    def at_work(self, now: datetime) -> bool:
        return self.busy_at is not None and now - self.busy_at < WORK

    def over(self, now: datetime, *, busy: bool = False) -> bool:
        """True when nothing reopens it: a login left half-way, or a person's time (the link opens a new one)."""
        if self.partial:
            return now - self.opened_at >= PARTIAL
        left = self.idle(now) or now >= self.absolute_end
        return not self.staff and left and not (busy or self.at_work(now))

    def state(self, now: datetime, *, busy: bool = False) -> SessionState:
        """Busy (a call, a room, an urgent action is open) suspends every lock and lifts none."""
        if self.partial:
            return SessionState.PARTIAL
        if busy or self.at_work(now) or not self.staff:
            return SessionState.OPEN
        if self.locked_at or self.idle(now) or now >= self.absolute_end:
            return SessionState.LOCKED
        return SessionState.OPEN

    def missing(self, now: datetime, *, busy: bool = False) -> tuple[Factor, ...]:
        """Factors still asked: the rest of a login; any one to reopen; all of them again after the absolute end."""
        state = self.state(now, busy=busy)
        if state is SessionState.PARTIAL:
            return missing(self.asked, self.passed)
        return self.asked if state is SessionState.LOCKED else ()

    def passed_after(self, factor: Factor, now: datetime) -> tuple[Factor, ...]:
        """What counts as passed once `factor` is given: reopening an idle screen asks one, a new day asks them all."""
        if self.partial:
            return (*self.passed, factor)
        return (factor,) if now >= self.absolute_end else self.asked

    def opened_again_at(self, now: datetime) -> datetime:
        """Reopening an idle screen does not put off the absolute end; passing every factor does."""
        return now if self.partial or now >= self.absolute_end else self.opened_at

    def seen_after(self, now: datetime, *, touch: bool, busy: bool) -> datetime:
        """When it was last in use. Work counts as use; but what is locked stays so once the work is over."""
        in_use = (touch or busy) and (self.at_work(now) or not self.idle(now))
        return now if in_use else self.seen_at

    def busy_after(self, now: datetime, *, busy: bool) -> datetime | None:
        """When work was last open; none begins behind a lock, where it passes only for as long as it is said."""
        unlocked = self.state(now) is SessionState.OPEN and not self.over(now)
        return now if busy and unlocked else self.busy_at
