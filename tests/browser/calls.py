"""Chromium for calls: fake devices, nothing fetched behind our back, and what each page sent and saw."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

PATIENCE = 90_000  # ms: a deadline, not a measure; what is waited for comes in milliseconds, or never

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


async def a_visitor(browser: Browser) -> BrowserContext:
    """A new context, with devices allowed, whose pages can be measured."""
    context = await browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        permissions=["camera", "microphone"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(WATCH)
    return context


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 90) -> Any:
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
