"""What a search for free slots may ask."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.words import ExpertProfession, Modality, VisitKind

MOST = 100
MOST_EXPERTS = 100
LONGEST_WINDOW = timedelta(days=92)
"""No agenda is derived further; a window said longer is a mistake."""


@dataclass(frozen=True)
class Search:
    """Professions, modalities and visits are never empty; the other filters mean any when they are.

    Times do not compare, so that equal searches share one statement.
    """

    professions: tuple[ExpertProfession, ...] = tuple(ExpertProfession)
    modalities: tuple[Modality, ...] = tuple(Modality)
    visits: tuple[VisitKind, ...] = tuple(VisitKind)
    types: tuple[UUID, ...] = ()
    experts: tuple[UUID, ...] = ()
    not_experts: tuple[UUID, ...] = ()
    since: datetime | None = field(default=None, compare=False)
    until: datetime | None = field(default=None, compare=False)
    per_expert: int | None = None
    limit: int = 20
    after: "After | None" = field(default=None, compare=False)


@dataclass(frozen=True, order=True)
class After:
    """The last slot of the page before: the next one begins after it in the order of all."""

    start: datetime
    expert_id: UUID
    type_id: UUID

    @property
    def text(self) -> str:
        """Opaque to whoever sends it back."""
        return f"{int(self.start.timestamp())}.{self.expert_id.hex}.{self.type_id.hex}"


def after(text: str) -> After:
    """The cursor again; ValueError when it is none of ours."""
    start, _, rest = text.partition(".")
    expert_id, _, type_id = rest.partition(".")
    if not (start.isascii() and start.isdecimal() and len(start) <= 11):
        raise ValueError("a cursor of ours")
    return After(datetime.fromtimestamp(int(start), UTC), UUID(hex=expert_id), UUID(hex=type_id))
