"""How far the search goes: from the caller's own surroundings to the whole country, one step at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from contracts.words import Modality
from services.referral.domain.departments import DEPARTMENTS, kilometres
from services.referral.domain.experts import Expert, Place
from services.referral.domain.matching.wanted import Wanted

ENOUGH: Final = 5
"""Under this many candidates the search widens (referral.md §3.1)."""
NEARBY_KM: Final = 110.0
REMOTE: Final = (Modality.VIDEO, Modality.PHONE)


@dataclass(frozen=True, slots=True)
class Reach:
    """One step: how near a place must be, and whether remote meetings count although nobody asked for them."""

    radius_km: float
    nearby: bool = False  # départements whose préfecture is near the caller's
    region: bool = False
    remote_anywhere: bool = False
    words: str | None = None  # how the search was widened, in French


def steps(wanted: Wanted) -> Iterator[Reach]:
    """The first reach, then each wider one; only a meeting in person can be widened."""
    radius = wanted.radius_km
    yield Reach(radius)
    if Modality.IN_PERSON not in wanted.modalities or wanted.department is None:
        return
    yield Reach(radius * 2, words=f"Rayon doublé autour du chef-lieu ({radius * 2:.0f} km)")
    yield Reach(radius * 2, nearby=True, words="Élargi aux départements proches")
    yield Reach(radius * 2, nearby=True, region=True, words="Élargi à la région")
    yield Reach(
        radius * 2,
        nearby=True,
        region=True,
        remote_anywhere=True,
        words="Élargi à la visio et au téléphone, dans toute la France",
    )


@lru_cache(maxsize=200_000)
def distance(department: str, place: Place) -> float:
    """Kilometres from the préfecture of the caller's département to a place of practice."""
    origin = DEPARTMENTS[department]
    return kilometres(origin.latitude, origin.longitude, place.latitude, place.longitude)


def covers(reach: Reach, wanted: Wanted, place: Place) -> bool:
    """True when someone of the caller's département may be sent to `place`."""
    here = wanted.department
    if here is None or place.department == here.code:
        return True
    there = DEPARTMENTS.get(place.department)
    if reach.region and there is not None and there.region == here.region:
        return True
    km = distance(here.code, place)
    return km <= reach.radius_km or (reach.nearby and km <= NEARBY_KM)


class Meetings:
    """In which ways this caller could meet an expert, at one reach; worked out once per set of ways offered."""

    def __init__(self, reach: Reach, wanted: Wanted) -> None:
        self.reach = reach
        self.wanted = wanted
        self._asked = wanted.modalities or tuple(Modality)
        if reach.remote_anywhere:
            self._asked = tuple(dict.fromkeys(self._asked + REMOTE))
        self._everywhere = wanted.department is None or Modality.IN_PERSON not in self._asked
        self._known: dict[tuple[frozenset[Modality], bool], tuple[Modality, ...]] = {}

    def ways(self, expert: Expert) -> tuple[Modality, ...]:
        """In the caller's order of preference; empty when they cannot meet."""
        near = self._everywhere or any(covers(self.reach, self.wanted, place) for place in expert.places)
        key = (expert.modalities, near)
        found = self._known.get(key)
        if found is None:
            found = tuple(
                each
                for each in self._asked
                if each in expert.modalities and (each is not Modality.IN_PERSON or (near and bool(expert.places)))
            )
            if not expert.places:
                return found  # nowhere to go: not the same for others who offer these ways
            self._known[key] = found
        return found
