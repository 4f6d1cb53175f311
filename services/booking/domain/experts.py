"""What booking knows of an expert."""

from dataclasses import dataclass
from uuid import UUID

from contracts.words import ExpertProfession, Modality


@dataclass(frozen=True)
class Expert:
    """No name and no address: those are referral's."""

    id: UUID
    profession: ExpertProfession
    modalities: frozenset[Modality]
    time_zone: str
    holiday_region: str = ""
    active: bool = True
