"""One file per part of the site; each lists its handlers, and this is the list of all of them."""

from litestar.types import ControllerRouterHandler

from gateway.pages import (
    account,
    agenda,
    calls,
    cases,
    choices,
    duty,
    invitation,
    network,
    presence,
    professionals,
    profile,
    public,
    room,
    second_factor,
    shift,
    soignant,
    tasks,
    urgent,
    urgent_after,
    weights,
)

HANDLERS: list[ControllerRouterHandler] = [
    *public.HANDLERS,
    *account.HANDLERS,
    *soignant.HANDLERS,
    *room.HANDLERS,
    *calls.HANDLERS,
    *presence.HANDLERS,
    *cases.HANDLERS,
    *shift.HANDLERS,
    *urgent.HANDLERS,
    *urgent_after.HANDLERS,
    *duty.HANDLERS,
    *second_factor.HANDLERS,
    *tasks.HANDLERS,
    *agenda.HANDLERS,
    *choices.HANDLERS,
    *weights.HANDLERS,
    *network.HANDLERS,
    *profile.HANDLERS,
    *professionals.HANDLERS,
    *invitation.HANDLERS,
]
