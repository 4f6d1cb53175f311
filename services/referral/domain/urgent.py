"""Urgent action: who is rung and when, what the screen shows, and who took it (care.md 3, referral.md §2.5)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.urgent import UrgentDetails
from kit.errors import Conflict, NotFound

NEXT_AFTER: Final = timedelta(minutes=2)
ALL_AFTER: Final = timedelta(minutes=5)
ALL_EVERY: Final = timedelta(minutes=5)
DIAL_AFTER: Final = timedelta(seconds=30)
STUCK_AFTER: Final = timedelta(seconds=20)
"""A ring that was taken up and never ended is rung again: ringing twice is better than not at all. A process that
starts does not wait for this: it rings what the one before it had taken up."""
LONGEST: Final = 2000
CHANNELS: Final = ("voice", "sms")
"""What every post is rung by; `push` as well where its telephone has an address for it."""
RAISED_FROM: Final = ("desk", "agenda", "requests", "room")
RINGING: Final = ("triggered", "handed_over")
"""While it stands there and nobody has it, it rings: handed over to the 15 or not, the post must know."""
EMERGENCY: Final = ("15", "SAMU")
"""What to dial when nobody is on the rota."""

TITLE: Final = "Astreinte"
WORDS: Final = {
    "sms": "Une alerte vous attend. Un bouton pour dire que vous l’avez : {link}",
    "voice": "Une alerte vous attend. Le lien pour dire que vous l’avez arrive par message.",
    "push": "Une alerte vous attend. Un bouton pour dire que vous l’avez : {link}",
}
CALLED_BACK: Final = "L’alerte précédente est levée. Il n’y a rien à faire."
"""Words that say nothing of anyone: a telephone may lie in another's sight."""


class UnknownUrgentAction(NotFound):
    """No such urgent action."""


class UnknownAlert(NotFound):
    """This link does not open: it is not one of ours, or it was mistyped."""


class UrgentActionEnded(Conflict):
    """This urgent action was already taken, called back or closed."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One post of the rota, in the order in which it is rung."""

    position: int
    name: str
    number: str
    push: str | None = None
    account_id: UUID | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        return (*CHANNELS, "push") if self.push else CHANNELS

    def reached_by(self, channel: str) -> str:
        """The number, or where a push provider finds the telephone."""
        return self.push or "" if channel == "push" else self.number


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring to make: `round` 0 is the first, 1 the next person, 2 and more everybody."""

    round: int
    position: int
    channel: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ring that was written down."""

    round: int
    position: int
    channel: str
    outcome: str  # pending | taken | refused | unanswered | acknowledged
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    id: UUID
    status: str
    triggered_at: datetime
    version: int
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    contact_id: UUID | None = None
    department: str | None = None
    raised_from: str = "desk"
    triggered_by: UUID | None = None
    acknowledged_account: UUID | None = None
    handed_over_to: str | None = None
    handed_over_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    reviewed_at: datetime | None = None

    @property
    def rings(self) -> bool:
        """Nobody has it yet."""
        return self.acknowledged_at is None and self.status in RINGING


def rings_due(action: Action, duties: Sequence[Duty], attempts: Sequence[Attempt], *, now: datetime) -> list[Ring]:
    """The rings that should stand written by `now` and do not: first the first, the next after 2 minutes (at once
    when no provider took a ring), everybody after 5 and every 5 minutes until someone has it."""
    if not action.rings or not duties:
        return []
    waited = now - action.triggered_at
    written = {(each.round, each.position, each.channel) for each in attempts}
    wanted = _round(0, duties[:1])
    reached = 1
    while reached < len(duties) and _all_refused(attempts):
        wanted += _round(0, duties[reached : reached + 1])
        reached += 1
        if any(ring_key(ring) not in written for ring in wanted):
            break
    if waited >= NEXT_AFTER:
        wanted += _round(1, duties[1:2] or duties[:1])
    if waited >= ALL_AFTER:
        rounds = 2 + int((waited - ALL_AFTER) / ALL_EVERY)
        wanted += _round(rounds, duties)
    return [ring for ring in wanted if ring_key(ring) not in written]


def ring_key(ring: Ring) -> tuple[int, int, str]:
    return ring.round, ring.position, ring.channel


def dial_now(action: Action, duties: Sequence[Duty], attempts: Sequence[Attempt], *, now: datetime) -> bool:
    """True when the number must stand large: 30 s without an answer, or at once when no provider took a ring."""
    if not action.rings:
        return False
    return not duties or now - action.triggered_at >= DIAL_AFTER or _all_refused(attempts)


def to_dial(duties: Sequence[Duty]) -> tuple[str, str]:
    """The number to ring by hand, and whose it is."""
    return (duties[0].number, duties[0].name) if duties else EMERGENCY


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def display(number: str) -> str:
    """A number as it is read aloud in French: pairs of digits."""
    if number.startswith("+33") and len(number) == 12:
        national = "0" + number[3:]
        return "\u00a0".join(national[i : i + 2] for i in range(0, 10, 2))
    return number


def _round(number: int, duties: Sequence[Duty]) -> list[Ring]:
    return [Ring(number, duty.position, channel) for duty in duties for channel in duty.channels]


def _all_refused(attempts: Sequence[Attempt]) -> bool:
    return bool(attempts) and all(each.outcome == "refused" for each in attempts)


def told(details: UrgentDetails, clean: Callable[[str], str]) -> UrgentDetails:
    """What was typed, cleaned; nothing here is ever refused for its form, a life comes first: it is only cut."""
    return UrgentDetails(
        **{
            field: clean(value)[:LONGEST]
            for field in UrgentDetails.__struct_fields__
            if (value := getattr(details, field))
        }
    )


def merged(before: UrgentDetails, after: UrgentDetails) -> UrgentDetails:
    """What is known in the end: the latest word on each thing."""
    return UrgentDetails(
        **{field: getattr(after, field) or getattr(before, field) for field in UrgentDetails.__struct_fields__}
    )
