"""One file per part of the site; each lists its handlers, and this is the list of all of them."""

from litestar.types import ControllerRouterHandler

from gateway.pages import account, public, soignant

HANDLERS: list[ControllerRouterHandler] = [*public.HANDLERS, *account.HANDLERS, *soignant.HANDLERS]
