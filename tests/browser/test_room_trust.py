"""A server that cheats with keys is caught, nothing unsealed is called so, and the ladder of pictures is pure."""

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import PATIENCE, sees, until
from tests.browser.rooms import Rooms, running
from tests.browser.test_room import Meeting
from tests.cluster import Cluster
from tests.keys import Keys

pytestmark = pytest.mark.browser

# Two exchanges in one page, with whatever the test puts between them.
PLAY = """
async ({ meddle, rounds }) => {
  const { Exchange, wordsOf } = await import('/static/room/exchange.js');
  const change = new Function('data', 'from', 'state', meddle);
  const state = {}, told = { a: [], b: [] }, queue = [];
  const side = (name, other) => new Exchange({
    capable: true,
    send: (data) => { const sent = change(structuredClone(data), name, state); if (sent) queue.push([other, sent]); },
    agreed: (result) => told[name].push(result),
  });
  const sides = { a: side('a', 'b'), b: side('b', 'a') };
  for (let round = 0; round < rounds; round++) {
    await sides.a.greet();
    while (queue.length) { const [to, data] = queue.shift(); await sides[to].hear(data).catch(() => {}); }
  }
  const last = (name) => told[name].at(-1) ?? null;
  const words = async (name) => last(name)?.sealed ? (await wordsOf([last(name).salt])).join(' ') : null;
  return {
    sealed: ['a', 'b'].map((name) => last(name)?.sealed ?? false),
    refused: ['a', 'b'].map((name) => last(name)?.refused ?? false),
    words: [await words('a'), await words('b')],
    agreements: [told.a.length, told.b.length],
  };
}
"""
HONEST = "return data"
# A server in the middle gives each side a key of its own, properly announced: it then holds both conversations.
IN_THE_MIDDLE = """
if (data.step !== 'commit' && data.step !== 'reveal') return data;
return data.step === 'commit' ? { ...data, commit: state.commit } : { ...data, key: state.key, nonce: state.nonce };
"""
ANNOUNCED = """
async () => {
  const text = (data) => btoa(String.fromCharCode(...data));
  const [raw, nonce] = [0, 1].map(() => crypto.getRandomValues(new Uint8Array(32)));
  const said = new Uint8Array([...new TextEncoder().encode('la veilleuse, commitment, '), ...raw, ...nonce]);
  const commit = new Uint8Array(await crypto.subtle.digest('SHA-256', said));
  return JSON.stringify({ commit: text(commit), key: text(raw), nonce: text(nonce) });
}
"""
AGAINST_ITS_COMMITMENT = """
if (data.step === 'reveal' && from === 'b') data.key = btoa(String.fromCharCode(...new Uint8Array(32).fill(9)));
return data;
"""
ANOTHER_NONCE = """
if (data.step === 'reveal' && from === 'b') data.nonce = btoa(String.fromCharCode(...new Uint8Array(32)));
return data;
"""
NEVER_ANNOUNCED = "return data.step === 'commit' && from === 'b' ? null : data"
STRIPPED = "if (data.step === 'hello') data.capable = false; return data"


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


