"""What people do in a room: the door, writing, a plan, three seats, leaving in a hurry; each in one real meeting."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import PATIENCE, measure, until
from tests.browser.expecting import expect
from tests.browser.rooms import Rooms, running
from tests.browser.test_room import Meeting
from tests.cluster import Cluster
from tests.keys import Keys

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def rooms(cluster: Cluster, keys: Keys) -> Iterator[Rooms]:
    with running(keys, cluster.valkey_url) as house:
        yield house


@pytest.fixture
async def meeting(chromium: Browser, rooms: Rooms) -> AsyncIterator[Meeting]:
    meeting = Meeting(chromium, rooms)
    yield meeting
    for context in chromium.contexts:
        await context.close()


async def words(page: Page) -> list[str]:
    return await page.locator("[data-four] li").all_text_contents()


async def hears_two(page: Page, made: int = 2) -> bool:
    """Two are heard, by two connections out of at least so many that were made."""
    found = await measure(page)
    return found["open"] == 2 and found["heard"] > 60 and await page.evaluate("window.peers.length") >= made


async def test_a_third_person_comes_by_invitation_and_all_hold_the_same_words(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    await person.wait_for_selector("[data-lock]:not([hidden])")
    two = await words(person)

    guest = await meeting.come("guest")
    await guest.fill("[data-guest-name]", "Interprète")
    await guest.press("[data-guest-name]", "Tab")
    await expect(professional.locator("[data-guest]")).to_contain_text("Interprète attend à la porte", timeout=PATIENCE)
    await expect(person.locator("[data-guest]")).to_contain_text("Interprète a été invité", timeout=PATIENCE)
    assert await guest.evaluate("window.peers.length") == 0, "nothing before the door is opened by hand"
    await professional.click("[data-do=admettre-tiers]")
    await guest.click("[data-do=entrer]")

    pages = (person, professional, guest)
    for page in pages:
        assert await until(partial(hears_two, page)), await measure(page)
        await page.wait_for_selector("[data-lock]:not([hidden])", timeout=PATIENCE)
    assert await until(partial(all_hold_other_words, two, *pages)), [await words(page) for page in pages]
    three = [await words(page) for page in pages]
    await expect(professional.locator("[data-tile=guest] [data-name]")).to_have_text("Interprète")
    await the_node_is_drained(meeting, *pages)
    assert [await words(page) for page in pages] == three

    await guest.locator("[data-do=partir]").press("Enter")
    await expect(person.locator("[data-stage]")).to_have_attribute("data-people", "2", timeout=PATIENCE)
    await person.wait_for_selector("[data-lock]:not([hidden])", timeout=PATIENCE)
    assert await until(lambda: same(person, two))
    assert not meeting.errors


# How many pairs of connections there were, and the longest time in which no voice came at all.
GAPS = """
window.longest = 0;
window.heardAt = performance.now();
let before = 0;
setInterval(async () => {
  let packets = 0;
  for (const peer of window.peers) {
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'inbound-rtp' && one.kind === 'audio') packets += one.packetsReceived;
    }
  }
  const now = performance.now();
  if (packets !== before) window.heardAt = now;
  window.longest = Math.max(window.longest, now - window.heardAt);
  before = packets;
}, 50);
"""


async def the_node_is_drained(meeting: Meeting, *pages: Page) -> None:
    """All three go over to the other node, each connection kept until the new one carries."""
    for page in pages:
        await page.evaluate(GAPS)
    await asyncio.to_thread(meeting.rooms.second)
    async with meeting.rooms.draining():
        for page in pages:
            assert await until(partial(hears_two, page, 4), 120), [
                (await measure(each), await each.evaluate("window.peers.map((one) => one.connectionState)"))
                for each in pages
            ]
    print("drained: longest silence", [f"{await page.evaluate('window.longest'):.0f} ms" for page in pages])


async def all_hold_other_words(than: list[str], *pages: Page) -> bool:
    """The same on every screen, and no more those of before: the lock may show a moment before its words."""
    first, *rest = [await words(page) for page in pages]
    return first != than and all(one == first for one in rest)


async def same(page: Page, wanted: list[str]) -> bool:
    return await words(page) == wanted


async def test_how_one_can_speak_is_said_at_the_door_changed_by_a_tap_and_seen_as_a_word(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer-bas]")
    theirs = professional.locator("[data-their-way]")
    await expect(theirs).to_have_text("parle à voix basse", timeout=PATIENCE)

    await person.click("[data-do=parole]")
    await person.click("[data-speaks=ecrit]")
    await expect(theirs).to_have_text("préfère écrire", timeout=PATIENCE)
    for page in (person, professional):
        await expect(page.locator("#texte")).to_be_visible(timeout=PATIENCE)
        assert await page.get_attribute(".salle", "data-mode") == "ecrit"
    assert await person.get_attribute("[data-do=micro]", "aria-pressed") == "false"

    await person.click("[data-do=parole]")
    await person.click("[data-speaks=telephone]")
    await expect(theirs).to_have_text("préfère le téléphone", timeout=PATIENCE)
    await person.fill("#plan-number", "06 12 34 56 78")
    await person.check("[name=ring]")
    await person.click("[data-plan-form] button.pri")
    await expect(professional.locator("[data-plan-said]")).to_contain_text("06 12 34 56 78", timeout=PATIENCE)
    assert not meeting.errors


async def test_the_plan_fills_the_urgent_action_and_a_quick_exit_rings_nobody_unless_agreed(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    await professional.click("[data-plan-now] [data-do=plan]", timeout=PATIENCE)
    await professional.click("[data-do=plan-demander]")
    await expect(person.locator("[data-plan-asked]")).to_be_visible(timeout=PATIENCE)
    await person.fill("#plan-place", "12 rue des Lilas, Brest")
    await person.fill("#plan-number", "06 12 34 56 78")
    await person.click("[data-plan-form] button.pri")
    await expect(professional.locator("[data-plan-said]")).to_contain_text("Ne pas rappeler", timeout=PATIENCE)

    await professional.click("[data-urgence]")
    await expect(professional.locator("#u-place")).to_have_value("12 rue des Lilas, Brest")
    await expect(professional.locator("#u-number")).to_have_value("06 12 34 56 78")
    await professional.click("#urgence [data-revenir]")
    assert (await measure(professional))["open"] == 1, "the room goes on behind"

    await professional.evaluate("document.querySelector('.coupure').hidden = false")  # as a moment after a cut
    for _ in range(3):
        await person.keyboard.press("Shift")
    await person.wait_for_url("**/calendrier")
    await expect(professional.locator(".coupure")).to_be_hidden(timeout=PATIENCE)
    after = professional.locator("[data-after-cut]")
    await expect(after).to_contain_text("a quitté vite : ne rappelez que si c’était convenu", timeout=PATIENCE)
    assert await professional.is_hidden("[data-after-call]")
    await professional.click("[data-do=partir]")
    assert await professional.input_value("#u-place") == "", "what was said goes with the room"


async def test_each_way_to_the_room_is_tried_before_it_is_needed(meeting: Meeting) -> None:
    person = await meeting.come("person")
    await person.wait_for_selector("[data-link].sauge")
    await person.click("[data-do=preparer]")
    await person.click("[data-do=chemins]")
    await expect(person.locator("[data-row=chemins] .d")).to_have_text("Tout passe.", timeout=PATIENCE)
    assert await person.locator("[data-paths] li.ok").count() == 2
    assert await person.evaluate("window.asked") == [], "a way is tried without any device"

    await person.click("[data-do=essai]")
    await expect(person.locator("[data-row=micro] .d")).to_have_text(
        "On vous entend bien. Rien ne sort d’ici.", timeout=PATIENCE
    )
    await person.click("[data-do=essai]")
    await person.click("[data-do=avec-image]")
    await expect(person.locator("[data-preview]")).to_be_visible(timeout=PATIENCE)
    await person.click("[data-do=sans-image]")
    await expect(person.locator("[data-preview]")).to_be_hidden()
    assert not meeting.errors
