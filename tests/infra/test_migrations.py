"""The quick look at the newest revision agrees with Alembic's own."""

import pytest

from infra.embedded.databases import SERVICES
from infra.embedded.migrations import newest
from kit import migrations


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_revision_is_the_one_alembic_would_reach(service: str) -> None:
    assert newest(service) == migrations.head(service)
