"""A database that does not answer is told apart from a bug: 503 and ask again, not 500."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoLineFree

from kit.db import is_away


def caused_by(error: Exception) -> Exception:
    around = RuntimeError("the driver's own")
    around.__cause__ = error
    return around


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (caused_by(ConnectionRefusedError()), True),
        (caused_by(asyncpg.ConnectionDoesNotExistError()), True),
        (asyncpg.CannotConnectNowError(), True),
        (caused_by(asyncpg.DiskFullError()), True),
        (caused_by(TimeoutError()), True),
        (NoLineFree(), True),
        (DBAPIError("select 1", {}, Exception(), connection_invalidated=True), True),
        (DBAPIError(None, None, Exception()), True),
        (IntegrityError(None, None, Exception()), False),
        (DBAPIError("select 1", {}, Exception()), False),
        (caused_by(asyncpg.UniqueViolationError()), False),
        (FileNotFoundError(), False),
        (None, False),
    ],
)
def test_only_a_line_that_is_cut_means_away(error: Exception | None, away: bool) -> None:
    assert is_away(error) is away
