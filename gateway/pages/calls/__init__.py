"""The helpline's console: one call, from the first word to the code read aloud."""

from litestar.types import ControllerRouterHandler

from gateway.pages.calls import booking, desk, holding, line, sheet, stream

HANDLERS: list[ControllerRouterHandler] = [
    *desk.HANDLERS,
    *line.HANDLERS,
    *sheet.HANDLERS,
    *holding.HANDLERS,
    *booking.HANDLERS,
    *stream.HANDLERS,
]
