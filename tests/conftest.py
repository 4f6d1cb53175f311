"""Fixtures that every test may use: real servers, keys, and databases cloned from migrated templates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.lanes import LANES
from tests.cluster import Cluster
from tests.house import RunningHouse
from tests.keys import Keys


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./veilleuse test` runs the lanes side by side, each in a process of its own; together they are everything."""
    parser.addoption("--lane", choices=LANES, help="only the browsers of a running house, its journeys, or the rest")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the lane that was asked for."""
    lane = config.getoption("--lane")
    if lane is not None:
        items[:] = [item for item in items if _lane(item) == lane]


def _lane(item: pytest.Item) -> str:
    if item.path.name == "test_crawler.py":  # its house is its own, and as long as the journeys'
        return "journeys"
    if _shares(item):
        return "desk" if item.path.parent.name == "browser" else "journeys"
    return "rest"


def _shares(item: pytest.Item) -> bool:
    """Whether it uses the session's house, not one of its file's own."""
    info = getattr(item, "_fixtureinfo", None)
    found = info.name2fixturedefs.get("house", ()) if info is not None else ()
    return bool(found) and found[-1].baseid == "tests"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """PostgreSQL and Valkey of this session. `cluster.database("referral")` is a fresh migrated database."""
    folder = _open_folder(tmp_path_factory.mktemp("cluster"))
    running = Cluster(folder)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Signing keys of every service."""
    return Keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """One running house for all that share one in this session."""
    running = RunningHouse(_open_folder(tmp_path_factory.mktemp("house")) / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
async def fresh_tries(request: pytest.FixtureRequest) -> None:
    """Each test of the shared house begins with the rate limits' windows empty: what others tried is not its own."""
    if _shares(request.node):
        running: RunningHouse = request.getfixturevalue("house")
        await running.forget_tries()


@pytest.fixture
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house of this test's own, to break."""
    running = RunningHouse(_open_folder(tmp_path_factory.mktemp("own_house")) / "data", experts=20)
    running.start()
    yield running
    running.stop()


def _open_folder(folder: Path) -> Path:
    folder.chmod(0o755)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)  # the unprivileged server must reach its data
    return folder
