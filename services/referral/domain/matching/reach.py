"""How far the search goes: from the caller's own surroundings to the whole country, one step at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from contracts.words import Modality
from services.referral.domain.departments import DEPARTMENTS, START_RADIUS_KM, kilometres
from services.referral.domain.experts import Place
from services.referral.domain.matching.wanted import Wanted

ENOUGH: Final = 5
"""Under this many candidates the search widens (referral.md §3.1)."""
NEARBY_KM: Final = 110.0
REMOTE: Final = (Modality.VIDEO, Modality.PHONE)
NEVER: Final = 99
ANYWHERE: Final = 4
"""The widest step: remote meetings count although nobody asked for them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One step, and how the search was widened, in French."""

    step: int
    words: str | None = None


def steps(wanted: Wanted) -> Iterator[Reach]:
    """The first reach, then each wider one; only a meeting in person can be widened."""
    yield Reach(0)
    if Modality.IN_PERSON not in wanted.modalities or wanted.department is None:
        return
    yield Reach(1, f"Rayon doublé autour du chef-lieu ({wanted.radius_km * 2:.0f} km)")
    yield Reach(2, "Élargi aux départements proches")
    yield Reach(3, "Élargi à la région")
    yield Reach(ANYWHERE, "Élargi à la visio et au téléphone, dans toute la France")


def distance(department: str, place: Place) -> float:
    """Kilometres from the préfecture of the caller's département to a place of practice."""
    origin = DEPARTMENTS[department]
    return kilometres(origin.latitude, origin.longitude, place.latitude, place.longitude)


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around a département: which step leads to a place of practice, and how far it is."""

    code: str

    def nearest(self, places: Sequence[Place]) -> tuple[int, float]:
        """The first step that leads to one of `places`, and the kilometres to the nearest; `NEVER` to nowhere."""
        found, nearest = NEVER, inf
        for place in places:
            km = distance(self.code, place)
            step = 0 if place.department == self.code else self._step(place, km)
            found, nearest = (step if step < found else found), (km if km < nearest else nearest)
        return found, nearest

    def _step(self, place: Place, km: float) -> int:
        if km <= NEARBY_KM:
            radius = START_RADIUS_KM[DEPARTMENTS[self.code].density]
            return 0 if km <= radius else 1 if km <= radius * 2 else 2
        there = DEPARTMENTS.get(place.department)
        return 3 if there is not None and there.region == DEPARTMENTS[self.code].region else NEVER


def measured(wanted: Wanted) -> bool:
    """True when it matters how far a place of practice is."""
    return wanted.department is not None and Modality.IN_PERSON in asked(wanted)


def asked(wanted: Wanted) -> tuple[Modality, ...]:
    """The ways of meeting, in the caller's order of preference; all of them when nothing was said."""
    return wanted.modalities or tuple(Modality)


def ways(wanted: Wanted, offered: Collection[Modality], *, step: int, within: bool) -> tuple[Modality, ...]:
    """How the caller could meet an expert at this step; `within`: a place of theirs is near enough for it."""
    known = tuple(dict.fromkeys(asked(wanted) + REMOTE)) if step == ANYWHERE else asked(wanted)
    return tuple(way for way in known if way in offered and (way is not Modality.IN_PERSON or within))
