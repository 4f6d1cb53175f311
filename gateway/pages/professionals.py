"""The professionals who consented to be listed, by département: open to everyone, on paper too."""

from urllib.parse import urlencode

from litestar import Response, get

from contracts.words import ExpertProfession
from gateway import france
from gateway import network_words as words
from gateway.guards import OPEN
from gateway.page import NamedPage
from gateway.visits import theme_at


@get("/professionnels", opt=OPEN)
async def professionals(page: NamedPage) -> Response[str]:
    """A drawing and a list; a département in the address narrows both."""
    asked = page.request.query_params
    department = asked.get("departement", "")[:3].upper()
    profession = asked.get("metier", "")
    if profession not in {one.value for one in ExpertProfession}:
        profession = ""
    found = await page.house.network.public_list(
        department=department, profession=profession, after=asked.get("suite", "")[:400]
    )
    query = {"departement": department, "metier": profession}
    kept = {name: value for name, value in query.items() if value}
    return await page.render(
        "professionals/liste.html",
        theme=theme_at(page.now, chosen=page.cookies.get("theme")),
        found=found,
        map=france.drawn(found.departments),
        view=france.VIEW,
        here=next((one for one in found.departments if one.code == department), None),
        profession=profession,
        words=words,
        further=urlencode({**kept, "suite": found.after}) if found.after else None,
        link=lambda **more: "/professionnels?" + urlencode({k: v for k, v in {**query, **more}.items() if v}),
        everyone=sum(one.count for one in found.departments),
        back="/professionnels",
    )


HANDLERS = [professionals]
