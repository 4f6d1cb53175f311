"""An expert of the network: who they are, whom they help, where, in which languages, at what cost."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.events import ExpertChanged
from contracts.referral import ExpertCard
from contracts.words import ExpertProfession, Modality
from kit.errors import Forbidden, NotFound
from services.referral.domain.vocabulary import LANGUAGE_LABELS, MOTIVE_LABELS

CREDENTIALS_LIVE: Final = timedelta(days=366)
"""Credentials are checked anew within a year (referral.md §3.1)."""


ACCESSIBILITY: Final = frozenset({"wheelchair", "deaf", "blind", "parking", "transit"})
"""What a place of practice may offer."""


class UnknownExpert(NotFound):
    """Nobody of the network has this id."""


class NotYourExpert(Forbidden):
    """A person reads only of the professionals whom they meet."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of practice."""

    city: str
    department: str
    latitude: float
    longitude: float
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """What a consultation costs: `cents` None is unknown; `covered` is paid by the association."""

    cents: int | None = None
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Expert:
    """`specialties` weigh 0–1 by motive; `audiences` are professions, families of them, or `health`."""

    id: UUID
    name: str
    title: str
    profession: ExpertProfession
    checked_at: date  # credentials last checked
    modalities: frozenset[Modality]
    specialties: dict[str, float] = field(default_factory=dict)
    audiences: frozenset[str] = frozenset()
    places: tuple[Place, ...] = ()
    languages: frozenset[str] = frozenset({"fr"})
    fee: Fee = field(default_factory=Fee)
    gender: str | None = None
    crisis: bool = False
    capacity: int = 0  # new people a week
    leave: tuple[tuple[date, date], ...] = ()  # first and last day away
    exclusions: frozenset[str] = frozenset()  # motives or professions not taken
    employer: bytes | None = None  # keyed hash, never shown
    time_zone: str = "Europe/Paris"
    holiday_region: str = "metropole"
    rpps: str | None = None
    active: bool = True
    version: int = 1
    offered: bool = True  # consents to be offered cases; apart from being listed in public
    listed: bool = False  # consents to stand in the public list
    accessibility: frozenset[str] = frozenset()  # of the places of practice
    coverage: str = ""  # what is paid back, in the expert's own words

    @property
    def home(self) -> Place | None:
        return self.places[0] if self.places else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What moves by the hour: the stride pass, and the first free slot that booking last announced."""

    expert_id: UUID
    stride_pass: float = 0.0
    first_free: dict[Modality, datetime] = field(default_factory=dict)
    announced: bool = False  # False: booking has not yet spoken of this expert


def on_leave(expert: Expert, day: date) -> bool:
    """True on a day of leave."""
    return any(first <= day <= last for first, last in expert.leave)


def verified(expert: Expert, day: date) -> bool:
    """True while the last check of credentials still counts."""
    return day - expert.checked_at <= CREDENTIALS_LIVE


def fee_in_words(fee: Fee) -> str:
    """What may be said before booking (care.md 15); « gratuit » only when it is."""
    if fee.covered:
        return "Pris en charge par l’association"
    if fee.cents is None:
        return "Tarif à demander"
    if fee.cents == 0:
        return "Gratuit"
    euros, cents = divmod(fee.cents, 100)
    amount = f"{euros},{cents:02d}" if cents else f"{euros}"
    return f"{amount}\u00a0€, à régler au professionnel"


def languages_in_words(codes: frozenset[str]) -> list[str]:
    """French first, then the others by name."""
    return sorted((LANGUAGE_LABELS.get(code, code) for code in codes), key=lambda word: (word != "français", word))


def specialties_in_words(specialties: dict[str, float], *, most: int = 6) -> list[str]:
    """The strongest specialties, in words."""
    strongest = sorted(specialties.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [MOTIVE_LABELS.get(code, code) for code, weight in strongest if weight > 0]


def ordered_modalities(modalities: frozenset[Modality]) -> list[Modality]:
    """Always told in the same order."""
    return [modality for modality in Modality if modality in modalities]


def card(expert: Expert) -> ExpertCard:
    """What a person with an appointment, and the desk, may read of an expert."""
    home = expert.home
    return ExpertCard(
        id=expert.id,
        name=expert.name,
        title=expert.title,
        profession=expert.profession,
        city=home.city if home else "",
        department=home.department if home else "",
        languages=languages_in_words(expert.languages),
        specialties=specialties_in_words(expert.specialties),
        modalities=ordered_modalities(expert.modalities),
        fee=fee_in_words(expert.fee),
        time_zone=expert.time_zone,
        address=home.address if home else None,
    )


def expert_changed(expert: Expert) -> ExpertChanged:
    """What booking needs to know of an expert."""
    return ExpertChanged(
        expert_id=expert.id,
        version=expert.version,
        profession=expert.profession,
        modalities=tuple(ordered_modalities(expert.modalities)),
        time_zone=expert.time_zone,
        holiday_region=expert.holiday_region,
        active=expert.active,
        leave=expert.leave,
    )
