"""What falls due by the clock: rows that a tick claims, each looking again before it acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class TimerKind(StrEnum):
    OFFER_EXPIRES = "offer_expires"
    NEXT_WAVE = "next_wave"
    NOT_BOOKED = "not_booked"
    RANK_AGAIN = "rank_again"
    WAITED_ENOUGH = "waited_enough"
    TASK_UNTAKEN = "task_untaken"


@dataclass(frozen=True, slots=True)
class Timer:
    """`thing_id` is the offer or the task that it is about; a timer of another cycle does nothing."""

    kind: TimerKind
    due_at: datetime
    referral_id: UUID | None = None
    thing_id: UUID | None = None
    cycle: int = 0
    id: int = 0
    tries: int = 0
