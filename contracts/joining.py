"""What the house is told of those who join the network; the whole list of events is in `contracts.events`."""

from uuid import UUID

from contracts.afterwards import Event


class ExpertInvited(Event, frozen=True):
    """The coordination asks someone to join: reminders makes the link that opens their account."""

    expert_id: UUID
    version: int


class ProofExpiring(Event, frozen=True):
    """A proof of an expert ends within thirty days."""

    proof_id: UUID
    expert_id: UUID


class NoticePosted(Event, frozen=True):
    """The coordination wrote to these experts: they are told that it waits, and nothing of what it says."""

    notice_id: UUID
    expert_ids: tuple[UUID, ...]
