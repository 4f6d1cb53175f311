"""One file per part of the site; each lists its handlers, and this is the list of all of them."""

from litestar.types import ControllerRouterHandler

from gateway.pages import account, public, room, soignant

HANDLERS: list[ControllerRouterHandler] = [*public.HANDLERS, *account.HANDLERS, *soignant.HANDLERS, *room.HANDLERS]
