"""Every error becomes `application/problem+json`; what is not a refusal is a bug, logged and said plainly."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException

from contracts.problem import Problem
from kit.db import is_away
from kit.errors import Refusal, TooMany
from kit.log import log, request_id, trace_of
from kit.transaction import Replay

PROBLEM_TYPE = "application/problem+json"
CODES = {
    400: "not-json",
    401: "sign-in-first",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-input",
    429: "too-many",
    503: "unavailable",
}


AWAY = Problem(title="A part of the house does not answer", status=503, code="unavailable")


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type=PROBLEM_TYPE, headers=headers or {}
    )


def refused(_: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """A refusal says its code, its fields and what helps to go on."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
    return _answer(error.problem(request_id.get()), headers)


def replayed(_: Request[Any, Any, Any], error: Replay) -> Response[bytes]:
    """The answer that this key had the first time."""
    return Response(
        error.body,
        status_code=error.status,
        media_type="application/json",
        headers={"Idempotency-Replayed": "true"},
    )


def invalid(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """A value of the wrong shape: each wrong field by name."""
    fields: dict[str, str] = {}
    for one in error.extra if isinstance(error.extra, list) else []:
        if isinstance(one, dict):
            fields[str(one.get("key") or "body")] = str(one.get("message", "invalid"))
    return _answer(
        Problem(
            title="The request says something that cannot be",
            status=422,
            code="invalid-input",
            request_id=request_id.get(),
            fields=fields,
        )
    )


def not_json(_: Request[Any, Any, Any], __: SerializationException) -> Response[bytes]:
    """The body is not JSON."""
    return _answer(Problem(title="The body is not JSON", status=400, code="not-json", request_id=request_id.get()))


def of_framework(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Unknown paths, wrong methods and the like."""
    status = error.status_code
    return _answer(
        Problem(
            title=error.detail or "error", status=status, code=CODES.get(status, "refused"), request_id=request_id.get()
        ),
        {"Allow": error.headers["Allow"]} if error.headers and "Allow" in error.headers else None,
    )


def failure(error: Exception, route: str) -> Problem:
    """A bug: the log has the place, the answer has the request id. A database that is away is none."""
    if is_away(error):
        log().error("database away", error=type(error).__name__)
        return AWAY
    log().error("failed", route=route, error=type(error).__name__, exception=trace_of(error))
    return Problem(title="This failed on our side", status=500, code="our-side", request_id=request_id.get())


def our_side(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What is no refusal."""
    problem = failure(error, str(request.scope.get("path_template") or "none"))
    return _answer(problem, {"Retry-After": "2"} if problem is AWAY else None)


EXCEPTION_HANDLERS: dict[Any, Any] = {
    Refusal: refused,
    Replay: replayed,
    ValidationException: invalid,
    SerializationException: not_json,
    HTTPException: of_framework,
    Exception: our_side,
}
