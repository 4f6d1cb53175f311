"""JSON logs that name requests, never people: only listed keys pass."""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from os import urandom
from typing import Any, TextIO

import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request (or of the event's first request) that all that follows belongs to."""

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "service", "request_id", "method", "route", "status", "ms", "code",
        "kind", "count", "tick", "listener", "tries", "error", "where", "version", "queue", "state", "exception",
        "host", "port", "seconds", "attempt", "channel", "peer",
    }
)  # fmt: skip


def new_request_id() -> str:
    """A fresh request id."""
    return urandom(8).hex()


def _only_allowed(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in entry.items() if key in ALLOWED}


def _with_request(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    current = request_id.get()
    if current:
        entry["request_id"] = current
    return entry


class _Lines:
    """Writes to a stream; on a full disk the line is lost, and nothing else.

    Lines are written where errors are caught: had they raised there, the loops that ring, send and tick would have
    ended for good, and a minute of a full disk silenced every alert after it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """One line."""
        with suppress(OSError, ValueError):  # ValueError: the stream was closed as the process ends
            self._stream.write(f"{line}\n")
            self._stream.flush()

    log = debug = info = warning = error = critical = exception = msg


class _Plain(logging.Handler):
    """Library logs: their name and level, and the class of an error; their free text could hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        logger = structlog.get_logger()
        logger.log(record.levelno, "library", where=record.name, kind=record.levelname.lower(), error=error)


def start(service: str, level: str = "info") -> None:
    """Set up the process's logs; call once, at start."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    root.handlers = [_Plain()]
    root.setLevel(max(number, logging.WARNING))
    global _service
    _service = service


_service = "veilleuse"


def log() -> Any:
    """The process's logger."""
    return structlog.get_logger().bind(service=_service)


def trace_of(error: BaseException) -> str:
    """Where an error rose: files, lines and classes only, since messages may hold anything."""
    lines, at = [], error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        lines.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{at.tb_lineno} {code.co_name}")
        at = at.tb_next
    return " < ".join(reversed(lines[-8:]))
