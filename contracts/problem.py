"""The one shape of a refusal on the wire: RFC 9457 `application/problem+json` with a stable code."""

from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` is stable and kebab-case; `fields` names each wrong field; `extra` holds what helps to go on."""

    title: str
    status: int
    code: str
    type: str = "about:blank"
    detail: str | None = None
    request_id: str | None = None
    fields: dict[str, str] = {}
    extra: dict[str, Any] = {}
