"""How identity's worker starts."""

from contracts.events import CaseErased, CaseLastAppointment, LinkMade, LinksMade
from kit.worker import Service
from services.identity import listeners, settings

SERVICE = Service(
    "identity",
    settings=settings.read,
    listeners={
        LinkMade: listeners.link_made,
        LinksMade: listeners.links_made,
        CaseLastAppointment: listeners.case_last_appointment,
        CaseErased: listeners.case_erased,
    },
    together={CaseLastAppointment: listeners.case_last_appointments},
)
