"""One file per part of the site; each lists its handlers, and this is the list of all of them."""

from litestar.types import ControllerRouterHandler

from gateway.pages import account, agenda, calls, choices, public, room, soignant, tasks, urgent, weights

HANDLERS: list[ControllerRouterHandler] = [
    *public.HANDLERS,
    *account.HANDLERS,
    *soignant.HANDLERS,
    *room.HANDLERS,
    *calls.HANDLERS,
    *urgent.HANDLERS,
    *tasks.HANDLERS,
    *agenda.HANDLERS,
    *choices.HANDLERS,
    *weights.HANDLERS,
]
