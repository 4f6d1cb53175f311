"""What the two of an appointment may choose until it begins: another hour with someone else, another way to meet."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.words import Modality


class Elsewhere(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/elsewhere: this hour with this expert instead; the former ends in the same instant."""

    expert_id: UUID
    type_id: UUID
    starts_at: datetime


class Otherwise(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/otherwise: the hour stays, how they meet changes.

    `calls`, by telephone: `person` rings the consultation line, `expert` rings the number that was given.
    """

    modality: Modality
    calls: str | None = None


class Line(msgspec.Struct, frozen=True):
    """GET /appointments/{id}/line, PUT /me/line: the number of a professional's consultations, for who meets them."""

    line: str | None
    access: str | None = None  # how to come in, and what to say at the desk; no motive


class NumberPermit(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/number: a permit that shows the person's number to this professional, now."""

    permit: str
