"""A call as its holder sees it, and the instant of a slot as people may write it."""

from datetime import UTC, datetime

from contracts.referral import Contact
from kit.errors import Invalid
from services.referral.domain import sheets
from services.referral.domain.contacts import reference
from services.referral.store.contacts import Call


class UnclearTime(Invalid):
    """An instant that no agenda reaches."""


def contact_shown(call: Call, instant: datetime, starts_at: datetime | None = None) -> Contact:
    return Contact(
        id=call.id,
        case_id=call.case_id,
        referral_id=call.referral_id,
        reference=reference(call.number),
        started_at=call.started_at,
        ended_at=call.ended_at,
        listener_id=call.listener_id,
        sheet=call.sheet,
        saved_at=call.saved_at,
        version=call.version,
        final=call.final,
        asks=sheets.asks(call.sheet, starts_at=utc(starts_at), now=instant),
        kind=call.kind,
        cut_at=call.cut_at,
        notice_at=call.notice_at,
        offered_to=call.offered_to,
        revision=call.revision,
    )


def utc(instant: datetime | None) -> datetime | None:
    """Aware in UTC; an instant without zone is UTC, and only those of our century are appointments."""
    if instant is None:
        return None
    if not 2000 <= instant.year <= 2199:
        raise UnclearTime(fields={"starts_at": "an instant of this century"})
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
