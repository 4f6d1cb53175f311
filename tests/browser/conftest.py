"""One browser for every browser test of the session: each test has contexts of its own in it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect

from infra.browser import found
from tests.browser.calls import PATIENCE

expect.set_options(timeout=PATIENCE)  # a deadline, not a measure: what is expected comes in milliseconds, or never

ARGUMENTS = [
    "--use-fake-device-for-media-stream=fps=10",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser; a test that needs it is skipped, aloud, where there is none."""
    path = found()
    if path is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser
