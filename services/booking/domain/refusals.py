"""Every way in which booking says no; the class name is the code on the wire."""

from kit.errors import Conflict, Forbidden, Gone, Invalid, KeyReused, NotFound, Refusal


class SlotTaken(Conflict):
    """Someone was faster; `extra.alternatives` has the nearest free slots of the same type."""


class CaseOverlap(Conflict):
    """The case has another appointment at that time."""


class AlreadyBooked(Conflict):
    """An hour of this referral stands already; what may take one hour takes no second."""


class SlotNotOpen(Conflict):
    """No opening of the expert covers it for this type, or an absence lies on it."""


class TooSoon(Conflict):
    """Later than the type's minimum notice allows."""


class BeyondHorizon(Conflict):
    """Further away than the type may be booked."""


class DayFull(Conflict):
    """The expert wants no more appointments on that day."""


class HoldExpired(Gone):
    """The hold is no longer there, or is not this caller's."""


class TooManyHolds(Conflict):
    """A caller keeps at most three slots at once."""


class HoldMismatch(Invalid):
    """The hold is for another expert, type or hour than the appointment that was asked for."""


class ExpertNotAllowed(Forbidden):
    """The permit does not reach this expert."""


class TypeNotAllowed(Forbidden):
    """The permit is for another kind of visit or another modality."""


class TooLate(Conflict):
    """The person's limit for cancelling or moving has passed: a human being helps."""


class TooEarly(Conflict):
    """That can only be said once the hour has come."""


class NotInThisState(Conflict):
    """The appointment is not in a state from which this is possible."""


class UnknownAppointment(NotFound):
    """No such appointment, or none that this caller may know of."""


class UnknownExpert(NotFound):
    """Booking has not heard of this expert."""


class UnknownType(NotFound):
    """No such consultation type."""


class UnknownOpening(NotFound):
    """No such occurrence in this agenda."""


class UnknownAbsence(NotFound):
    """No such absence in this agenda."""


class OpeningNotValid(Invalid):
    """Times or recurrence that come to no opening."""


class RecurrenceNotFollowed(Invalid):
    """A recurrence that openings do not follow, or that no rule says; `fields.rrule` names the part."""


class TypeNotValid(Invalid):
    """A consultation type whose minutes or words cannot be; `fields` says which."""


class UnclearTime(Invalid):
    """A time without its offset, that runs backwards, or out of any calendar of ours."""


def by_code(code: str) -> Refusal:
    """The refusal that a booking function named; an unknown code is a bug and says so."""
    return _BY_CODE[code]()


_BY_CODE: dict[str, type[Refusal]] = {
    kind.code: kind
    for kind in (
        *(SlotTaken, CaseOverlap, SlotNotOpen, TooSoon, BeyondHorizon, HoldExpired, TooManyHolds, HoldMismatch),
        *(DayFull, ExpertNotAllowed, TypeNotAllowed, UnknownExpert, UnknownType, KeyReused),
    )
}
