"""How far the search goes: from the caller's own surroundings to the whole country, one step at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from contracts.words import ExpertProfession, Modality
from services.referral.domain.departments import DEPARTMENTS, START_RADIUS_KM, kilometres
from services.referral.domain.experts import Place
from services.referral.domain.matching.wanted import FURTHER, OTHERS, REMOTELY, Wanted

ENOUGH: Final = 5
"""Under this many candidates the search widens (referral.md §3.1)."""
NEARBY_KM: Final = 110.0
REMOTE: Final = (Modality.VIDEO, Modality.PHONE)
NEVER: Final = 99
NEARBY: Final = 2
"""The step that leaves the surroundings of the préfecture."""
ANYWHERE: Final = 4
"""The widest step: remote meetings count although nobody asked for them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One step, and how the search was widened, in French."""

    step: int
    words: str | None = None


def steps(wanted: Wanted) -> Iterator[Reach]:
    """The first reach, then each wider one; by itself only a meeting in person is widened, the listener goes on."""
    if wanted.wider >= REMOTELY:
        yield Reach(ANYWHERE, _beyond(wanted))
        return
    if not wanted.wider:
        yield Reach(0)
    if not _from_a_place(wanted):
        return
    if not wanted.wider:
        yield Reach(1, f"Rayon doublé autour du chef-lieu ({wanted.radius_km * 2:.0f} km)")
    yield Reach(NEARBY, "Élargi aux départements proches")
    yield Reach(3, "Élargi à la région")
    yield Reach(ANYWHERE, _beyond(wanted))


def next_wider(wanted: Wanted, step: int) -> int | None:
    """What one more gesture of the listener adds to a search that has come to `step`; None when nothing is left."""
    if wanted.wider < FURTHER and _from_a_place(wanted) and step < NEARBY:
        return FURTHER
    if wanted.wider < REMOTELY and wanted.modalities and step < ANYWHERE and not {*REMOTE} <= {*wanted.modalities}:
        return REMOTELY
    return OTHERS if wanted.wider < OTHERS and 0 < len(wanted.professions) < len(ExpertProfession) else None


def bookable(modalities: Sequence[Modality]) -> tuple[Modality, ...]:
    """What may be booked for a sheet that asks for these: a list that was widened is for pressing too."""
    return tuple(dict.fromkeys((*modalities, *REMOTE))) if modalities else ()


def _from_a_place(wanted: Wanted) -> bool:
    return Modality.IN_PERSON in wanted.modalities and wanted.department is not None


def _beyond(wanted: Wanted) -> str:
    """Only what was narrower before is said."""
    others = wanted.wider >= OTHERS and bool(wanted.professions)
    if not wanted.modalities or {*REMOTE} <= {*wanted.modalities}:
        return "Élargi aux autres professions" if others else "Élargi à toute la France"
    return f"Élargi à la visio et au téléphone, dans toute la France{', et aux autres professions' if others else ''}"


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
