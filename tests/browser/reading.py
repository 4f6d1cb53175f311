"""What axe finds wrong on a page, by every rule of its families, without a report of all that is right."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / ".veilleuse" / "dev" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is right is thousands of nodes: neither described nor sent out of the page.
READ = """
options => axe.run(document, options).then(({ violations }) =>
  violations.map((rule) => `${rule.id}: ${rule.nodes[0].html.slice(0, 160)}`))
"""


async def flaws(page: Page, **more: Any) -> list[str]:
    """The rule and the first element of each flaw; `more` are options of axe."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(f"{AXE.read_text()}; undefined")
    only = {
        "runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]},
        "resultTypes": ["violations"],
        "selectors": False,
    }
    found: list[str] = await page.evaluate(READ, only | more)
    return found
