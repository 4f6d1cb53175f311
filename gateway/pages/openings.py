"""/ouvertures: the expert's rules and types, what they come to before they are saved, and why there is no slot."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import NewOpening
from contracts.openings import Explanation, OpeningRule, OpeningRules, Preview, RuleEdit
from gateway import french, opening_form, opening_words
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages import openings_types
from gateway.pages.agenda_openings import UnknownOpening
from gateway.pages.agenda_whose import OWNERS_ONLY, Whose, whose
from gateway.typed import version_typed
from kit.http import PeerProblem

Answer = Response[str] | Redirect
SAID = {
    "ouverte": "L’ouverture est ajoutée : ses créneaux sont proposés dès maintenant.",
    "changee": "L’ouverture est modifiée. Les rendez-vous déjà pris restent.",
    "retiree": "L’ouverture est retirée. Les rendez-vous déjà pris restent.",
    "motif": "C’est noté : vos créneaux suivent.",
    "limite": "C’est noté : vos journées suivent.",
}


@get("/ouvertures", opt=OWNERS_ONLY)
async def openings(
    page: NamedPage, fait: FromQuery[str] = "", motif: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[str]:
    """Rules, types, and « pourquoi aucun créneau ? » for one type on one day."""
    return await _list(page, whose(page), said=SAID.get(fait, ""), motif=motif, jour=jour)


@post("/ouvertures/limite", opt=OWNERS_ONLY)
async def limit(page: NamedPage) -> Answer:
    """How many appointments one day holds; empty for as many as fit."""
    who, typed = whose(page), page.field("limite")
    if typed and not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:4]) <= 50):
        wrong = "Un nombre de 1 à 50, ou rien du tout."
        return await _list(page, who, status=422, limit=typed[:10], limit_wrong=wrong)
    await page.house.openings.limit(who.expert, int(typed) if typed else None)
    return page.redirect(f"/ouvertures?fait=limite{who.query}")


@get("/ouvertures/nouvelle", opt=OWNERS_ONLY)
async def new(page: NamedPage, apercu: FromQuery[str] = "") -> Response[str]:
    """The form of a new opening, with what it would come to."""
    who, typed = whose(page), _asked(page)
    zone = (await page.house.openings.rules(who.expert)).time_zone
    typed["jour"] = typed["jour"] or french.local(page.now, zone).date().isoformat()
    return await _form(page, who, typed, look=bool(apercu))


@post("/ouvertures", opt=OWNERS_ONLY)
async def add(page: NamedPage) -> Answer:
    """Open these hours."""
    who, typed = whose(page), opening_form.typed_in(page.form)
    told = opening_form.read(typed)
    if told.wrong:
        return await _form(page, who, typed, wrong=told.wrong, status=422)
    asked = NewOpening(told.first_day, told.starts, told.ends, told.types, told.rrule, told.online)
    try:
        await page.house.booking.open(who.expert, asked, key=page.key("open"))
    except PeerProblem as error:
        return await _refused(page, who, typed, error)
    return page.redirect(f"/ouvertures?fait=ouverte{who.query}")


@get("/ouvertures/regle/{rule_id:uuid}", opt=OWNERS_ONLY)
async def rule(rule_id: FromPath[UUID], page: NamedPage, apercu: FromQuery[str] = "") -> Response[str]:
    """One rule: its hours and days, and what they would come to if they changed."""
    who = whose(page)
    rules = await page.house.openings.rules(who.expert)
    one = _found(rules, rule_id)
    if apercu:
        typed = _asked(page)
    else:
        kinds = await page.house.openings.own_types(who.expert)
        typed = opening_form.as_typed(one, [each.type.id for each in kinds.types])
    return await _form(page, who, typed, rule=one, version=rules.version, look=True)


@post("/ouvertures/regle/{rule_id:uuid}", opt=OWNERS_ONLY)
async def change(rule_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Told anew: all that is to come, or from a day on."""
    who, typed = whose(page), opening_form.typed_in(page.form)
    told, since = opening_form.read(typed), None
    if page.field("portee") == "following":
        since = opening_form.day(page.field("depuis"))
        if since is None:
            told.wrong["depuis"] = "À partir de quel jour ?"
    rules = await page.house.openings.rules(who.expert)
    one, version = _found(rules, rule_id), version_typed(page.field("version"))
    more: dict[str, Any] = {"rule": one, "version": version, "portee": page.field("portee")}
    if told.wrong:
        return await _form(page, who, typed, wrong=told.wrong, status=422, **more)
    first_day = max(told.first_day, since) if since is not None else told.first_day
    edit = RuleEdit(first_day, told.starts, told.ends, told.rrule, told.types, since, told.online)
    try:
        await page.house.openings.tell_anew(who.expert, rule_id, edit, version=version)
    except PeerProblem as error:
        more["version"] = rules.version
        return await _refused(page, who, typed, error, **more)
    return page.redirect(f"/ouvertures?fait=changee{who.query}")


@post("/ouvertures/regle/{rule_id:uuid}/retirer", opt=OWNERS_ONLY)
async def remove(rule_id: FromPath[UUID], page: NamedPage) -> Answer:
    """The rule ends today."""
    who = whose(page)
    try:
        await page.house.openings.end(who.expert, rule_id, since=None, version=None)
    except PeerProblem as error:
        if error.problem.status != 404:
            raise
    return page.redirect(f"/ouvertures?fait=retiree{who.query}")


