"""Fixtures that every test may use: real servers, keys, and databases cloned from migrated templates."""

from collections.abc import Iterator

import pytest

from tests.cluster import Cluster
from tests.keys import Keys


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """PostgreSQL and Valkey of this session. `cluster.database("referral")` is a fresh migrated database."""
    folder = tmp_path_factory.mktemp("cluster")
    folder.chmod(0o755)
    for parent in folder.parents[:2]:
        parent.chmod(0o755)  # the unprivileged server must reach its data
    running = Cluster(folder)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Signing keys of every service."""
    return Keys(tmp_path_factory.mktemp("keys") / "keys")
