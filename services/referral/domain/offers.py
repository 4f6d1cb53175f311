"""One need put to one target: its states, who answers and until when (referral.md §2.3)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.orientations import CallerRefusal, Decline, DeclineReason, OfferStatus, TargetKind
from contracts.words import Modality
from kit.errors import Conflict, Gone, Invalid, NotFound

O = OfferStatus  # noqa: E741
COMPETENCE_LIMIT: Final = 3
"""So many declines of one motive before the expert is asked whether to be offered no more of it."""
LONGEST_PAUSE: Final = timedelta(days=400)


class UnknownOffer(NotFound):
    """There is no such offer for you."""


class OfferExpired(Gone):
    """Its time to answer is over."""


class OfferTaken(Conflict):
    """It has found somebody, or is needed no more."""


class OfferAnswered(Conflict):
    """It has been answered already."""


class AlreadyAsked(Conflict):
    """This one is being asked already."""


class NobodyToAsk(Conflict):
    """The coordination has it already, and the rules find nobody else: a person chooses."""


class UnknownTarget(NotFound):
    """Nobody of the network or the directory who may be asked has this id."""


class NoHourAwaited(Conflict):
    """Only who said yes chooses an hour, and only while none is found."""


class DeclineRefused(Invalid):
    """The decline lacks what its reason asks for."""


OPEN: Final = frozenset({O.CREATED, O.SENT, O.SEEN})
ENDED: Final = frozenset({O.DECLINED, O.EXPIRED, O.WITHDRAWN})

TRANSITIONS: Final[dict[tuple[OfferStatus, str], OfferStatus]] = {
    (O.CREATED, "sent"): O.SENT,
    (O.SENT, "seen"): O.SEEN,
    **{(status, "accepted"): O.ACCEPTED for status in (O.SENT, O.SEEN)},
    **{(status, "declined"): O.DECLINED for status in (O.SENT, O.SEEN)},
    **{(status, "expired"): O.EXPIRED for status in OPEN},
    **{(status, "withdrawn"): O.WITHDRAWN for status in OPEN},
    (O.ACCEPTED, "not_booked_in_time"): O.EXPIRED,
    (O.ACCEPTED, "refused_by_caller"): O.WITHDRAWN,
}
"""(status, cause) → status; what is not here is refused."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`charged`: it counts in the expert's share until the appointment does, or until it comes to nothing."""

    id: UUID
    referral_id: UUID
    case_id: UUID
    cycle: int
    wave: int
    target_kind: TargetKind
    target_id: UUID
    status: OfferStatus
    version: int
    level: int
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    reason_by: str | None = None  # target | caller | line
    motive: str | None = None
    until: date | None = None
    counter_at: datetime | None = None
    counter_modality: Modality | None = None
    charged: bool = False
    note: bytes | None = None  # sealed under the case's key

    @property
    def standing(self) -> bool:
        """Waiting for an answer, or answered with a yes."""
        return self.status in OPEN or self.status is O.ACCEPTED


def after(status: OfferStatus, cause: str) -> OfferStatus:
    """The status after `cause`; refused in the words of whoever comes too late."""
    reached = TRANSITIONS.get((status, cause))
    if reached is not None:
        return reached
    if status is O.EXPIRED:
        raise OfferExpired()
    if status is O.WITHDRAWN:
        raise OfferTaken()
    raise OfferAnswered(f"{status} does not allow {cause}")


def in_time(offer: Offer, now: datetime) -> None:
    """Refuses an answer after its hour, even when no tick has passed since."""
    if offer.status in OPEN and now >= offer.expires_at:
        raise OfferExpired()


def seen(offer: Offer, *, now: datetime) -> Offer:
    """The target has read it; reading again changes nothing."""
    in_time(offer, now)
    if offer.status is not O.SENT:
        return offer
    return replace(offer, status=after(offer.status, "seen"), seen_at=now, version=offer.version + 1)


def accepted(offer: Offer, *, now: datetime) -> Offer:
    """The target takes it; 410 past its hour, 409 when another was faster."""
    in_time(offer, now)
    return _answered(offer, "accepted", now, charged=offer.target_kind is TargetKind.EXPERT)


def declined(offer: Offer, answer: Decline, *, now: datetime) -> Offer:
    """The target says no, with a coded reason that has its effect."""
    in_time(offer, now)
    wrong = {}
    if answer.reason is DeclineReason.CAPACITY and answer.until is None:
        wrong["until"] = "missing"
    if answer.until is not None and not now.date() <= answer.until <= (now + LONGEST_PAUSE).date():
        wrong["until"] = "not a day to come"
    if answer.reason is DeclineReason.COMPETENCE and not answer.motive:
        wrong["motive"] = "missing"
    if answer.counter_at is not None and (answer.counter_at.tzinfo is None or answer.counter_at <= now):
        wrong["counter_at"] = "not an hour to come"
    if wrong:
        raise DeclineRefused(fields=wrong)
    return _answered(
        offer,
        "declined",
        now,
        reason=answer.reason.value,
        reason_by="target",
        motive=answer.motive if answer.reason is DeclineReason.COMPETENCE else None,
        until=answer.until if answer.reason is DeclineReason.CAPACITY else None,
        counter_at=answer.counter_at,
        counter_modality=answer.counter_modality,
    )


def expired(offer: Offer, *, now: datetime) -> Offer:
    """Its hour has passed without an answer."""
    return _answered(offer, "expired", now)


def withdrawn(offer: Offer, *, now: datetime, why: str = "taken") -> Offer:
    """Another was faster, or the need is gone: told « pourvue », and nothing more."""
    return _answered(offer, "withdrawn", now, reason=why, reason_by="line")


def not_booked(offer: Offer, *, now: datetime) -> Offer:
    """Accepted, and no hour was found in time: charged back."""
    return _answered(offer, "not_booked_in_time", now, charged=False)


def refused_by_caller(offer: Offer, reason: CallerRefusal, *, now: datetime) -> Offer:
    """The caller does not want it: charged back, and never counted against the expert."""
    return _answered(offer, "refused_by_caller", now, reason=reason.value, reason_by="caller", charged=False)


def _answered(offer: Offer, cause: str, now: datetime, **changes: object) -> Offer:
    status = after(offer.status, cause)
    return replace(offer, status=status, answered_at=now, version=offer.version + 1, **changes)  # type: ignore[arg-type]
