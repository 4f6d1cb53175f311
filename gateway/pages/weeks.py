"""A series asked for on a page, the professional's or the desk's: read once, booked, and said week by week."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from contracts.together import NewSeries, Series
from gateway.chosen import one_of
from gateway.messages import sentence
from gateway.page import Page
from kit.http import PeerProblem

RHYTHMS = {"1": "Chaque semaine", "2": "Une semaine sur deux", "4": "Toutes les quatre semaines"}


class Week(msgspec.Struct, frozen=True):
    """A week that is not in the series, and why."""

    starts_at: datetime
    why: str


class Weeks(msgspec.Struct, frozen=True):
    """What the page shows: what was made, or why nothing was, the weeks that are missing, and what was typed."""

    typed: dict[str, str]
    made: Series | None = None
    missing: list[Week] = []
    refusal: str = ""
    status: int = 200

    @property
    def asked(self) -> int:
        """How many weeks were asked for, when some of them were booked."""
        return len(self.made.booked) + len(self.missing) if self.made else 0


def asked(page: Page) -> Weeks:
    """The form before it is sent."""
    return Weeks({name: page.field(name)[:2] for name in ("semaines", "rythme")})


async def booked(page: Page, appointment_id: UUID, why: Mapping[str, str], *, no_follow_up: str) -> Weeks:
    """Book what the form asks for; `why` says each reason as this page says it."""
    form = asked(page)
    every = int(one_of(page.field("rythme", "1"), {each: each for each in RHYTHMS}))
    wanted = NewSeries(
        times=_times(page.field("semaines")), every_weeks=every, all_or_none=page.field("combien") == "toutes"
    )
    try:
        made = await page.house.together.series(appointment_id, wanted, key=page.key("series"))
    except PeerProblem as error:
        problem = error.problem
        if problem.status == 401:
            raise
        unknown = problem.code == "unknown-type"
        said = no_follow_up if unknown else sentence(problem.code, problem.status)
        told = problem.extra.get("missing", [])
        missing = [Week(datetime.fromisoformat(one["starts_at"]), why.get(one["code"], "")) for one in told]
        status = 422 if unknown else problem.status
        return Weeks(form.typed, missing=missing, refusal=said, status=status)
    missing = [Week(one.starts_at, why.get(one.code, "")) for one in made.missing]
    return Weeks(form.typed, made=made, missing=missing)


def _times(typed: str) -> int:
    """How many more weeks; 0 for what is no such number."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0
