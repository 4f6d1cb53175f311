"""How offers go out, by level: one, several, a group, the waiting list, then a person (referral.md §2.4, §3.5)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.orientations import TargetKind
from kit.errors import Conflict
from services.referral.domain.sheets import TARGETS

QUIET_FROM: Final = time(21)
QUIET_TO: Final = time(8)
GROUP: Final = 12
"""The last wave goes to as many at once: a notice that identifies nobody, the first to accept has it."""


class UrgentFirst(Conflict):
    """Level 5 never waits for matching: alert the duty manager."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`waves` are the sizes of the waves in order; while `quiet`, the time to answer stands still at night."""

    answer_within: timedelta
    waves: tuple[int, ...]
    quiet: bool
    book_within: timedelta
    rank_again: timedelta
    at_most: timedelta  # until a person decides, whatever the waiting list says


TERMS: Final = {
    1: Terms(timedelta(hours=48), (1, 1, 1, GROUP), True, timedelta(hours=48), timedelta(hours=6), TARGETS[1]),
    2: Terms(timedelta(hours=24), (1, 1, 1, GROUP), True, timedelta(hours=48), timedelta(hours=6), TARGETS[2]),
    3: Terms(timedelta(hours=2), (1, 3, GROUP), True, timedelta(hours=24), timedelta(minutes=15), TARGETS[3]),
    4: Terms(timedelta(minutes=15), (3, GROUP), False, timedelta(hours=2), timedelta(minutes=15), timedelta(hours=1)),
}
TARGET_ANSWERS_WITHIN: Final = {
    1: timedelta(days=5),
    2: timedelta(days=3),
    3: timedelta(hours=24),
    4: timedelta(hours=1),
}
"""A structure or a service has no application of ours in its pocket."""


def terms(level: int) -> Terms:
    """The terms of a level; level 5 has none."""
    if level not in TERMS:
        raise UrgentFirst()
    return TERMS[level]


def size(level: int, sent: int) -> int:
    """How many are asked in the next wave when `sent` went before; 0 when no more is to come."""
    waves = terms(level).waves
    return waves[sent] if sent < len(waves) else 0


def mode(level: int, sent: int) -> str:
    """sequential, parallel or group: the word for the wave that follows `sent` others."""
    asked = size(level, sent)
    return "group" if asked == GROUP else "parallel" if asked > 1 else "sequential"


def may_wait(level: int) -> bool:
    """From level 4 nobody waits on a list."""
    return level <= 3


def expiry(sent_at: datetime, level: int, *, zone: str, kind: TargetKind = TargetKind.EXPERT) -> datetime:
    """Until when an answer counts; the target's night suspends it below level 4 (of 21:00–08:00 in `zone`)."""
    rules = terms(level)
    if kind is not TargetKind.EXPERT:
        return sent_at + TARGET_ANSWERS_WITHIN[level]
    return awake_after(sent_at, rules.answer_within, zone=zone) if rules.quiet else sent_at + rules.answer_within


def awake_after(start: datetime, length: timedelta, *, zone: str) -> datetime:
    """The instant when `length` of waking time has passed since `start`; hours are elapsed ones, in UTC."""
    here = ZoneInfo(zone)
    instant, left = start, length
    while True:
        local = instant.astimezone(here)
        if local.time() < QUIET_TO or local.time() >= QUIET_FROM:
            day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
            instant = datetime.combine(day, QUIET_TO, here).astimezone(UTC)
            continue
        night = datetime.combine(local.date(), QUIET_FROM, here).astimezone(UTC)
        if instant + left < night:
            return instant + left
        left -= night - instant
        instant = night
