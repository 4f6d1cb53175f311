"""Two browsers meet in the real room: seen and heard both ways, sealed, and never without a key."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
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
window.asked = [];
window.real = new Set();
window.given = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.asked.push(Object.keys(wanted).join());
  const stream = await ask(wanted);
  for (const track of stream.getTracks()) window.real.add(track);
  return stream;
};
const give = RTCRtpSender.prototype.replaceTrack;
RTCRtpSender.prototype.replaceTrack = function (track) {
  window.given.push(track === null ? 'nothing' : window.real.has(track) ? `real ${track.kind}` : `blank ${track.kind}`);
  return give.call(this, track);
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


async def through_both_doors(meeting: Meeting, first: str = "person", **mutants: str) -> tuple[Page, Page]:
    """The person's page and the professional's, in the order asked, both with their cameras on."""
    pages: dict[str, Page] = {}
    for seat in (first, "professional" if first == "person" else "person"):
        pages[seat] = await meeting.come(seat, mutant=mutants.get(seat, ""))
    await meeting.meet(pages["person"], pages["professional"])
    return pages["person"], pages["professional"]


async def sealed(page: Page) -> bool:
    return bool(await page.evaluate("+document.querySelector('.salle').dataset.sealedVideo > 15"))


async def given(page: Page) -> list[str]:
    tracks: list[str] = await page.evaluate("window.given")
    return tracks


BOTH_ORDERS = pytest.mark.parametrize("first", ["person", "professional"])


@BOTH_ORDERS
async def test_both_see_and_hear_each_other_whoever_comes_first(meeting: Meeting, first: str) -> None:
    person, professional = await through_both_doors(meeting, first)

    for page in (person, professional):
        assert await until(partial(sees, page)), await measure(page)
        assert (await measure(page))["heard"] > 0
        assert await until(partial(sealed, page))
        assert {"real audio", "real video"} <= set(await given(page))
    words = [await page.locator("[data-four] li").all_text_contents() for page in (person, professional)]
    assert words[0] == words[1]
    assert len(words[0]) == 4
    assert not meeting.errors


@BOTH_ORDERS
@pytest.mark.parametrize(
    "mutation",
    [
        ("no-opening", "e2ee.js", "receiver.transform = new", "void new"),
        ("other-key", "e2ee-worker.js", "sender: theirs,", "sender: mine,"),
    ],
    ids=lambda mutation: mutation[0],
)
async def test_a_leg_without_the_key_receives_packets_and_decodes_nothing(
    meeting: Meeting, mutation: tuple[str, str, str, str], first: str
) -> None:
    mutant = meeting.rooms.mutant(*mutation)
    person, professional = await through_both_doors(meeting, first, professional=mutant)

    async def packets() -> bool:
        return (await measure(professional))["received"] > 200

    assert await until(partial(sees, person)), "the one with the key must see, or this proves nothing"
    assert await until(packets), await measure(professional)
    assert (await measure(professional))["decoded"] == 0


@pytest.mark.parametrize(
    "mutation",
    [
        ("no-sealing", "e2ee.js", "transceiver.sender.transform = new", "void new"),
        ("count-is-zero", "e2ee-worker.js", "counts.sealed[kind] += 1;", ""),
    ],
    ids=lambda mutation: mutation[0],
)
async def test_without_proof_of_sealing_neither_voice_nor_picture_leaves(
    meeting: Meeting, mutation: tuple[str, str, str, str]
) -> None:
    mutant = meeting.rooms.mutant(*mutation)
    person, professional = await meeting.come("person", mutant=mutant), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")

    await person.wait_for_selector("[data-when=fin]:not([hidden])")
    assert "Nous avons tout arrêté" in await person.inner_text("main")
    assert not [track for track in await given(person) if track.startswith("real")]
    assert (await measure(professional))["decoded"] == 0


async def test_nothing_opens_before_a_tap_and_the_camera_stays_closed(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.wait_for_selector("[data-do=admettre]:enabled")
    assert [await page.evaluate("window.asked") for page in (person, professional)] == [[], []]

    await professional.click("[data-do=admettre]")
    await person.click("[data-do=entrer]")
    assert await until(lambda: hears(professional))

    assert [await page.evaluate("window.asked") for page in (person, professional)] == [["audio"], ["audio"]]
    assert await person.get_attribute("[data-do=camera]", "aria-pressed") == "false"
    assert await person.is_hidden("[data-self]")


async def sees_again(page: Page) -> bool:
    """Pictures on a connection that is not the page's first."""
    return bool(await page.evaluate("window.peers.length > 1")) and await sees(page)


async def hears(page: Page) -> bool:
    return (await measure(page))["heard"] > 5


async def test_a_restarted_node_costs_a_moment_and_no_tap(meeting: Meeting) -> None:
    person, professional = await through_both_doors(meeting)
    assert await until(partial(sees, person))
    words = await person.locator("[data-four] li").all_text_contents()

    await asyncio.to_thread(meeting.rooms.restart)

    for page in (person, professional):
        assert await until(partial(sees_again, page))
    assert await professional.locator("[data-four] li").all_text_contents() == words


async def test_a_reloaded_page_comes_back_to_its_seat(meeting: Meeting) -> None:
    person, professional = await through_both_doors(meeting)
    assert await until(partial(sees, professional))

    await person.reload()
    await person.click("[data-do=entrer]")
    await person.click("[data-do=camera]")

    assert await until(partial(sees_again, professional))
    assert await until(partial(sees, person))


async def test_quick_exit_closes_everything_and_the_other_is_told(meeting: Meeting) -> None:
    person, professional = await through_both_doors(meeting)
    assert await until(partial(sees, professional))

    for _ in range(3):
        await person.keyboard.press("Shift")

    await person.wait_for_url("**/calendrier")
    await professional.wait_for_selector("[data-said=salle]:has-text('a quitté')")


async def test_sound_only_takes_one_tap_and_stops_both_pictures(meeting: Meeting) -> None:
    person, professional = await through_both_doors(meeting)
    assert await until(partial(sees, person))

    await person.click("[data-do=voix]")

    assert await until(lambda: quiet(person))
    assert await person.is_hidden("[data-other]")
    assert (await given(professional))[-1] == "nothing"


async def quiet(page: Page) -> bool:
    """No new picture for half a second."""
    before = (await measure(page))["received"]
    await asyncio.sleep(0.5)
    return (await measure(page))["received"] == before


async def test_a_second_page_on_the_same_seat_takes_it_over(meeting: Meeting) -> None:
    first = await meeting.come("person")
    await first.wait_for_selector("[data-link].sauge")

    await meeting.come("person")

    await first.wait_for_selector("[data-when=fin]:not([hidden])")
    assert "autre écran" in await first.inner_text("main")
