"""The network for the coordination: members, one page each, imports, messages."""

from litestar.types import ControllerRouterHandler

from gateway.pages.network import files, group, member, members

HANDLERS: list[ControllerRouterHandler] = [*members.HANDLERS, *files.HANDLERS, *group.HANDLERS, *member.HANDLERS]
