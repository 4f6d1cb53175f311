"""How booking's worker starts."""

from contracts.events import (
    AccountClosed,
    CaseErased,
    CaseExclusionsChanged,
    ExpertChanged,
    ReferralClosed,
    ReferralWaitlisted,
)
from kit.worker import Service
from services.booking import listeners, settings
from services.booking.deliver import waiting_heard

SERVICE = Service(
    "booking",
    settings=settings.read,
    listeners={
        ExpertChanged: listeners.expert_changed,
        AccountClosed: listeners.account_closed,
        CaseExclusionsChanged: listeners.case_exclusions_changed,
        ReferralClosed: listeners.referral_closed,
        CaseErased: listeners.case_erased,
        ReferralWaitlisted: waiting_heard.referral_waitlisted,
    },
)
