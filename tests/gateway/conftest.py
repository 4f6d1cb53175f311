"""The real gateway over services that are played, and someone who visits it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.played import LINK, Played, a_site
from tests.gateway.visiting import Visitor


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[Played, str]]:
    played = Played()
    with a_site(played) as url:
        yield played, url


@pytest.fixture
def played(address: tuple[Played, str]) -> Played:
    """The services, fresh for this test."""
    address[0].__init__()  # type: ignore[misc]
    return address[0]


@pytest.fixture
def visitor(address: tuple[Played, str], played: Played) -> Visitor:
    return Visitor(address[1])


@pytest.fixture
def person(visitor: Visitor) -> Visitor:
    """Someone who has opened their link."""
    visitor.get("/l")
    visitor.send("/l", secret=LINK)
    assert visitor.path == "/rdv"
    return visitor
