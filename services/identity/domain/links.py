"""When a link or a code opens, and when it asks for a proof (house.md §1, care.md 14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.words import LinkPurpose

WITHOUT_APPOINTMENT = timedelta(days=60)
"""How long a case's link or code opens while no appointment is known: the horizon of the agendas."""

CODE_AFTER = timedelta(days=90)
"""A code outlives the links by as long as free text is kept (trust.md F6), for whoever wants a copy or erasure."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a secret opens; `opens_until` is the case's, from its last appointment, when one is known."""

    purpose: LinkPurpose
    target_id: UUID
    made_at: datetime
    expires_at: datetime | None = None
    opens_until: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def closes_at(self) -> datetime:
        """The purpose's own end, or 2 h after the case's last appointment."""
        return self.expires_at or self.opens_until or self.made_at + WITHOUT_APPOINTMENT

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.closes_at


def code_closes_at(made_at: datetime, opens_until: datetime | None) -> datetime:
    """Until when a spoken code opens; a code made anew after the last appointment starts its own time."""
    return max(opens_until or made_at, made_at) + (CODE_AFTER if opens_until else WITHOUT_APPOINTMENT)


def asks_proof(*, pin_chosen: bool, known_device: bool, other_devices: bool) -> bool:
    """A PIN is asked each time; without one, only a second device has to prove itself."""
    return pin_chosen or (other_devices and not known_device)
