"""Two browsers meet in the real room: seen and heard both ways, sealed, and never without a key."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.rooms import Rooms, running
from tests.cluster import Cluster
from tests.keys import Keys

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
WATCH = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...all) { super(...all); window.peers.push(this); }
};
window.measure = async () => {
  const sum = { decoded: 0, received: 0, heard: 0, encoded: 0, key: 0, open: 0 };
  for (const peer of window.peers) {
    if (peer.connectionState === 'closed') continue;
    sum.open += 1;
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'video') {
        sum.decoded += report.framesDecoded; sum.received += report.packetsReceived;
      }
      if (report.type === 'inbound-rtp' && report.kind === 'audio') sum.heard += report.packetsReceived;
      if (report.type === 'outbound-rtp' && report.kind === 'video') sum.encoded += report.framesEncoded;
    }
  }
  return sum;
};
"""


@pytest.fixture(scope="module")
def rooms(cluster: Cluster, keys: Keys) -> Iterator[Rooms]:
    with running(keys, cluster.valkey_url) as house:
        yield house


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


class Meeting:
    """One room and the pages that came to it."""

    def __init__(self, browser: Browser, rooms: Rooms) -> None:
        self.browser = browser
        self.rooms = rooms
        self.room: UUID = uuid4()
        self.errors: list[str] = []

    async def come(self, seat: str, *, mutant: str = "") -> Page:
        context = await self.browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", permissions=["camera", "microphone"], reduced_motion="reduce"
        )
        await context.add_init_script(WATCH)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{seat}: {error}"))
        page.on("console", lambda line: self.errors.append(f"{seat}: {line.text}") if line.type == "error" else None)
        await page.goto(self.rooms.url(self.room, seat, mutant=mutant))
        return page

    async def meet(self, person: Page, professional: Page) -> None:
        """Through the waiting room, then both cameras by a tap."""
        await professional.click("[data-do=admettre]:enabled")
        await person.click("[data-do=entrer]")
        for page in (person, professional):
            await page.wait_for_selector("[data-do=camera]")
            await page.click("[data-do=camera]")


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """Ask again and again until it is so; the last answer when it never is."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (answer := await found()) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.1)
    return answer


async def measure(page: Page) -> dict[str, int]:
    measured: dict[str, int] = await page.evaluate("measure()")
    return measured


async def sees(page: Page, more_than: int = 15) -> bool:
    return bool((await measure(page))["decoded"] > more_than)


@pytest.fixture
async def meeting(chromium: Browser, rooms: Rooms) -> AsyncIterator[Meeting]:
    meeting = Meeting(chromium, rooms)
    yield meeting
    for context in chromium.contexts:
        await context.close()


@pytest.mark.parametrize("first", ["person", "professional"])
async def test_both_see_and_hear_each_other_whoever_comes_first(meeting: Meeting, first: str) -> None:
    second = "professional" if first == "person" else "person"
    pages = {first: await meeting.come(first)}
    pages[second] = await meeting.come(second)
    person, professional = pages["person"], pages["professional"]

    await meeting.meet(person, professional)

    for page in (person, professional):
        assert await until(lambda page=page: sees(page)), await measure(page)
        assert (await measure(page))["heard"] > 0
        assert await until(
            lambda page=page: page.evaluate("+document.querySelector('.salle').dataset.sealedVideo > 15")
        )
    words = [await page.locator("[data-four] li").all_text_contents() for page in (person, professional)]
    assert words[0] == words[1]
    assert len(words[0]) == 4
    assert not meeting.errors
