"""Valid things of referral, so that a test states only what matters to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.referral import Sheet
from contracts.words import ExpertProfession, Modality, ReferralStatus
from services.referral.domain.experts import Expert, Fee, Place, Standing
from services.referral.domain.matching.ranking import Network
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.matching.wanted import wanted as wanted_by
from services.referral.domain.referrals import Referral

NIGHT = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
LE_MANS = Place("Le Mans", "72", 48.006, 0.199)
PARIS = Place("Paris", "75", 48.857, 2.352)


def an_expert(**changes: Any) -> Expert:
    """A psychologist of Le Mans who may be proposed to anyone."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "name": "Claire Morvan",
        "title": "Psychologue clinicienne",
        "profession": ExpertProfession.PSYCHOLOGIST,
        "checked_at": date(2026, 6, 1),
        "modalities": frozenset(Modality),
        "specialties": {"anxiety": 1.0, "exhaustion": 1.0},
        "audiences": frozenset({"nursing"}),
        "places": (LE_MANS,),
        "languages": frozenset({"fr"}),
        "fee": Fee(covered=True),
        "crisis": True,
        "capacity": 3,
    }
    return Expert(**{**values, **changes})


def a_standing(expert: Expert, *, hours: float | None = 36, now: datetime = NIGHT, **changes: Any) -> Standing:
    """Where an expert stands: a first slot by video in `hours`; None when there is none."""
    free = {} if hours is None else {Modality.VIDEO: now + timedelta(hours=hours)}
    values: dict[str, Any] = {"first_free": free, "announced": True, "stride_pass": 0.0}
    return Standing(expert.id, **{**values, **changes})


def a_network(*experts: Expert, hours: float = 36) -> Network:
    return Network.of({one.id: one for one in experts}, {one.id: a_standing(one, hours=hours) for one in experts})


def a_sheet(**changes: Any) -> Sheet:
    """A nurse of Le Mans, anxious and exhausted, level 2, by video."""
    values: dict[str, Any] = {
        "profession": "nurse_hospital",
        "department": "72",
        "motives": ["anxiety", "exhaustion"],
        "level": 2,
        "modalities": [Modality.VIDEO],
    }
    return Sheet(**{**values, **changes})


def a_wish(**changes: Any) -> Wanted:
    return wanted_by(a_sheet(**changes), case_id=UUID(int=7))


def a_referral(**changes: Any) -> Referral:
    values: dict[str, Any] = {
        "id": uuid4(),
        "case_id": uuid4(),
        "contact_id": uuid4(),
        "need_id": uuid4(),
        "status": ReferralStatus.READY,
        "version": 1,
        "level": 2,
        "created_at": NIGHT,
        "next_action": "book",
        "next_action_at": NIGHT,
    }
    return Referral(**{**values, **changes})
