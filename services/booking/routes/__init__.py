"""What may be asked of booking."""

from litestar.types import ControllerRouterHandler

from services.booking.routes import book, slots
from services.booking.routes.absences import Absences
from services.booking.routes.agendas import Agendas
from services.booking.routes.appointments import Appointments
from services.booking.routes.calendars import Calendars, Feeds
from services.booking.routes.callers import Callers
from services.booking.routes.changes import Changes
from services.booking.routes.choices import Choices
from services.booking.routes.clashes import Clashes
from services.booking.routes.delays import Delays
from services.booking.routes.explain import Explained
from services.booking.routes.figures import FiguresOfAgendas
from services.booking.routes.giving import Asks, Gifts, Rounds
from services.booking.routes.groups import GroupSessions
from services.booking.routes.guests import Guests
from services.booking.routes.holds import Holds
from services.booking.routes.holidays import Holidays
from services.booking.routes.online import Online
from services.booking.routes.own_hours import OwnHours
from services.booking.routes.rules import OpeningRules
from services.booking.routes.slots import FreeSlots
from services.booking.routes.together import Several
from services.booking.routes.types import Types
from services.booking.routes.undoing import Undoing
from services.booking.routes.visits import Visits
from services.booking.routes.waiting import WaitingEntries, WaitingOffers

GIVING = (Callers, Delays, Gifts, Asks, Rounds, FiguresOfAgendas, Visits)
WAITING = (WaitingEntries, WaitingOffers, Choices, Online, Several, GroupSessions)
CONTROLLERS: list[ControllerRouterHandler] = [
    Types,
    FreeSlots,
    Holds,
    Appointments,
    Changes,
    Undoing,
    Guests,
    Agendas,
    OpeningRules,
    Explained,
    Absences,
    Holidays,
    Calendars,
    Clashes,
    Feeds,
    OwnHours,
    *GIVING,
    *WAITING,
]
HOT = [*slots.HOT, *book.HOT]

__all__ = ["CONTROLLERS", "HOT"]
