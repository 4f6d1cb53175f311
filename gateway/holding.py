"""A slot that is held for the person on the line, as the page carries it from press to press."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from contracts.booking import Hold, Slot
from contracts.words import Modality


class Held(msgspec.Struct, frozen=True):
    """Which slot, and until when. Booking is the truth: this only lets a reload show the same card."""

    hold_id: int
    expert_id: UUID
    type_id: UUID
    starts_at: datetime
    ends_at: datetime
    modality: Modality
    expires_at: datetime
    renewable_until: datetime

    @property
    def fields(self) -> dict[str, str]:
        """As hidden fields of a form, or the parameters of an address."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {name: str(value) for name, value in plain.items()}

    @property
    def slot(self) -> Slot:
        """As it stood in the list."""
        return Slot(self.expert_id, self.type_id, self.starts_at, self.ends_at, self.modality)

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


def held(hold: Hold, slot: Slot) -> Held:
    """The hold that booking gave for `slot`."""
    return Held(
        hold_id=hold.id,
        expert_id=hold.expert_id,
        type_id=hold.type_id,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        modality=slot.modality,
        expires_at=hold.expires_at,
        renewable_until=hold.renewable_until,
    )


def held_in(given: Mapping[str, Any] | Callable[[str], str]) -> Held | None:
    """The hold that a form or an address carries; None when there is none, or it is not one of ours."""
    value = given if callable(given) else (lambda name: str(given.get(name, "")))
    if not value("hold_id"):
        return None
    fields = {name: value(name) for name in Held.__struct_fields__}
    try:
        found = msgspec.convert(fields, Held, strict=False)
    except (msgspec.ValidationError, ValueError):
        return None
    instants = (found.starts_at, found.ends_at, found.expires_at, found.renewable_until)
    return None if any(at.tzinfo is None for at in instants) else found
