"""Public holidays on the agenda: closed until their professional opens them."""

from datetime import date

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from contracts.calendars import HolidaysWanted
from gateway import french
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import OWNERS_ONLY, Answer, Whose, tried, whose

TEMPLATE = "agenda/feries.html"


@get("/agenda/jours-feries", opt=OWNERS_ONLY)
async def holidays(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """Thirteen months of them, each open or closed."""
    return await _page(page, whose(page), said="C’est enregistré." if fait == "feries" else "")


@post("/agenda/jours-feries", opt=OWNERS_ONLY)
async def choose(page: NamedPage) -> Answer:
    """The ticked ones are open, every other one is closed."""
    who = whose(page)

    async def act() -> Answer:
        open_days = [date.fromisoformat(day) for day in page.fields("jour") if _is_day(day)]
        wanted = HolidaysWanted(open_days, closed=page.field("ensuite") != "ouverts")
        await page.house.calendars.choose_holidays(who.expert, wanted)
        return page.redirect(f"/agenda/jours-feries?fait=feries{who.query}")

    async def again(said: str, status: int) -> Answer:
        return await _page(page, who, refusal=said, status=status)

    return await tried(page, act(), again)


async def _page(page: Page, who: Whose, *, said: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    found = await page.house.calendars.holidays(who.expert)
    days = [(one, f"{french.DAYS[one.day.weekday()]} {french.date_plain(one.day)}") for one in found.days]
    return await page.render(TEMPLATE, status=status, who=who, found=found, days=days, said=said, refusal=refusal)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


HANDLERS: list[ControllerRouterHandler] = [holidays, choose]
