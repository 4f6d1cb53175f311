"""What a call asks for, made ready for comparing a thousand experts with it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.referral import UNKNOWN, Sheet
from contracts.words import ExpertProfession, Modality
from services.referral.domain.departments import DEPARTMENTS, START_RADIUS_KM, Department, time_zone
from services.referral.domain.professions import FAMILIES

CRISIS_LEVEL: Final = 4
FURTHER, REMOTELY, OTHERS = 1, 2, 3
"""Beyond what was asked: further away, then by video and telephone too, then other professions too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sheet's wishes; an empty list or None means that nothing was said, which excludes nobody."""

    seed: UUID  # the case: breaks ties the same way each time
    level: int | None = None
    professions: frozenset[ExpertProfession] = frozenset()
    motives: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = ()
    languages: frozenset[str] = frozenset()
    department: Department | None = None
    zone: str = "Europe/Paris"
    profession: str | None = None
    not_experts: frozenset[UUID] = frozenset()
    not_departments: frozenset[str] = frozenset()
    employer: bytes | None = None
    known: frozenset[UUID] = frozenset()  # experts whom this case has met
    accessibility: frozenset[str] = frozenset()  # what the place must offer
    most_cents: int | None = None  # the dearest that the caller can pay
    windows: frozenset[str] = frozenset()  # when the caller can
    gender: str | None = None  # whom they would rather talk to
    wider: int = 0  # how far beyond this the listener goes: one of `FURTHER`, `REMOTELY`, `OTHERS`

    @property
    def family(self) -> str | None:
        return FAMILIES.get(self.profession or "")

    @property
    def radius_km(self) -> float:
        return START_RADIUS_KM[self.department.density] if self.department else 0.0


def wanted(
    sheet: Sheet,
    *,
    case_id: UUID,
    known: frozenset[UUID] = frozenset(),
    not_again: frozenset[UUID] = frozenset(),
    wider: int = 0,
) -> Wanted:
    """What `sheet` asks for; « inconnu » excludes nobody, just as an empty field.

    `not_again` are experts who declined in this cycle.
    """
    return Wanted(
        seed=case_id,
        level=sheet.level,
        professions=frozenset(sheet.help),
        motives=tuple(sheet.motives),
        modalities=tuple(sheet.modalities),
        languages=frozenset(sheet.languages),
        department=DEPARTMENTS.get(sheet.department or ""),
        zone=sheet.time_zone or time_zone(sheet.department),
        profession=None if sheet.profession == UNKNOWN else sheet.profession,
        not_experts=frozenset(sheet.not_experts) | not_again,
        not_departments=frozenset(sheet.not_departments),
        known=known,
        accessibility=frozenset(sheet.accessibility),
        most_cents=sheet.fee_ceiling,
        windows=frozenset(sheet.windows),
        gender=sheet.gender,
        wider=wider,
    )
