"""`./veilleuse bench links`: the real room over weak lines: how much voice is made up, what the picture does.

Two browsers in a room of the real pages; the person's media pass through a hop that loses, delays and narrows. Needs
the development files (`tests/`), whose rooms these are.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.async_api import Page

from infra.embedded.ports import free_port
from tests.browser.calls import a_visitor, chromium_for_calls, sees, until
from tests.browser.network import THROUGH
from tests.browser.rooms import Rooms, running
from tests.keys import Keys
from tests.video.nodes import Nodes
from tests.video.weak import WeakLine

LINES = {
    "good": {},
    "loss_5": {"loss": 0.05},
    "loss_15": {"loss": 0.15},
    "delay_300": {"delay": 0.15},  # one way; 300 ms there and back
    "rate_200": {"rate": 200_000.0},
}
HEAR = """
window.hear = async () => {
  const sum = { total: 0, made: 0, height: 0, frames: 0, kbit: 0 };
  for (const peer of window.peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type === 'inbound-rtp' && one.kind === 'audio') {
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
    """The share of made-up voice for each line, in %, and the trace of the ladder."""
    return asyncio.run(_run(seconds=8 if quick else 30))


async def _run(seconds: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="bench-links-"))
    memory = Nodes(folder, Keys(folder / "keys"), memory=free_port())
    memory.start_memory()
    try:
        with running(memory.keys, memory.redis_url) as rooms:
            async with _meeting(rooms) as (person, professional, lines):
                for name, line in LINES.items():
                    _weaken(lines, **line)
                    heard = await _watch(name, person, professional, seconds)
                    told[f"made_up_pct_{name}"] = heard["made_up_pct"]
                    told[f"height_{name}"] = heard["height"]
                _weaken(lines)
                told["height_again"] = (await _watch("good again", person, professional, seconds * 2))["height"]
    finally:
        await memory.stop()
    return told


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
async def _meeting(rooms: Rooms) -> AsyncIterator[tuple[Page, Page, list[WeakLine]]]:
    """Two who see each other, the person through a hop of ours."""
    lines: list[WeakLine] = []

    async def weaken(host: str, port: int) -> int:
        lines.append(WeakLine((host, port)))
        return await lines[-1].open()

    room = uuid4()
    async with chromium_for_calls() as browser:
        pages = {}
        for seat in ("person", "professional"):
            context = await a_visitor(browser)
            page = pages[seat] = await context.new_page()
            if seat == "person":
                await page.expose_function("weaken", weaken)
                await page.add_init_script(THROUGH)
            await page.add_init_script(HEAR)
            await page.goto(rooms.url(room, seat))
        await pages["professional"].click("[data-do=admettre]:enabled")
        await pages["person"].click("[data-do=entrer]")
        for page in pages.values():
            await page.wait_for_selector("[data-do=camera]")
            await page.click("[data-do=camera]")
        if not await until(lambda: sees(pages["professional"]), 30):
            raise RuntimeError("they do not see each other")
        yield pages["person"], pages["professional"], lines
    for line in lines:
        line.close()


if __name__ == "__main__":
    print(json.dumps(run(quick=True)))
