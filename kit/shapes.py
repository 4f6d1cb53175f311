"""From one shape to another in one line: rows and domain values become contracts without mapper classes."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def as_a(shape: type[T], thing: Any) -> T:
    """`thing` (a row, a Struct, a dataclass, a mapping) as a contract `shape`."""
    mapping = getattr(thing, "_mapping", None)
    if mapping is not None:
        # SQLAlchemy names columns with a subclass of str, which msgspec does not take for a key.
        return msgspec.convert({str(name): value for name, value in mapping.items()}, shape, strict=False)
    return msgspec.convert(thing, shape, from_attributes=True, strict=False)


def all_as(shape: type[T], things: Iterable[Any]) -> list[T]:
    """Each of `things` as a `shape`."""
    return [as_a(shape, thing) for thing in things]
