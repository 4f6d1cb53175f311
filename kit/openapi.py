"""What the framework cannot know of our doors, added to each OpenAPI document: keys, versions, refusals."""

from typing import Any

import msgspec
from litestar import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.router import Router

from contracts.problem import Problem
from kit.auth import PUBLIC
from kit.transaction import KEY_LENGTH

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": KEY_LENGTH},
    "description": "The same key again replays the first answer; with another body it is `key-reused`.",
}
_VERSION = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": 'The version last read, as in the ETag (`"3"`): `changed` (412) when it is another one by now.',
}
_REFUSED = {
    "description": "A refusal with a stable `code`; `fields` names what is wrong, `extra.alternatives` other hours.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REF = "#/components/schemas/{name}"
_, _PROBLEM = msgspec.json.schema_components([Problem], ref_template=_REF)


class Document(JsonRenderPlugin):
    """The framework's document with what holds at every door of the house."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """As JSON; what is added is the same for all services."""
        paths = {
            path: {way: _completed(way, path, told) for way, told in ways.items()}
            for path, ways in openapi_schema["paths"].items()
            if not path.startswith("/openapi")
        }
        parts = openapi_schema["components"]
        whole = {**openapi_schema, "paths": paths, "components": {**parts, "schemas": {**parts["schemas"], **_PROBLEM}}}
        return super().render(request, _hours(whole))


def config(name: str) -> OpenAPIConfig:
    """How a service describes itself: where it is asked from outside, and with what."""
    return OpenAPIConfig(
        title=f"La Veilleuse: {name}",
        version="1",
        use_handler_docstrings=True,
        servers=[Server(url=f"/api/v1/{name}")],
        security=[{"key": []}],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="A key of the house, or its token.")
            }
        ),
        render_plugins=[Document(path="/openapi.json")],
        openapi_router=Router(path="/openapi", route_handlers=[], opt=PUBLIC),
    )


def _hours(told: Any) -> Any:
    """An hour of the wall is written `09:30:00`; the framework calls it a duration, which none of our shapes holds."""
    if isinstance(told, dict):
        if told.get("format") == "duration":
            return {**told, "format": "time", "examples": ["09:30:00"]}
        return {name: _hours(part) for name, part in told.items()}
    return [_hours(part) for part in told] if isinstance(told, list) else told


def _completed(way: str, path: str, told: dict[str, Any]) -> dict[str, Any]:
    """One door: its headers, and how it says no."""
    headers = [_KEY] * (way == "post") + [_VERSION] * (way != "get" and "{" in path)
    answers = {code: answer for code, answer in told.get("responses", {}).items() if code != "400"}
    return {**told, "parameters": [*told.get("parameters", []), *headers], "responses": {**answers, "4XX": _REFUSED}}
