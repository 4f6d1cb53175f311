"""What a search for free slots may ask."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.words import ExpertProfession, Modality, VisitKind

MOST = 100
MOST_EXPERTS = 100


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
