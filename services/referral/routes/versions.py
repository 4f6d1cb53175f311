"""If-Match: the version that a page was made from, so that nobody overwrites what they have not seen."""

from typing import Any

from litestar import Request

from kit.errors import Invalid


class VersionMissing(Invalid):
    """A change names the version that it was made from: `If-Match: "3"`."""


def version_seen(request: Request[Any, Any, Any]) -> int:
    """The version in If-Match; `version-missing` when there is none."""
    asked = (request.headers.get("if-match") or "").strip().removeprefix("W/").strip('"')
    if not asked.isdecimal() or len(asked) > 9:  # « ² » is a digit, and no number
        raise VersionMissing(fields={"if-match": "missing"})
    return int(asked)
