"""One stream of chance per part of the demo, so that a change in one does not move the others."""

import random
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
SEED = 20261122


class Chance(random.Random):
    """Reproducible draws; ids look like those the services make."""

    def __init__(self, part: str) -> None:
        super().__init__(f"{SEED} {part}")

    def case_id(self) -> UUID:
        """A version 4 UUID: it tells nothing of its time."""
        return UUID(int=self.getrandbits(128), version=4)

    def one(self, weighted: Sequence[tuple[T, float]]) -> T:
        """One of the values, by weight."""
        return self.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]

    def some(self, values: Sequence[T], at_least: int, at_most: int) -> list[T]:
        """A few distinct values, in the order given."""
        wanted = self.randint(at_least, at_most)
        kept = set(self.sample(range(len(values)), min(wanted, len(values))))
        return [value for place, value in enumerate(values) if place in kept]


def fixed_id(kind: int, number: int) -> UUID:
    """An id that stays the same from one demo to the next: `kind` names what it is, `number` which one."""
    return UUID(int=(0x0190000000007000 << 64) | (0x8000 << 48) | (kind << 40) | number)