def _asked(page: Page) -> dict[str, Any]:
    """What a preview asks in its address is what the form shows again."""
    query = page.request.query_params
    return opening_form.typed_in({name: query.getall(name, []) for name in query})


def _found(rules: OpeningRules, rule_id: UUID) -> OpeningRule:
    for one in rules.rules:
        if one.id == rule_id:
            return one
    raise UnknownOpening()


async def _explained(page: Page, who: Whose, motif: str, jour: str) -> Explanation | None:
    day = opening_form.day(jour)
    try:
        return await page.house.openings.explain(who.expert, UUID(motif), day) if motif and day else None
    except ValueError:
        return None


async def _list(
    page: Page,
    who: Whose,
    *,
    said: str = "",
    motif: str = "",
    jour: str = "",
    limit: str | None = None,
    limit_wrong: str = "",
    status: int = 200,
) -> Response[str]:
    rules = await page.house.openings.rules(who.expert)
    kinds = await page.house.openings.own_types(who.expert)
    why = await _explained(page, who, motif, jour)
    names = {each.type.id: each.type.public_name for each in kinds.types}
    today = french.local(page.now, rules.time_zone).date()
    return await page.render(
        "openings/ouvertures.html",
        block="pourquoi",
        status=status,
        who=who,
        zone=rules.time_zone,
        elsewhere=french.local(page.now, rules.time_zone).utcoffset() != french.local(page.now).utcoffset(),
        rules=[_line(one, names) for one in rules.rules],
        kinds=kinds.types,
        limit=openings_types.text_of(kinds.daily_limit) if limit is None else limit,
        limit_wrong=limit_wrong,
        said=said,
        motif=motif,
        jour=jour or (today + timedelta(days=1)).isoformat(),
        why=why,
        reasons=opening_words.reasons(why.blockers, why.time_zone) if why else [],
        asked=names.get(UUID(motif)) if why else "",
    )


def _line(one: OpeningRule, names: dict[UUID, str]) -> dict[str, Any]:
    """A rule as the list says it."""
    end = f"jusqu’au {french.date_plain(one.last_day)}" if one.last_day and one.rrule else ""
    return {
        "rule": one,
        "rhythm": opening_words.rhythm(one),
        "hours": f"{one.starts:%H:%M} – {one.ends:%H:%M}",
        "night": one.ends <= one.starts,
        "end": end,
        "types": [names[each] for each in one.type_ids if each in names],
        "every": names.keys() <= set(one.type_ids),
        "away": [french.date_plain(day) for day in one.cancelled[:6]],
    }


async def _refused(page: Page, who: Whose, typed: dict[str, Any], error: PeerProblem, **more: Any) -> Response[str]:
    if error.problem.status == 401:
        raise error
    said = sentence(error.problem.code, error.problem.status)
    return await _form(page, who, typed, refusal=said, status=error.problem.status, **more)


async def _form(
    page: Page,
    who: Whose,
    typed: dict[str, Any],
    *,
    rule: OpeningRule | None = None,
    version: int | None = None,
    wrong: dict[str, str] | None = None,
    refusal: str = "",
    look: bool = False,
    portee: str = "",
    status: int = 200,
) -> Response[str]:
    kinds = await page.house.openings.own_types(who.expert)
    zone = (await page.house.openings.rules(who.expert)).time_zone
    shown, why = await _preview(page, who, typed, rule) if look else (None, "")
    return await page.render(
        "openings/regle.html",
        block="apercu",
        status=status,
        who=who,
        typed=typed,
        rule=rule,
        version=version,
        words=opening_words.rhythm(rule) if rule else "",
        kinds=kinds.types,
        zone=zone,
        wrong=wrong or {},
        refusal=refusal,
        preview=shown,
        preview_refusal=why,
        preview_kind=next((each.type for each in kinds.types if shown and each.type.id == shown.type_id), None),
        portee=portee,
        places=opening_words.PLACES,
        weekdays=[{"code": code, "name": french.DAYS[at]} for at, code in enumerate(opening_words.CODES)],
    )


async def _preview(
    page: Page, who: Whose, typed: dict[str, Any], rule: OpeningRule | None
) -> tuple[Preview | None, str]:
    """What the form would come to, or the sentence that says why it comes to nothing."""
    told = opening_form.read(typed)
    if told.wrong:
        return None, next(iter(told.wrong.values()))
    following = "following" in (page.field("portee"), page.request.query_params.get("portee"))
    since = opening_form.day(typed["depuis"]) if rule and following else None
    try:
        return await page.house.openings.preview(
            who.expert,
            first_day=max(told.first_day, since or told.first_day),
            starts=told.starts,
            ends=told.ends,
            rrule=told.rrule,
            types=told.types,
            rule=rule.id if rule else None,
        ), ""
    except PeerProblem as error:
        if error.problem.status not in (404, 422):
            raise
        return None, sentence(error.problem.code, error.problem.status)


HANDLERS: list[ControllerRouterHandler] = [
    *(openings, limit, new, add, rule, change, remove, *openings_types.HANDLERS),
]
