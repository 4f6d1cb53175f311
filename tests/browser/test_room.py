"""Two browsers meet in the real room: seen and heard both ways, sealed, and never without a key."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import a_visitor, measure, sees, until
from tests.browser.network import Network
from tests.browser.reading import flaws
from tests.browser.rooms import Rooms, running
from tests.cluster import Cluster
from tests.keys import Keys

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def rooms(cluster: Cluster, keys: Keys) -> Iterator[Rooms]:
    with running(keys, cluster.valkey_url) as house:
        yield house


class Meeting:
    """One room and the pages that came to it."""

    def __init__(self, browser: Browser, rooms: Rooms) -> None:
        self.browser = browser
        self.rooms = rooms
        self.room: UUID = uuid4()
        self.errors: list[str] = []

    async def come(self, seat: str, *, mutant: str = "", network: Network | None = None) -> Page:
        context = await a_visitor(self.browser)
        page = await context.new_page()
        if network is not None:
            await network.carry(page)
        page.on("pageerror", lambda error: self.errors.append(f"{seat}: {error}"))
        page.on("console", lambda line: self.errors.append(f"{seat}: {line.text}") if line.type == "error" else None)
        address = self.rooms.url(self.room, seat, mutant=mutant)
        await page.goto(address if network is None else address.replace(str(self.rooms.port), str(network.port), 1))
        return page

    async def meet(self, person: Page, professional: Page) -> None:
        """Through the waiting room, then both cameras by a tap."""
        await professional.click("[data-do=admettre]:enabled")
        await person.click("[data-do=entrer]")
        for page in (person, professional):
            await page.wait_for_selector("[data-do=camera]")
            await page.click("[data-do=camera]")


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


async def sends_the_sound_alone(page: Page) -> bool:
    """What the open connection holds now, whatever order it was given in: a count to be vouched for gives anew."""
    sent = await page.evaluate(
        "peers.filter((peer) => peer.connectionState !== 'closed')"
        ".flatMap((peer) => peer.getSenders()).filter(({ track }) => real.has(track)).map(({ track }) => track.kind)"
    )
    return bool(sent == ["audio"])


async def seen_heard_and_sealed(meeting: Meeting, *pages: Page) -> None:
    for page in pages:
        assert await until(partial(sees, page)), await measure(page)
        assert await until(partial(hears, page)), await measure(page)
        assert await until(partial(sealed, page))
        assert {"real audio", "real video"} <= set(await given(page))
    words = [await page.locator("[data-four] li").all_text_contents() for page in pages]
    assert words[0] == words[1]
    assert len(words[0]) == 4
    assert not meeting.errors


async def test_the_person_comes_first_a_restarted_node_costs_a_moment_and_a_tap_leaves_the_sound_alone(
    meeting: Meeting,
) -> None:
    person, professional = await through_both_doors(meeting, "person")
    await seen_heard_and_sealed(meeting, person, professional)
    words = await person.locator("[data-four] li").all_text_contents()

    await asyncio.to_thread(meeting.rooms.restart)
    for page in (person, professional):
        assert await until(partial(sees_again, page))
    assert await professional.locator("[data-four] li").all_text_contents() == words

    await person.click("[data-do=voix]")
    assert await until(partial(sends_the_sound_alone, professional)), await given(professional)
    assert await until(lambda: quiet(person))
    assert await person.is_hidden("[data-other]")


async def test_the_professional_comes_first_a_second_page_takes_the_seat_over_and_a_reloaded_one_keeps_it(
    meeting: Meeting,
) -> None:
    person, professional = await through_both_doors(meeting, "professional")
    await seen_heard_and_sealed(meeting, person, professional)

    newer = await meeting.come("person")
    await person.wait_for_selector("[data-when=fin]:not([hidden])")
    assert "autre écran" in await person.inner_text("main")
    assert (await measure(person))["open"] == 0
    for again in (False, True):
        if again:
            await newer.reload()
        known = (await measure(professional))["decoded"]
        await newer.click("[data-do=entrer]")
        await newer.click("[data-do=camera]")
        assert await until(partial(sees, newer)), await measure(newer)
        assert await until(partial(sees_again, professional)), (known, await measure(professional))


@pytest.mark.parametrize(
    ("mutation", "first"),
    [
        (("no-opening", "e2ee.js", "receiver.transform = new", "void new"), "person"),
        (("other-key", "e2ee-worker.js", "sender: theirs,", "sender: mine,"), "professional"),
    ],
    ids=("no-opening", "other-key"),
)
async def test_a_leg_without_the_key_receives_packets_and_decodes_nothing(
    meeting: Meeting, mutation: tuple[str, str, str, str], first: str
) -> None:
    mutant = meeting.rooms.mutant(*mutation)
    person, professional = await through_both_doors(meeting, first, professional=mutant)

    async def packets() -> bool:
        return (await measure(professional))["received"] > 100

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
    await a_telephone_call(person, professional)


async def a_telephone_call(mine: Page, theirs: Page) -> None:
    """It takes the microphone, or ends it: the other sees why, and it comes back without a tap."""
    for event, asked in (("mute", 1), ("ended", 2)):
        await mine.evaluate(TAKEN, event)
        await theirs.wait_for_selector("[data-picture-word]:has-text('a un appel sur son téléphone')")
        await mine.wait_for_selector("[data-alert]:has-text('ne touchez à rien')")
        await mine.evaluate(GIVEN_BACK)
        await theirs.wait_for_selector("[data-picture-word]:text-is('Sans image')")
        await mine.wait_for_selector("[data-alert]", state="hidden")
        assert await mine.get_attribute("[data-do=micro]", "aria-pressed") == "true"
        assert await mine.evaluate("window.asked.length") == asked


# What a browser does when the telephone rings: it mutes the track, or ends it and refuses another until it is over.
TAKEN = """
(event) => {
  const track = [...window.real].filter((one) => one.kind === 'audio').at(-1);
  window.given_back = event === 'mute'
    ? () => { delete track.muted; track.dispatchEvent(new Event('unmute')); }
    : () => { window.busy = false; };
  window.busy = event === 'ended';
  const open = window.opens ??= navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = (wanted) =>
    window.busy ? Promise.reject(new DOMException('', 'NotReadableError')) : open(wanted);
  if (event === 'mute') Object.defineProperty(track, 'muted', { value: true, configurable: true });
  track.dispatchEvent(new Event(event));
}
"""
GIVEN_BACK = "window.given_back()"


async def sees_again(page: Page) -> bool:
    """Pictures on a connection that is not the page's first."""
    return bool(await page.evaluate("window.peers.length > 1")) and await sees(page)


