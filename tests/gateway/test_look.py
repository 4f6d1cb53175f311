"""The look, measured: contrast by day and night, a strict content policy, and little to download at night."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

GATEWAY = Path(__file__).parents[2] / "gateway"
TOKENS = (GATEWAY / "static/css/jetons.css").read_text()
TEMPLATES = sorted((GATEWAY / "templates").rglob("*.html"))


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _block(opening: str) -> str:
    start = TOKENS.index(opening) + len(opening)
    return TOKENS[start : TOKENS.index("}", start)]


DAY = _colours(_block("  :root {"))
NIGHT = {**DAY, **_colours(_block('[data-theme="nuit"] {'))}
PAIRS = [
    ("encre", "papier", 4.5),
    ("encre", "brume", 4.5),
    ("encre", "papier-2", 4.5),
    ("encre", "action-voile", 4.5),
    ("encre-2", "papier", 4.5),
    ("encre-2", "brume", 4.5),
    ("encre-2", "papier-2", 4.5),
    ("sur-action", "action", 4.5),
    ("sur-action", "action-fort", 4.5),
    ("sur-coche", "coche", 4.5),
    ("sur-lueur", "lueur", 4.5),
    ("sur-brique", "brique", 4.5),
    ("action", "papier", 4.5),
    ("action", "brume", 4.5),
    ("lueur-encre", "lueur-voile", 4.5),
    ("lueur-encre", "brume", 4.5),
    ("lueur-encre", "papier", 4.5),
    ("sauge", "sauge-voile", 4.5),
    ("brique", "brique-voile", 4.5),
    ("brique", "papier", 4.5),
    ("ardoise", "ardoise-voile", 4.5),
    ("prune", "prune-voile", 4.5),
    ("sur-nuit", "nuit", 4.5),
    ("sur-nuit-2", "nuit", 4.5),
    ("sur-nuit", "nuit-2", 4.5),
    ("sur-nuit-2", "nuit-2", 4.5),
    ("trait-nuit", "nuit", 3.0),
    ("trait-fort", "papier", 3.0),
    ("trait-fort", "brume", 3.0),
]


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_every_pair_of_colours_can_be_read(theme: dict[str, str], text: str, ground: str, least: float) -> None:
    assert _contrast(theme[text], theme[ground]) >= least


def test_the_night_chosen_and_the_night_of_the_device_are_one_night() -> None:
    chosen = _block('[data-theme="nuit"] {')
    device = _block(":root:not([data-theme]) {")
    assert [line.strip() for line in chosen.splitlines()] == [line.strip() for line in device.splitlines()]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(GATEWAY / "templates").as_posix())
def test_no_template_needs_more_than_the_content_policy_gives(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert not re.search(r"hx-on|hx-vals=.js:|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<style|https?://(?!www\.w3\.org)", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(GATEWAY / "templates").as_posix())
def test_every_file_of_ours_that_a_template_names_is_there(template: Path) -> None:
    for name in re.findall(r'"(/static/(?!tiers/)[^"{]+)"', template.read_text()):
        assert (GATEWAY / name.removeprefix("/")).is_file(), name


def test_a_person_downloads_little_script() -> None:
    scripts = ("theme.js", "envoi.js", "quit.js", "reseau.js", "lien.js", "essai.js")
    packed = sum(len(gzip.compress((GATEWAY / "static/js" / name).read_bytes())) for name in scripts)
    assert packed < 20_000


def test_the_danger_line_says_whom_to_call_and_stands_outside_every_tap() -> None:
    pieces = (GATEWAY / "templates/macros/composants.html").read_text()
    danger = pieces[pieces.index("macro danger") : pieces.index("endmacro", pieces.index("macro danger"))]
    assert all(number in danger for number in ("15", "114", "3114", "17", "3919"))
    assert "details" not in danger and "hidden" not in danger
