"""How far the search goes: from the caller's own surroundings to the whole country, one step at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.words import Modality
from services.referral.domain.departments import DEPARTMENTS, kilometres
from services.referral.domain.experts import Expert, Place
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


def first_step(wanted: Wanted, place: Place) -> int:
    """From which step on someone of the caller's département may be sent to `place`."""
    here = wanted.department
    if here is None or place.department == here.code:
        return 0
    km = distance(here.code, place)
    if km <= wanted.radius_km * 2:
        return 0 if km <= wanted.radius_km else 1
    if km <= NEARBY_KM:
        return 2
    there = DEPARTMENTS.get(place.department)
    return 3 if there is not None and there.region == here.region else NEVER


class Meetings:
    """In which ways this caller could meet an expert; worked out once per set of ways offered, and per step."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._asked = wanted.modalities or tuple(Modality)
        self._measured = wanted.department is not None and Modality.IN_PERSON in self._asked
        self._known: dict[tuple[frozenset[Modality], int], tuple[tuple[Modality, ...], ...]] = {}

    def by_step(self, expert: Expert) -> tuple[tuple[Modality, ...], ...]:
        """For each step, the ways in the caller's order of preference; empty when they cannot meet."""
        near = 0
        if not expert.places:
            near = NEVER  # nowhere to go
        elif self._measured and Modality.IN_PERSON in expert.modalities:
            near = min(first_step(self.wanted, place) for place in expert.places)
        key = (expert.modalities, near)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(self._ways(expert.modalities, near, step) for step in range(ANYWHERE + 1))
        return found

    def _ways(self, offered: frozenset[Modality], near: int, step: int) -> tuple[Modality, ...]:
        asked = tuple(dict.fromkeys(self._asked + REMOTE)) if step == ANYWHERE else self._asked
        return tuple(way for way in asked if way in offered and (way is not Modality.IN_PERSON or near <= step))


def widened(pool: Sequence[Expert], wanted: Wanted) -> tuple[Reach, list[tuple[Expert, tuple[Modality, ...]]]]:
    """The first reach with enough experts, or the widest, and who can be met how."""
    meetings = Meetings(wanted)
    everyone = [(expert, meetings.by_step(expert)) for expert in pool]
    reach, met = Reach(0), []
    for reach in steps(wanted):
        met = [(expert, ways[reach.step]) for expert, ways in everyone if ways[reach.step]]
        if len(met) >= ENOUGH:
            break
    return reach, met