async def hears(page: Page) -> bool:
    return (await measure(page))["heard"] > 5


async def quiet(page: Page) -> bool:
    """No new picture for half a second."""
    before = (await measure(page))["received"]
    await asyncio.sleep(0.5)
    return (await measure(page))["received"] == before


async def test_those_who_would_rather_write_can(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer-muet]")
    await person.wait_for_selector("[data-mode=ecrit] [data-writing]:not([hidden])")
    await person.wait_for_selector("[data-do=ecrire]:not([hidden])")
    await person.fill("#texte", "Bonjour, <b>je préfère écrire</b>")
    await person.click("[data-write] button")

    await professional.wait_for_selector("[data-lines] .other")
    assert "Bonjour, <b>je préfère écrire</b>" in await professional.inner_text("[data-lines]")
    await professional.wait_for_selector("[data-their-way]:has-text('préfère écrire')")
    assert await person.evaluate("window.asked") == []


async def wrong_on(page: Page) -> list[str]:
    """What axe finds, and whether anything sticks out on a narrow screen."""
    wrong = await flaws(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("wider than 320 pixels")
    await page.set_viewport_size({"width": 1280, "height": 800})
    return wrong


async def test_waiting_and_talking_are_open_to_everyone(meeting: Meeting) -> None:
    person, professional = await meeting.come("person"), await meeting.come("professional")
    await professional.wait_for_selector("[data-do=admettre]:enabled")
    await person.click("[data-do=preparer]")
    assert [await wrong_on(person), await wrong_on(professional)] == [[], []]

    await professional.click("[data-do=admettre]")
    await person.wait_for_selector("[data-when=porte]:not([hidden])")
    assert await wrong_on(person) == []
    await person.click("[data-do=entrer]")
    await person.click("[data-do=ecrire]")
    await professional.wait_for_selector("[data-lock]:not([hidden])")
    await person.click(".commandes [data-do=plan]")
    await person.click("[data-do=parole]")
    await professional.click("[data-do=confidentialite]")
    assert [await wrong_on(person), await wrong_on(professional)] == [[], []]
    await professional.click("[data-privacy] [data-do=fermer]")
    await professional.click("[data-do=inviter]")
    await person.click("[data-do=partir]")
    assert [await wrong_on(person), await wrong_on(professional)] == [[], []]
