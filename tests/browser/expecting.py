"""`expect` as Playwright's own, without the report that it draws up of the whole page at each try that fails."""

from collections.abc import Awaitable, Callable
from re import Pattern
from typing import Any

from playwright.async_api import Locator, Page, TimeoutError
from playwright.async_api import expect as playwright_expect

from tests.browser.calls import PATIENCE

ONE_MUST_BE_THERE = {"to_be_checked", "to_be_focused", "to_have_attribute", "to_have_class", "to_have_value"}


def expect(what: Locator | Page) -> Any:
    """The assertions of Playwright, each of which first waits until it may be true.

    For an element that is not there yet it describes every element of the page to whoever will read the failure, four
    times in the first third of a second: half of what the browser of the console's tests did.
    """
    return Expectation(what) if isinstance(what, Locator) else playwright_expect(what)


class Expectation:
    """Any assertion by its own name; it is Playwright's that decides."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def asserted(*expected: Any, timeout: float = PATIENCE) -> None:
            if not await self._may_be(name, *expected, timeout=timeout):
                timeout = 1_000  # it never came: what failed is said in Playwright's words
            await getattr(playwright_expect(self._locator), name)(*expected, timeout=timeout)

        return asserted

    async def _may_be(self, name: str, *expected: Any, timeout: float) -> bool:
        one = self._locator
        try:
            if name == "to_be_visible":
                await one.wait_for(timeout=timeout)
            elif name in ("to_contain_text", "to_have_text") and isinstance(expected[0], str | Pattern):
                await one.filter(has_text=expected[0]).first.wait_for(state="attached", timeout=timeout)
            elif name in ONE_MUST_BE_THERE:
                await one.first.wait_for(state="attached", timeout=timeout)
        except TimeoutError:
            return False
        return True