@pytest.fixture
async def page(chromium: Browser, rooms: Rooms) -> AsyncIterator[Page]:
    """A page that may import the room's modules; it sits in no room."""
    context = await chromium.new_context(bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{rooms.port}/elsewhere")
    yield page
    await context.close()


async def play(page: Page, meddle: str, rounds: int = 1) -> dict[str, Any]:
    played: dict[str, Any] = await page.evaluate(PLAY, {"meddle": meddle, "rounds": rounds})
    return played


async def test_two_honest_sides_agree_on_the_same_four_words_and_keep_them_when_they_meet_again(page: Page) -> None:
    once, again = await play(page, HONEST), await play(page, HONEST, rounds=3)
    assert once["sealed"] == again["sealed"] == [True, True]
    assert once["words"][0] == once["words"][1] and len(once["words"][0].split()) == 4
    assert again["words"][0] == again["words"][1]


async def test_a_swapped_key_shows_other_words_on_each_screen(page: Page) -> None:
    prepared = await page.evaluate(ANNOUNCED)
    played = await play(page, f"Object.assign(state, {prepared}); {IN_THE_MIDDLE}")
    assert played["sealed"] == [True, True], "the middle is well behaved, or the words would prove nothing"
    assert played["words"][0] != played["words"][1]


@pytest.mark.parametrize(
    "meddle", [AGAINST_ITS_COMMITMENT, ANOTHER_NONCE, NEVER_ANNOUNCED], ids=["key", "nonce", "none"]
)
async def test_a_key_revealed_without_or_against_its_commitment_is_refused(page: Page, meddle: str) -> None:
    played = await play(page, meddle)
    assert played["refused"][0] is True
    assert played["sealed"][0] is False


async def test_a_browser_said_to_be_incapable_never_gets_a_lock(page: Page) -> None:
    played = await play(page, STRIPPED)
    assert played["sealed"] == [False, False] and played["words"] == [None, None]


async def test_a_refused_key_stops_the_room_and_says_so(meeting: Meeting) -> None:
    mutant = meeting.rooms.mutant(
        "liar", "exchange.js", "key: text(this.#raw), nonce:", "key: text(this.#open.nonce), nonce:"
    )
    person, professional = await meeting.come("person"), await meeting.come("professional", mutant=mutant)
    await person.wait_for_selector("[data-when=fin]:not([hidden])")
    assert "Nous avons tout arrêté" in await person.inner_text("main")
    assert await person.is_hidden("[data-lock]")
    assert await professional.is_hidden("[data-lock]")


async def test_a_browser_without_transforms_is_told_so_and_nothing_goes_before_yes(meeting: Meeting) -> None:
    mutant = meeting.rooms.mutant("old", "e2ee.js", "!('RTCRtpScriptTransform' in self)", "true")
    person, professional = await meeting.come("person", mutant=mutant), await meeting.come("professional")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    for page in (person, professional):
        await page.wait_for_selector("[data-do=accepter]:visible")
        assert await page.evaluate("window.peers.length") == 0
        await page.click("[data-do=accepter]")
    await writes(person, professional, "Vous me lisez ?")
    await writes(professional, person, "Oui.")
    await professional.click("[data-do=camera]")
    assert await until(partial(sees, person))
    for page in (person, professional):
        assert await page.is_visible("[data-clear]") and await page.is_hidden("[data-lock]")
    assert "jusqu’à notre serveur" in await person.inner_text("[data-said=secret-ecrits]")


async def writes(by: Page, to: Page, text: str) -> None:
    """One writes, the other reads it."""
    await by.wait_for_selector("[data-do=ecrire]:visible")  # in the room, where who chose to write has it open already
    if await by.is_hidden("#texte"):
        await by.click("[data-do=ecrire]")
    await by.fill("#texte", text)
    await by.click("[data-write] button")
    await to.wait_for_selector(f"[data-lines] .other >> text={text}", state="attached")


async def test_a_browser_without_any_way_for_a_voice_still_writes_under_the_lock(meeting: Meeting) -> None:
    mutant = meeting.rooms.mutant("mute", "e2ee.js", "'RTCPeerConnection' in self", "false")
    person, professional = await meeting.come("person", mutant=mutant), await meeting.come("professional")
    await person.wait_for_selector("[data-alert]:has-text('ni la voix ni l’image')")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer-muet]")
    await writes(person, professional, "Bonjour.")
    await writes(professional, person, "Bonjour à vous.")
    for page in (person, professional):
        assert await page.is_visible("[data-lock]") and await page.is_hidden("[data-do=micro]")
        assert await page.evaluate("window.peers.length") == 0
    assert not meeting.errors


PATIENCE_OF_A_CALL = """
async () => {
  const { Patience } = await import('/static/room/patience.js');
  const patience = new Patience();
  const tries = [];
  const wait = (seconds, packets) => {
    let waited = 0;
    for (let second = 0; second < seconds; second++) {
      waited += 1;
      if (!patience.over(packets)) continue;
      tries.push(waited);
      waited = 0;
      patience.begin();
    }
  };
  wait(100, 0);
  wait(1, 50);
  wait(10, 0);
  return tries;
}
"""


