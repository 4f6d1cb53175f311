"""What may be asked of booking."""

from litestar.types import ControllerRouterHandler

from services.booking.routes.agendas import Agendas
from services.booking.routes.appointments import Appointments
from services.booking.routes.changes import Changes
from services.booking.routes.holds import Holds
from services.booking.routes.slots import HOT
from services.booking.routes.types import Types

CONTROLLERS: list[ControllerRouterHandler] = [Types, Holds, Appointments, Changes, Agendas]

__all__ = ["CONTROLLERS", "HOT"]
