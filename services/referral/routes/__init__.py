"""What can be asked of referral, one controller a file."""

from services.referral.routes.contacts import Contacts
from services.referral.routes.experts import Experts
from services.referral.routes.referrals import Referrals
from services.referral.routes.tasks import Tasks
from services.referral.routes.urgent import OnDuty, UrgentActions
from services.referral.routes.vocabulary import show_vocabulary

CONTROLLERS = (Contacts, Experts, Referrals, Tasks, UrgentActions, OnDuty, show_vocabulary)
