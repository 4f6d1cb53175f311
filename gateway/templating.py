"""Templates: one environment, French filters, the names of static files, and fragments from the pages' own blocks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from gateway.french import FILTERS
from gateway.typography import typo

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Templates:
    """Renders a page, or only one of its blocks when htmx asks for a fragment; French typography is given to all."""

    def __init__(self, folder: Path = HERE / "templates", manifest: Path = STATIC / "tiers" / "manifest.json") -> None:
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(default=True, default_for_string=True),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.filters.update(FILTERS)
        self.environment.globals["asset"] = self.asset
        self._assets: Mapping[str, Any] = json.loads(manifest.read_text()) if manifest.exists() else {}

    def asset(self, name: str) -> str:
        """The address of a vendored file, with its hash."""
        found = self._assets.get(name)
        return str(found["url"]) if found else f"/static/tiers/{name}"

    def render(self, name: str, context: Mapping[str, Any], block: str | None = None) -> str:
        """The whole page, or its `block` alone."""
        template = self.environment.get_template(name)
        if block is None:
            return typo(Markup(template.render(context)))
        inside = template.new_context(dict(context))
        next(iter(template.root_render_func(inside)), None)  # runs the imports above the block
        return typo(Markup("".join(template.blocks[block](inside))))