async def test_a_connection_that_does_not_come_is_begun_anew_later_and_later(page: Page) -> None:
    assert await page.evaluate(PATIENCE_OF_A_CALL) == [8, 16, 32, 32, 8], "and as soon as at first once one has come"


RETRIES = """
async () => {
  const { Other } = await import('/static/room/other.js');
  const sent = [];
  const made = (seat) => {
    const send = (message) => sent.push([message.kind, message.seat]);
    const other = new Other({ seat, capable: true, calls: true, send });
    other.call = { epoch: 3, close() {} };
    return other;
  };
  const [person, guest, gone] = ['person', 'guest', 'gone'].map(made);
  for (const other of [person, guest, gone]) other.againIn(20);
  gone.close();
  await new Promise((resolve) => setTimeout(resolve, 200));
  return sent;
}
"""


async def test_two_who_fall_silent_at_once_are_each_asked_again(page: Page) -> None:
    assert await page.evaluate(RETRIES) == [["join", "person"], ["join", "guest"]]


LADDER = """
async (script) => {
  const { FIRST, RUNGS, step } = await import('/static/room/ladder.js');
  let state = FIRST;
  const seen = [];
  for (const [seconds, reading] of script) {
    for (let i = 0; i < seconds; i++) {
      state = step(state, { loss: 0, delay: 0.05, ...reading });
      seen.push(state.rung);
    }
  }
  return seen;
}
"""
WELL, TIGHT, POOR, TINY = {"bitrate": 900_000}, {"bitrate": 300_000}, {"bitrate": 170_000}, {"bitrate": 100_000}
GROWING = [(12, {"bitrate": 200_000}), (12, {"bitrate": 340_000}), (40, WELL)]


async def climbed(page: Page, *script: tuple[int, Mapping[str, float]]) -> list[int]:
    rungs: list[int] = await page.evaluate(LADDER, [list(one) for one in script])
    return rungs


async def test_the_picture_steps_down_to_what_the_link_carries_and_back_up(page: Page) -> None:
    rungs = await climbed(page, (20, WELL), (10, TIGHT), (12, POOR), (12, TINY), *GROWING)
    assert [rungs[19], rungs[29], rungs[41], rungs[53]] == [0, 1, 2, 3]
    assert rungs[-1] == 0 and all(abs(a - b) <= 1 for a, b in pairwise(rungs))


async def test_a_short_dip_changes_nothing_and_a_ruined_link_soon_keeps_the_voice_alone(page: Page) -> None:
    assert set((await climbed(page, (20, WELL), (3, TINY), (20, WELL)))[6:]) == {0}
    assert (await climbed(page, (20, WELL), (30, TINY)))[-1] == 3


async def test_a_narrow_line_gives_the_picture_up_at_the_first_bad_report_and_a_call_begins_below_the_top(
    page: Page,
) -> None:
    drowns = {"bitrate": 170_000, "loss": 0.12}
    assert await climbed(page, (1, drowns), (3, POOR)) == [2] * 4
    assert await climbed(page, (5, WELL), (1, drowns), (1, {"bitrate": 90_000, "delay": 0.9})) == [1, 1, 1, 1, 0, 2, 3]
    assert await climbed(page, (2, {"bitrate": 900_000, "loss": 0.12})) == [1, 1], "loss alone is not a narrow line"


async def test_a_link_without_estimates_is_read_by_its_losses(page: Page) -> None:
    lossy = await climbed(page, (20, {"bitrate": 1e12}), (9, {"bitrate": 1e12, "loss": 0.3}))
    assert lossy[-1] == 3


async def test_a_step_up_that_fails_is_tried_again_later_and_later(page: Page) -> None:
    trap = [(11, {"bitrate": 320_000}), (8, TIGHT)] * 12  # each climb to 640×480 fails at once
    rungs = await climbed(page, (20, WELL), (10, TIGHT), *trap)
    climbs = [at for at, (a, b) in enumerate(pairwise(rungs)) if b < a]
    waits = [b - a for a, b in pairwise(climbs)]
    assert len(climbs) >= 2 and waits == sorted(waits)
