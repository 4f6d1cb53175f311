"""How a service says no: four families (and a few edges), the class name being the code on the wire."""

import re
from typing import Any, ClassVar

from contracts.problem import Problem


class Refusal(Exception):
    """Base of every refusal; subclass a family, never this.

    `detail` is for programs and logs (the gateway owns the sentences for people); `fields` names what is wrong in
    each field; `extra` holds what helps the caller to go on, such as the nearest alternatives.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "refusal"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    def __init__(self, detail: str | None = None, *, fields: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.fields = fields or {}
        self.extra = extra

    def problem(self, request_id: str | None = None) -> Problem:
        """The RFC 9457 shape of this refusal."""
        title = (type(self).__doc__ or self.code).strip().splitlines()[0].rstrip(".")
        return Problem(
            title=title,
            status=self.status,
            code=self.code,
            detail=self.detail,
            request_id=request_id,
            fields=self.fields,
            extra=self.extra,
        )


class NotFound(Refusal):
    """There is nothing here, or nothing that you may see."""

    status = 404


class Conflict(Refusal):
    """The thing is not in a state that allows this."""

    status = 409


class Forbidden(Refusal):
    """You may not do this."""

    status = 403


class Invalid(Refusal):
    """The request says something that cannot be."""

    status = 422


class Gone(Refusal):
    """It was there, and its time is over."""

    status = 410


class Unauthorised(Refusal):
    """Nobody is signed in."""

    status = 401


class Changed(Refusal):
    """Someone changed it since you read it."""

    status = 412


class Unavailable(Refusal):
    """A part of the house does not answer for the moment."""

    status = 503


class TooMany(Refusal):
    """Too many tries; wait a little."""

    status = 429

    def __init__(self, detail: str | None = None, *, retry_after: int = 5) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.retry_after = retry_after


class KeyReused(Invalid):
    """This Idempotency-Key was used with another request."""


class NulCharacter(Invalid):
    """A text holds a NUL character."""


class BodyTooLarge(Refusal):
    """The body is larger than this house takes."""

    status = 413


class BodyCut(Refusal):
    """The request ended before its body did."""

    status = 400


class NotJson(Refusal):
    """The body is not JSON."""

    status = 400


class UnsupportedMediaType(Refusal):
    """The body is not of the kind that this path takes."""

    status = 415
