"""What can be asked of referral, one controller a file."""

from services.referral.routes.call_backs import CallBacks
from services.referral.routes.cases import Cases, withdraw
from services.referral.routes.contacts import Contacts
from services.referral.routes.delays import promised_delays
from services.referral.routes.desk import DeskOfAll, Presences, debrief_held
from services.referral.routes.experts import Experts
from services.referral.routes.follow_ups import FollowUps, handed_over
from services.referral.routes.group_seats import GroupSeats, SeatOfCall
from services.referral.routes.line import Line
from services.referral.routes.listed import public_list
from services.referral.routes.network import Network
from services.referral.routes.offers import Offers
from services.referral.routes.on_call import OnCallList
from services.referral.routes.online import Online
from services.referral.routes.orienting import Orienting, of_case, pass_on, targets
from services.referral.routes.practice import AtTheHour, OwnPractice
from services.referral.routes.profiles import Mine
from services.referral.routes.readings import Readings
from services.referral.routes.referrals import Referrals
from services.referral.routes.samu import SamuLines
from services.referral.routes.shift import Shift
from services.referral.routes.tasks import Tasks
from services.referral.routes.telephone import Telephone
from services.referral.routes.urgent import OnDuty, UrgentActions
from services.referral.routes.urgent_details import Details
from services.referral.routes.urgent_ends import UrgentEnds
from services.referral.routes.vocabulary import show_vocabulary
from services.referral.routes.weights import Choosing, Reasons, Weighing

CONTROLLERS = (
    Contacts,
    Line,
    Cases,
    withdraw,
    DeskOfAll,
    Presences,
    debrief_held,
    Shift,
    Telephone,
    Experts,
    Referrals,
    Orienting,
    pass_on,
    of_case,
    targets,
    Offers,
    Tasks,
    UrgentActions,
    UrgentEnds,
    Details,
    Readings,
    OnDuty,
    OnCallList,
    CallBacks,
    FollowUps,
    handed_over,
    SamuLines,
    Network,
    Mine,
    Online,
    GroupSeats,
    SeatOfCall,
    OwnPractice,
    AtTheHour,
    public_list,
    Weighing,
    Choosing,
    Reasons,
    show_vocabulary,
    promised_delays,
)
