"""`./veilleuse bench links`: the real room over weak lines: how much voice is made up, what the picture does.

Two browsers in a room of the real pages; the person's media pass through a hop that loses, delays, narrows and cuts.
Needs the development files (`tests/`), whose rooms these are.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.async_api import Page

from infra.embedded.ports import free_port
from tests.browser.calls import a_visitor, sees, until
from tests.browser.conftest import launched
from tests.browser.network import Network
from tests.browser.rooms import Rooms, running
from tests.keys import Keys
from tests.video.nodes import Nodes
from tests.video.weak import WeakLine

CUTS = (3, 30)  # seconds without any network
LINES = {
    "good": {},
    "loss_5": {"loss": 0.05},
    "loss_15": {"loss": 0.15},
    "delay_300": {"delay": 0.15},  # one way; 300 ms there and back
    "rate_200": {"rate": 200_000.0},
}
HEAR = """
window.hear = async () => {
  const sum = { packets: 0, total: 0, made: 0, height: 0, frames: 0, kbit: 0 };
  for (const peer of window.peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'inbound-rtp' && one.kind === 'audio') {
        sum.packets += one.packetsReceived;
        sum.total += one.totalSamplesReceived ?? 0;
        sum.made += (one.concealedSamples ?? 0) - (one.silentConcealedSamples ?? 0);
      }
      if (one.type === 'outbound-rtp' && one.kind === 'video') {
        sum.height = Math.max(sum.height, one.active ? one.frameHeight ?? 0 : 0);
        sum.frames = one.framesPerSecond ?? 0;
        sum.kbit += Math.round((one.targetBitrate ?? 0) / 1000);
      }
    }
  }
  return sum;
};
"""


def run(*, quick: bool = False) -> dict[str, Any]:
    """The share of made-up voice for each line in %, the ladder's trace, and how soon a cut network is forgotten."""
    return asyncio.run(_run(seconds=8 if quick else 30))


async def _run(seconds: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="bench-links-"))
    memory = Nodes(folder, Keys(folder / "keys"), memory=free_port())
    memory.start_memory()
    try:
        with running(memory.keys, memory.redis_url) as rooms:
            async with _meeting(rooms) as (person, professional, network):
                for name, line in LINES.items():
                    _weaken(network.lines, **line)
                    heard = await _watch(name, person, professional, seconds)
                    told[f"made_up_pct_{name}"] = heard["made_up_pct"]
                    told[f"height_{name}"] = heard["height"]
                _weaken(network.lines)
                told["height_again"] = (await _watch("good again", person, professional, seconds * 2))["height"]
                for away in CUTS[:1] if seconds < 10 else CUTS:
                    told[f"back_s_cut_{away}"] = await _cut(network, away, person, professional)
    finally:
        await memory.stop()
    return told


async def _cut(network: Network, away: int, *pages: Page) -> float:
    """The person's network away for so many seconds, socket and media: how long after it both hear again."""
    network.cut()
    await asyncio.sleep(away)
    network.mend()
    began, before = time.monotonic(), [(await page.evaluate("hear()"))["packets"] for page in pages]
    for page, known in zip(pages, before, strict=True):
        if not await until(partial(_hears_more, page, known), 20):
            raise RuntimeError("they do not hear each other again")
    back = time.monotonic() - began
    print(f"network away for {away} s: both hear again {back:.1f} s after it is back", flush=True)
    return round(back, 1)


async def _hears_more(page: Page, known: int) -> bool:
    heard: dict[str, int] = await page.evaluate("hear()")
    return heard["packets"] not in (0, known)


def _weaken(lines: list[WeakLine], *, loss: float = 0.0, delay: float = 0.0, rate: float = 0.0) -> None:
    for line in lines:
        line.loss, line.delay, line.rate = loss, delay, rate


async def _watch(name: str, person: Page, professional: Page, seconds: int) -> dict[str, Any]:
    """What the professional hears of the person, and what the person sends, second by second."""
    before, trace = await professional.evaluate("hear()"), []
    for _ in range(seconds):
        await asyncio.sleep(1)
        sent = await person.evaluate("hear()")
        trace.append(f"{sent['height']}@{sent['frames']:.0f}")
    after = await professional.evaluate("hear()")
    made_up = 100 * (after["made"] - before["made"]) / max(1, after["total"] - before["total"])
    print(f"{name}: {made_up:.2f} % of the voice made up; picture {' '.join(trace)}", flush=True)
    return {"made_up_pct": round(made_up, 2), "height": sent["height"]}


@asynccontextmanager
async def _meeting(rooms: Rooms) -> AsyncIterator[tuple[Page, Page, Network]]:
    """Two who see each other, the person through hops of ours."""
    room, network = uuid4(), Network(rooms.port)
    async with launched() as browser:
        pages = {}
        for seat in ("person", "professional"):
            context = await a_visitor(browser)
            page = pages[seat] = await context.new_page()
            await page.add_init_script(HEAR)
            address = rooms.url(room, seat)
            if seat == "person":
                await network.carry(page)
                address = address.replace(str(rooms.port), str(network.port), 1)
            await page.goto(address)
        await pages["professional"].click("[data-do=admettre]:enabled")
        await pages["person"].click("[data-do=entrer]")
        for page in pages.values():
            await page.wait_for_selector("[data-do=camera]")
            await page.click("[data-do=camera]")
        if not await until(lambda: sees(pages["professional"]), 30):
            raise RuntimeError("they do not see each other")
        yield pages["person"], pages["professional"], network
    await network.close()


if __name__ == "__main__":
    print(json.dumps(run(quick=True)))
