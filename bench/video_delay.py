"""The delay that the node adds, and how long joining takes: two connections of one Chromium page, direct and through.

Each frame carries the moment of its sending, written by a transform after the encoder and read by one before the
decoder, on one clock.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from aiohttp import web
from playwright.async_api import Page, async_playwright

from bench.video_node import VideoNode
from infra import browser
from infra.embedded.ports import HOST, free_port

PAGE = Path(__file__).parent / "video_page"
ARGUMENTS = [
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-sandbox",
]


def measure(node: VideoNode, *, quick: bool) -> dict[str, Any]:
    """`added_ms_video`, `added_ms_audio` and `join_ms_p50`; nothing, said aloud, without a Chromium."""
    path = browser.found()
    if path is None:
        print("NO DELAYS: no Chromium here", flush=True)
        return {}
    return asyncio.run(_measure(node, path, seconds=5 if quick else 15, joins=5 if quick else 15))


async def _measure(node: VideoNode, path: str, *, seconds: int, joins: int) -> dict[str, Any]:
    async with _page(node, path) as page:
        direct = await page.evaluate("seconds => direct(seconds)", seconds)
        through, took = await page.evaluate("seconds => through(seconds)", seconds)
        times = [took] + [(await page.evaluate("seconds => through(seconds)", 0))[1] for _ in range(joins - 1)]
    told: dict[str, Any] = {"join_ms_p50": round(median(times))}
    for kind in ("video", "audio"):
        ways = median(through[kind]), median(direct[kind])
        told[f"added_ms_{kind}"] = round(ways[0] - ways[1], 2)
        print(f"{kind}: {ways[1]:.2f} ms directly, {ways[0]:.2f} ms through the node (p50)", flush=True)
    return told


@asynccontextmanager
async def _page(node: VideoNode, path: str) -> AsyncIterator[Page]:
    port = free_port()
    runner = web.AppRunner(_site(node))
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = await chromium.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.goto(f"http://{HOST}:{port}/index.html")
        yield page
        await chromium.close()
    await runner.cleanup()


def _site(node: VideoNode) -> web.Application:
    """The page, and a way to the node for browsers, which cannot send headers with a websocket."""
    waiting: list[dict[str, Any]] = []

    async def thread(request: web.Request) -> web.WebSocketResponse:
        if not waiting:
            waiting.extend(node.seats())
        seat = waiting.pop(0)
        browser_side = web.WebSocketResponse()
        await browser_side.prepare(request)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(seat["url"], headers=seat["headers"]) as node_side,
        ):
            await browser_side.send_json({"kind": "seat", "seat": seat["seat"]})
            ways = [asyncio.create_task(_carry(*way)) for way in ((browser_side, node_side), (node_side, browser_side))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        return browser_side

    app = web.Application()
    app.router.add_get("/thread", thread)
    app.router.add_static("/", PAGE)
    return app


async def _carry(source: Any, target: Any) -> None:
    with contextlib.suppress(ConnectionError):
        async for frame in source:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return
            await target.send_str(frame.data)
