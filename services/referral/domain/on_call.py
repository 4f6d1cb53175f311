"""The simple list of who is on call: turns with dates, the ladder at a moment, and the hours that nobody covers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kit.errors import Invalid, NotFound
from services.referral.domain.urgent import Duty

LOOK_AHEAD: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=31)
RANKS: Final = (1, 2, 3, 4, 5)
TEST_TITLE: Final = "Astreinte"
TEST_WORDS: Final = "Essai silencieux de l’astreinte. Il n’y a rien à faire."
TEST_CHANNELS: Final = ("sms", "push")
"""A test wakes nobody: no voice call; whether the voice provider answers is asked without ringing."""


class TurnNotValid(Invalid):
    """This turn cannot be kept as it is written."""


class UnknownTurn(NotFound):
    """No such turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One person on call from `starts_at` to `ends_at`, rung `rank`-th."""

    id: UUID
    name: str
    number: str
    rank: int
    starts_at: datetime
    ends_at: datetime
    push: str | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours without anyone first on call."""

    starts_at: datetime
    ends_at: datetime


def checked(turn: Turn, *, now: datetime) -> Turn:
    """`turn` as it may be kept; `turn-not-valid` with the field otherwise."""
    wrong: dict[str, str] = {}
    if not turn.name.strip():
        wrong["name"] = "missing"
    if turn.ends_at <= turn.starts_at:
        wrong["ends_at"] = "before the start"
    elif turn.ends_at - turn.starts_at > LONGEST:
        wrong["ends_at"] = "longer than a month"
    elif turn.ends_at <= now:
        wrong["ends_at"] = "past"
    if turn.rank not in RANKS:
        wrong["rank"] = "not on the ladder"
    if wrong:
        raise TurnNotValid(fields=wrong)
    return replace(turn, name=turn.name.strip()[:80])


def ladder(turns: Sequence[Turn], standing: Sequence[Duty], *, now: datetime) -> list[Duty]:
    """Who is rung now, in order: those whose turn it is, then the standing posts; positions count from 0."""
    on = sorted((turn for turn in turns if turn.starts_at <= now < turn.ends_at), key=lambda one: (one.rank, one.id))
    posts = [Duty(0, turn.name, turn.number, turn.push, turn.account_id) for turn in on]
    rung = {post.number for post in posts}
    posts += [post for post in standing if post.number not in rung]
    return [replace(post, position=place) for place, post in enumerate(posts)]


def fingerprint(turns: Sequence[Turn], *, now: datetime) -> str:
    """What changes when duty changes hands; empty while only the standing posts are there."""
    on = sorted((turn.rank, str(turn.id)) for turn in turns if turn.starts_at <= now < turn.ends_at)
    return " ".join(f"{rank}:{turn_id}" for rank, turn_id in on)


def gaps(turns: Sequence[Turn], *, now: datetime, until: datetime | None = None) -> list[Gap]:
    """The hours from now on that no turn covers."""
    end = until or now + LOOK_AHEAD
    reached, found = now, []
    for turn in sorted(turns, key=lambda one: one.starts_at):
        if turn.ends_at <= reached:
            continue
        if turn.starts_at >= end:
            break
        if turn.starts_at > reached:
            found.append(Gap(reached, turn.starts_at))
        reached = turn.ends_at
    if reached < end:
        found.append(Gap(reached, end))
    return found
