"""Shapes of the on-call list: turns, the ladder now, gaps, silent tests, and the direct lines of the SAMU."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class Post(msgspec.Struct, frozen=True):
    """One step of the ladder as it stands now."""

    name: str
    number: str  # E.164
    display: str
    until: datetime | None = None  # None: a standing post
    mine: bool = False


class Turn(msgspec.Struct, frozen=True):
    """One person on call from `starts_at` to `ends_at`, rung `rank`-th."""

    id: UUID
    name: str
    number: str
    display: str
    rank: int
    starts_at: datetime
    ends_at: datetime
    push: str | None = None
    account_id: UUID | None = None


class NewTurn(msgspec.Struct, frozen=True):
    """POST /on-call/turns; the number in any French spelling."""

    name: str
    number: str
    starts_at: datetime
    ends_at: datetime
    rank: int = 1
    push: str | None = None
    account_id: UUID | None = None


class Gap(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime


class SilentTest(msgspec.Struct, frozen=True):
    """One channel of one telephone: `outcome` is pending, taken, refused or absent (no such provider)."""

    at: datetime
    why: str  # change | asked
    who: str
    channel: str
    outcome: str


class Colleague(msgspec.Struct, frozen=True):
    """An account that may be put on call."""

    id: UUID
    name: str


class OnCall(msgspec.Struct, frozen=True):
    """GET /on-call: the ladder now, the turns of the coming weeks, the hours that nobody covers, the last test."""

    ladder: list[Post]
    turns: list[Turn]
    gaps: list[Gap]
    tests: list[SilentTest]
    colleagues: list[Colleague] = []


class SamuLine(msgspec.Struct, frozen=True):
    """One département: its direct line when it is known, and when it was last checked with them."""

    department: str
    name: str
    number: str | None = None  # E.164; None: « Composez le 15 et demandez le SAMU du … »
    display: str | None = None
    dated: date | None = None
    old: bool = False


class SamuLines(msgspec.Struct, frozen=True):
    """GET /samu-lines; GET /samu-lines/{department}."""

    lines: list[SamuLine]


class NewSamuLine(msgspec.Struct, frozen=True):
    """PUT /samu-lines/{department}: what they said themselves, and the day they said it."""

    number: str
    dated: date
