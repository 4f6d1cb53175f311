"""What of a permit goes down to the booking functions."""

from typing import Any

from contracts.permits import BookPermit


def reach(permit: BookPermit) -> tuple[Any, ...]:
    """Visit, modalities, experts allowed and not allowed: the four arguments that `slot_check` takes."""
    modalities = [modality.value for modality in permit.modalities]
    return (permit.visit.value, modalities, list(permit.experts), list(permit.not_experts))
