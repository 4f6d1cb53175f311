"""What a person at the desk must do, whose it is, how soon, and what takes it away (care.md 7, 8, 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.words import Role
from kit.errors import Conflict, NotFound

WORDS: Final = {
    "unseen": "Le rendez-vous approche et le professionnel ne l’a pas vu : joindre, ou proposer une autre heure.",
    "waiting_alone": "Une personne attend seule : joindre le professionnel, ou proposer quelqu’un d’autre.",
    "cancelled": "Rendez-vous annulé : proposer une autre heure.",
    "no_show": "Rendez-vous manqué : reprendre contact comme convenu.",
    "cut_call": "Un appel a été coupé : reprendre contact comme convenu, ou dire pourquoi on ne le fait pas.",
    "call_back_unreached": "Trois rappels sans réponse : décider de la suite, comme convenu avec la personne.",
    "follow_up_wanted": "Après son rendez-vous, la personne souhaite qu’on la rappelle ou qu’on cherche autrement.",
    "follow_up_missing": "Des nouvelles manquent après un rendez-vous : les demander, comme convenu.",
    "message_failed": "Un message n’a pas pu partir : vérifier avec la personne au prochain contact.",
    "nobody_left": "Personne n’a pu dire oui : chercher autrement, et le dire à la personne comme convenu.",
    "expert_away": "Le professionnel sera absent à l’heure du rendez-vous : proposer une autre heure.",
    "overdue": "La prochaine étape attend depuis trop longtemps : la faire, ou passer la main.",
    "counter_offer": "Un professionnel propose autrement : demander à la personne si cela convient.",
    "slot_to_tell": "Une heure se libère pour une personne qui attend : la lui proposer de vive voix, tout de suite.",
    "waiting_unanswered": "Trois heures proposées, sans réponse : reprendre contact comme convenu.",
    "own_hour": "Le professionnel choisit l’heure lui-même : la dire à la personne comme convenu, et si elle lui va.",
}
TO_FOLLOW: Final = 3
"""From this level a cancelled or missed appointment becomes somebody's task, which only a person closes (care.md 7)."""
WITHIN: Final = timedelta(hours=1)
CLOSED_BY_A_PERSON: Final = frozenset({"cancelled", "no_show", "nobody_left", "expert_away", "overdue"})


class UnknownTask(NotFound):
    """No such task."""


class TaskTaken(Conflict):
    """A colleague has taken it already."""


class TaskDone(Conflict):
    """It is already done."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """One open task per kind, orientation and appointment; from level 3 somebody's by name."""

    kind: str
    case_id: UUID
    due_at: datetime
    created_at: datetime
    referral_id: UUID | None = None
    contact_id: UUID | None = None
    appointment_id: UUID | None = None
    owner_id: UUID | None = None
    level: int = 0
    may_reach: str | None = None

    @property
    def words(self) -> str:
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone who may be named: an open account of the team, and how many tasks it has on its hands."""

    id: UUID
    roles: frozenset[str]
    tasks: int = 0
    on_call: bool = False


def follow_up_due(kind: str, *, level: int, by: str | None, now: datetime) -> datetime | None:
    """When a cancel or a no-show must be followed by a person: at once at level 4, within the hour at level 3.

    Below, a cancel by the professional or by us is followed within a day; the person's own cancel is theirs.
    """
    if level >= 4:
        return now
    if level == TO_FOLLOW:
        return now + WITHIN
    if kind == "cancelled" and by != "person":
        return now + timedelta(hours=24)
    if kind in ("expert_away", "counter_offer", "own_hour"):
        return now + timedelta(hours=24)
    return None


def named(colleagues: Sequence[Colleague], owner_id: UUID | None, *, level: int, late: bool = False) -> UUID | None:
    """Who owns the task: below level 4 whoever handed over, else (or once `late`) a duty manager, the freest.

    Without any duty manager, whoever of the desk has least on their hands; None when the team is nobody.
    """
    handed_over = next((one.id for one in colleagues if one.id == owner_id), None)
    if handed_over is not None and level < 4 and not late:
        return handed_over
    freest = sorted(colleagues, key=lambda one: (not one.on_call, one.tasks, one.id))
    for role in (Role.DUTY_MANAGER, Role.PSYCHOLOGIST, Role.VOLUNTEER, Role.COORDINATOR):
        for one in freest:
            if role in one.roles and not (late and one.id == owner_id):
                return one.id
    return handed_over


def within(level: int) -> timedelta:
    """How long a named person has to say that they do it: none at level 4, half an hour once it is late already."""
    return timedelta() if level >= 4 else WITHIN / 2


def needs_telling(level: int, *, late: bool = False) -> bool:
    """Whether the duty manager is told: at once at level 4, at level 3 once nobody took it in its hour."""
    return level >= 4 or (level >= TO_FOLLOW and late)


def may_take(owner_id: UUID | None, done_at: datetime | None, taker: UUID) -> None:
    """Refuses a task that a colleague has taken, or that is done; a mere name is no bar to whoever is there."""
    if done_at is not None:
        raise TaskDone()
    if owner_id is not None and owner_id != taker:
        raise TaskTaken()
