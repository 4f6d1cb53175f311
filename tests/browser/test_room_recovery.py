"""Whatever happens to a page's network, node or device, its room comes back: nobody does anything but wait."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import measure, sees, until
from tests.browser.expecting import expect
from tests.browser.network import Network
from tests.browser.rooms import Rooms, running
from tests.browser.test_room import Meeting
from tests.cluster import Cluster
from tests.keys import Keys

pytestmark = pytest.mark.browser

# Notes, in the page itself, every moment at which a voice came: what the ear would say of a cut.
LISTEN = """
window.voices = [];
window.clicked = 0;
addEventListener('click', () => { window.clicked += 1; }, true);
setInterval(async () => {
  let packets = 0;
  for (const peer of window.peers) {
    if (peer.connectionState === 'closed') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'inbound-rtp' && one.kind === 'audio') packets += one.packetsReceived;
    }
  }
  const last = window.voices.at(-1);
  if (!last || packets !== last.packets) window.voices.push({ packets, at: Date.now() });
}, 100);
window.silence = (since) => {
  const all = [since, ...window.voices.map((one) => one.at).filter((at) => at > since)];
  return Math.max(...all.slice(1).map((at, i) => at - all[i])) / 1000;
};
"""
SEAT_KEPT = timedelta(seconds=2)


@pytest.fixture(scope="module")
def rooms(cluster: Cluster, keys: Keys) -> Iterator[Rooms]:
    with running(keys, cluster.valkey_url, seat_kept=SEAT_KEPT) as house:
        yield house


@pytest.fixture
async def meeting(chromium: Browser, rooms: Rooms) -> AsyncIterator[Meeting]:
    meeting = Meeting(chromium, rooms)
    yield meeting
    for context in chromium.contexts:
        await context.close()


@pytest.fixture
async def network(rooms: Rooms) -> AsyncIterator[Network]:
    network = Network(rooms.port)
    yield network
    await network.close()


async def words(page: Page) -> list[str]:
    return await page.locator("[data-four] li").all_text_contents()


async def moment(page: Page) -> float:
    return float(await page.evaluate("Date.now()"))


async def heard_since(page: Page, since: float) -> bool:
    return bool(await page.evaluate("since => window.voices.some((one) => one.at > since)", since))


async def told(what: str, since: float, mended: float, *pages: Page) -> None:
    """Both hear again; how long after the network was back, printed."""
    for page in pages:
        assert await until(partial(heard_since, page, mended)), await measure(page)
    back = [
        await page.evaluate("t => (window.voices.find((one) => one.at > t).at - t) / 1000", mended) for page in pages
    ]
    longest = [await page.evaluate("t => silence(t)", since) for page in pages]
    print(f"{what}: silence of {max(longest):.1f} s; heard again {max(back):.1f} s after the network was back")


async def test_a_network_away_for_three_seconds_or_longer_than_a_seat_is_kept_costs_no_tap(
    meeting: Meeting, network: Network
) -> None:
    person, professional = await meeting.come("person", network=network), await meeting.come("professional")
    await meeting.meet(person, professional)
    for page in (person, professional):
        assert await until(partial(sees, page)), await measure(page)
        await page.evaluate(LISTEN)
    same = await words(person)

    since = await moment(person)
    network.cut()
    await expect(professional.locator(".coupure")).to_contain_text("Rien n’est perdu")
    await asyncio.sleep(max(0.0, 3 - (await moment(person) - since) / 1000))
    network.mend()
    await told("cut for 3 s", since, await moment(person), person, professional)

    # a closed lid: the page is frozen and its network away, longer than the node keeps its seat
    lid = await person.context.new_cdp_session(person)
    since = await moment(professional)
    await lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    network.cut()
    await asyncio.sleep(SEAT_KEPT.total_seconds() + 3)
    network.mend()
    await lid.send("Page.setWebLifecycleState", {"state": "active"})
    await told("lid closed for 5 s", since, await moment(professional), person, professional)

    for page in (person, professional):
        assert await until(partial(shows, page)), await measure(page)
        await expect(page.locator(".coupure")).to_be_hidden()
        assert await words(page) == same
        assert await page.evaluate("window.clicked") == 0


async def shows(page: Page) -> bool:
    """The picture moves on the page itself."""
    moved = """async () => {
      const video = document.querySelector('[data-tile] video');
      const before = video.currentTime;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return video.currentTime > before;
    }"""
    return bool(await page.evaluate(moved))
