"""How booking's worker starts."""

from contracts.events import AccountClosed, CaseErased, CaseExclusionsChanged, ExpertChanged, ReferralClosed
from kit.worker import Service
from services.booking import listeners, settings

SERVICE = Service(
    "booking",
    settings=settings.read,
    listeners={
        ExpertChanged: listeners.expert_changed,
        AccountClosed: listeners.account_closed,
        CaseExclusionsChanged: listeners.case_exclusions_changed,
        ReferralClosed: listeners.referral_closed,
        CaseErased: listeners.case_erased,
    },
)
