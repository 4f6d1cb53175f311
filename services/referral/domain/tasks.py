"""What a person at the desk must do, how soon, and what takes the task away (care.md 7, 8, 9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kit.errors import Conflict, NotFound

WORDS: Final = {
    "unseen": "Le rendez-vous approche et le professionnel ne l’a pas vu : joindre, ou proposer une autre heure.",
    "waiting_alone": "Une personne attend seule : joindre le professionnel, ou proposer quelqu’un d’autre.",
    "cancelled": "Rendez-vous annulé : proposer une autre heure.",
    "no_show": "Rendez-vous manqué : reprendre contact comme convenu.",
    "message_failed": "Un message n’a pas pu partir : vérifier avec la personne au prochain contact.",
}
TO_FOLLOW: Final = 3
"""From this level a cancelled or missed appointment becomes somebody's task (care.md 7)."""


class UnknownTask(NotFound):
    """No such task."""


class TaskTaken(Conflict):
    """A colleague has taken it already."""


class TaskDone(Conflict):
    """It is already done."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """One open task per kind and appointment."""

    kind: str
    case_id: UUID
    due_at: datetime
    created_at: datetime
    referral_id: UUID | None = None
    contact_id: UUID | None = None
    appointment_id: UUID | None = None

    @property
    def words(self) -> str:
        return WORDS[self.kind]


def follow_up_due(kind: str, *, level: int, by: str | None, now: datetime) -> datetime | None:
    """When a cancel or a no-show must be followed by a person: at once at level 4, within the hour at level 3.

    Below, a cancel by the professional or by us is followed within a day; the person's own cancel is theirs.
    """
    if level >= 4:
        return now
    if level == TO_FOLLOW:
        return now + timedelta(hours=1)
    if kind == "cancelled" and by != "person":
        return now + timedelta(hours=24)
    return None


def may_take(owner_id: UUID | None, done_at: datetime | None, taker: UUID) -> None:
    """Refuses a task that a colleague owns, or that is done."""
    if done_at is not None:
        raise TaskDone()
    if owner_id is not None and owner_id != taker:
        raise TaskTaken()
