"""Who is on call: five lines and one large button; the list of turns; and the lines of the SAMU, département by
département."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.on_call import NewSamuLine, NewTurn, OnCall, SamuLine
from contracts.words import Role
from gateway import urgent_words
from gateway.guards import ON_CALL, to
from gateway.member_files import plain
from gateway.messages import sentence
from gateway.moments import moment_typed
from gateway.page import NamedPage, Page
from kit.http import PeerProblem

SETS_TURNS = to(Role.COORDINATOR, Role.DUTY_MANAGER)
SETS_LINES = to(Role.COORDINATOR)
TURN_FIELDS = ("name", "account_id", "number", "push", "from_day", "from_hour", "to_day", "to_hour", "rank")
STATES_OF_LINES = {"inscrites": "inscrites", "manquantes": "manquantes", "anciennes": "à revérifier"}
OUTCOMES = {"pending": "en cours", "taken": "parti", "refused": "non parti"}


@get("/astreinte", opt=ON_CALL)
async def post_page(page: NamedPage) -> Response[str]:
    """Five lines, one button: what someone woken at three must see."""
    going = await page.house.urgent.unclosed()
    nobody = [one for one in going if one.acknowledged_at is None and one.status in ("triggered", "handed_over")]
    waiting = nobody or going
    first = waiting[0] if waiting else None
    return await page.render(
        "duty/astreinte.html",
        on_call=await page.house.on_call.show(),
        first=first,
        others=[one for one in going if one is not first],
        words=urgent_words,
        outcomes=OUTCOMES,
        sets=bool(page.roles & SETS_TURNS["roles"]),
        lines=bool(page.roles & SETS_LINES["roles"]),
    )


@get("/astreinte/tours", opt=SETS_TURNS)
async def turns(page: NamedPage) -> Response[str]:
    """The turns to come, the hours that nobody covers, and the silent tests."""
    return await _turns(page, await page.house.on_call.show())


@post("/astreinte/tours", opt=SETS_TURNS)
async def add_turn(page: NamedPage) -> Response[str] | Redirect:
    """Someone is put on call; what was typed is kept when a field is refused."""
    typed = {name: page.field(name)[:200] for name in TURN_FIELDS}
    known = await page.house.on_call.show()
    starts_at = moment_typed(typed["from_day"], typed["from_hour"])
    ends_at = moment_typed(typed["to_day"], typed["to_hour"])
    if starts_at is None or ends_at is None:
        return await _turns(page, known, typed=typed, refusal=sentence("unclear-time"), status=422)
    account_id = _id(typed["account_id"])
    named = {one.id: one.name for one in known.colleagues}
    turn = NewTurn(
        name=typed["name"] or (named.get(account_id, "") if account_id else ""),
        number=typed["number"],
        starts_at=starts_at,
        ends_at=ends_at,
        rank=int(typed["rank"]) if typed["rank"].isdecimal() and len(typed["rank"]) == 1 else 1,
        push=typed["push"] or None,
        account_id=account_id,
    )
    try:
        await page.house.on_call.add_turn(turn, key=page.key("turn"))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await _turns(page, known, typed=typed, refusal=said, status=error.problem.status)
    return page.redirect("/astreinte/tours")


@post("/astreinte/tours/{turn_id:uuid}/retirer", opt=SETS_TURNS)
async def end_turn(turn_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """A turn to come disappears, one under way ends now; twice changes nothing."""
    try:
        await page.house.on_call.end_turn(turn_id)
    except PeerProblem as error:
        if error.problem.status != 404:
            raise
    return page.redirect("/astreinte/tours")


@post("/astreinte/essai", opt=SETS_TURNS)
async def test(page: NamedPage) -> Redirect:
    """The whole ladder is tried in silence."""
    await page.house.on_call.test(key=page.key("test"))
    return page.redirect("/astreinte/tours")


@get("/astreinte/samu", opt=SETS_LINES)
async def samu(page: NamedPage, q: FromQuery[str] = "", etat: FromQuery[str] = "") -> Response[str]:
    """Every département: its line, or that it is not known; `q` is a name or a number, `etat` one of three."""
    return await _samu(page, await page.house.on_call.samu_lines(), wanted=q.strip()[:40], state=etat)


@post("/astreinte/samu", opt=SETS_LINES)
async def keep_line(page: NamedPage) -> Response[str] | Redirect:
    """A line that their own desk gave, and the day; an empty number takes it away."""
    department, number, dated = (page.field(name)[:40] for name in ("department", "number", "dated"))
    try:
        if not number:
            await page.house.on_call.forget_samu_line(department or "0")
        else:
            line = NewSamuLine(number, date.fromisoformat(dated))
            await page.house.on_call.keep_samu_line(department or "0", line)
    except ValueError:
        said, status = sentence("line-not-valid"), 422
    except PeerProblem as error:
        said, status = sentence(error.problem.code, error.problem.status), error.problem.status
    else:
        return page.redirect(f"/astreinte/samu#d-{department}")
    lines = await page.house.on_call.samu_lines()
    typed = {"department": department, "number": number, "dated": dated}
    return await _samu(page, lines, typed=typed, refusal=said, status=status)


async def _turns(
    page: Page, known: OnCall, *, status: int = 200, typed: dict[str, str] | None = None, refusal: str = ""
) -> Response[str]:
    return await page.render(
        "duty/tours.html",
        status=status,
        on_call=known,
        outcomes=OUTCOMES,
        words=urgent_words,
        typed=typed or {},
        refusal=refusal,
        back="/astreinte/tours",
    )


async def _samu(
    page: Page,
    lines: Sequence[SamuLine],
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    refusal: str = "",
    wanted: str = "",
    state: str = "",
) -> Response[str]:
    return await page.render(
        "duty/samu.html",
        status=status,
        lines=lines,
        shown=[one for one in lines if _is_wanted(one, plain(wanted), state)],
        wanted=wanted,
        state=state if state in STATES_OF_LINES else "",
        states=STATES_OF_LINES,
        known=sum(1 for one in lines if one.number),
        typed=typed or {},
        refusal=refusal,
        back="/astreinte/samu",
    )


def _is_wanted(line: SamuLine, wanted: str, state: str) -> bool:
    """Whether a département is looked for: by its number or a part of its name, and by what is known of its line."""
    named = not wanted or wanted == line.department.casefold() or wanted in plain(line.name)
    known = {"inscrites": bool(line.number), "manquantes": not line.number, "anciennes": bool(line.old)}
    return named and known.get(state, True)


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


HANDLERS = [post_page, turns, add_turn, end_turn, test, samu, keep_line]
