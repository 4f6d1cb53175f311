"""Fixtures that every test may use: real servers, keys, and databases cloned from migrated templates."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from infra.lanes import LANES
from tests.cluster import Cluster
from tests.house import RunningHouse
from tests.keys import Keys

LAST = ("test_urgent_alone.py", "test_crawler.py")
"""These change or stop everything in the shared house; each is as true in it as in one of its own."""

settings.register_profile(
    "unhurried",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,  # an example that takes 200 ms says that the machine is busy, not that the code is wrong
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./veilleuse test` runs the lanes side by side, each in a process of its own; together they are everything."""
    parser.addoption("--lane", choices=LANES, help="only the browsers of a running house, its journeys, or the rest")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file of another lane is not even imported: to read all of them is a third of a minute for each lane."""
    lane = config.getoption("--lane")
    if lane is None or not collection_path.match("test_*.py"):
        return None
    return True if _lane(collection_path) != lane else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What presses or kills everything in the shared house comes when nobody else needs it any more."""
    if config.getoption("--lane") == "rest":
        astray = {item.path.name for item in items if _shares(item)}
        assert not astray, f"{astray} uses the shared house: it must name RunningHouse, so that its lane is known"
    for item in items:
        if isinstance(item, pytest.Function) and _shares(item):
            item.fixturenames.insert(0, "fresh_tries")  # not `autouse`: two thousand tests have no house
    items.sort(key=lambda item: LAST.index(item.path.name) + 1 if item.path.name in LAST else 0)


def _lane(file: Path) -> str:
    """By its file alone, so that each test runs in one lane and in one only."""
    if "RunningHouse" not in file.read_text(encoding="utf-8"):
        return "rest"
    in_browser = file.parent.name == "browser" and file.name not in LAST
    return "desk" if in_browser else "journeys"


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


@pytest.fixture
async def fresh_tries(house: RunningHouse) -> AsyncIterator[None]:
    """Each test of the shared house begins with the rate limits' windows empty: what others tried is not its own."""
    await house.forget_tries()
    yield
    await house.hang_up()


def _open_folder(folder: Path) -> Path:
    folder.chmod(0o755)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)  # the unprivileged server must reach its data
    return folder
