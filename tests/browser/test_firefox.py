"""Firefox and Chromium meet in the real room, whoever comes first: seen, heard, sealed, with the same words."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import a_visitor, until
from tests.browser.firefox import FirefoxPage, Session, firefox, found
from tests.browser.rooms import Rooms, running
from tests.cluster import Cluster
from tests.keys import Keys

if found() is None:
    pytest.skip("Firefox is not installed", allow_module_level=True)

pytestmark = pytest.mark.browser
FOUR = "[data-four] li"


@pytest.fixture(scope="module")
def rooms(cluster: Cluster, keys: Keys) -> Iterator[Rooms]:
    with running(keys, cluster.valkey_url) as house:
        yield house


@pytest.fixture(scope="module")
async def fox() -> AsyncIterator[Session]:
    async with firefox() as session:
        yield session


async def measured(page: Page | FirefoxPage) -> dict[str, Any]:
    seen: dict[str, Any] = await page.evaluate("measure()")
    return seen


async def sees_and_hears(page: Page | FirefoxPage) -> bool:
    seen = await measured(page)
    return bool(seen["decoded"] > 15 and seen["heard"] > 15)


@pytest.mark.parametrize("first", ["firefox", "chromium"])
async def test_firefox_and_chromium_meet_whoever_comes_first(
    rooms: Rooms, fox: Session, chromium: Browser, first: str
) -> None:
    room = uuid4()
    person, professional = await fox.new_page(), await (await a_visitor(chromium)).new_page()
    coming = [("person", person), ("professional", professional)]
    for seat, page in coming if first == "firefox" else reversed(coming):
        await page.goto(rooms.url(room, seat))
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    await professional.click("[data-do=camera]")
    await person.click("[data-do=camera]")

    for page in (person, professional):
        assert await until(partial(sees_and_hears, page), 120), await measured(page)
    words = await person.texts(FOUR), await professional.locator(FOUR).all_text_contents()
    assert words[0] == words[1]
    assert len(words[0]) == 4
    await professional.context.close()
    await person.goto("about:blank")
