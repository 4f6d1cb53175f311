"""Calendars kept elsewhere: looked at, swapped in, healthy in sight; and whoever answers badly is cut."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events import AccountClosed
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from kit.vault import Vault
from services.booking import listeners
from services.booking.deliver import caldav
from services.booking.deliver.calendars import Looker, read
from services.booking.deliver.fetching import NotFetched, Wanted, fetch
from services.booking.domain.calendar_addresses import Address, address
from tests.booking.calendars_from_the_wild import CASES, HANGS
from tests.booking.conftest import Door
from tests.booking.make import local_noon
from tests.booking.played_calendars import Server, serving
from tests.tokens import a_caller


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    async with serving() as played:
        yield played


def an_event(start: datetime, hours: int = 1, uid: str = "private") -> bytes:
    lines = (f"UID:{uid}", "SUMMARY:A very private matter", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DURATION:PT{hours}H")
    return "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *lines, "END:VEVENT")).encode()


@pytest.fixture
async def looker(door: Door, database: Database, server: Server) -> Looker:
    door.http.app.state.house.things["calendar_hosts"] = frozenset({server.host})
    return Looker(database, Vault(bytes(range(32))), lambda done: None, allowed={server.host})


async def joined(door: Door, expert_id: UUID, url: str, **more: Any) -> str:
    expert = a_caller(Role.EXPERT, subject=expert_id)
    answer = await door.post(f"/experts/{expert_id}/calendars", {"address": url} | more, caller=expert)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def health(door: Door, expert_id: UUID) -> list[Any]:
    answer = await door.get(f"/experts/{expert_id}/calendars", a_caller(Role.EXPERT, subject=expert_id))
    return list(answer.json()["calendars"])


async def blocks(door: Door, expert_id: UUID) -> list[tuple[datetime, datetime]]:
    sql = "SELECT lower(during), upper(during) FROM busy_block WHERE expert_id = $1 AND source = 'external' ORDER BY 1"
    return [(row[0], row[1]) for row in await door.rows(sql, expert_id)]


async def agenda_of(door: Door, expert: Any, what: str) -> list[Any]:
    since = f"{now():%Y-%m-%dT%H:%M:%S}Z"
    until = f"{now() + timedelta(days=20):%Y-%m-%dT%H:%M:%S}Z"
    answer = await door.get(f"/experts/{expert.subject}/agenda?from={since}&to={until}", expert)
    assert answer.status_code == 200, answer.text
    return list(answer.json()[what])


async def test_a_calendar_takes_its_time_from_the_agenda_and_gives_it_back(
    door: Door, looker: Looker, server: Server
) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    ours = (await door.book(expert_id, local_noon(7))).json()
    noon = local_noon(4)
    server.events, server.etag = an_event(noon) + an_event(local_noon(7), uid=ours["ical_uid"]), '"a"'
    calendar_id = await joined(door, expert_id, server.url("/moved"), name="Cabinet")
    (new,) = await health(door, expert_id)
    assert (new["state"], new["name"], "address" in new) == ("new", "Cabinet", False)
    while await looker.once(most=4):
        pass
    assert await blocks(door, expert_id) == [(noon, noon + timedelta(hours=1))]
    assert (await door.book(expert_id, noon)).json()["code"] == "slot-not-open"
    (well,) = await health(door, expert_id)
    assert (well["state"], well["events"], well["error"]) == ("ok", 1, None)
    await door.proven()
    stored = await door.rows("SELECT * FROM external_calendar WHERE expert_id = $1", expert_id)
    assert server.host not in str([value for value in stored[0].values() if isinstance(value, bytes)])
    kept = await door.rows("SELECT external_uid FROM busy_block WHERE expert_id = $1", expert_id)
    assert [row[0] for row in kept] == [None]  # no word of what it is
    asked = len(server.asked)
    later = now() + timedelta(minutes=16)
    await looker.once(later, most=4)
    known = '"a"' if later.date() == now().date() else None  # a new day reads further ahead
    assert [headers.get("If-None-Match") for _, _, headers in server.asked[asked:]] == [known, known]
    server.events, server.etag = an_event(noon + timedelta(hours=3)), '"b"'
    look = f"/experts/{expert_id}/calendars/{calendar_id}/look"
    assert (await door.post(look, caller=expert)).status_code == 200
    await looker.once(most=4)
    assert await blocks(door, expert_id) == [(noon + timedelta(hours=3), noon + timedelta(hours=4))]
    assert (await door.book(expert_id, noon)).status_code == 201
    server.events, server.etag = an_event(noon) + an_event(noon + timedelta(hours=3), uid="other"), '"c"'
    assert (await door.post(look, caller=expert)).status_code == 200
    await looker.once(most=4)
    (told,) = await door.events("AppointmentClashes", "expert_id", expert_id)  # what falls on an hour that is taken
    assert datetime.fromisoformat(told["starts_at"]) == noon
    await door.proven()
    (clash,) = [one for one in await agenda_of(door, expert, "appointments") if one["id"] == told["appointment_id"]]
    settle = f"/appointments/{clash['id']}/clashes"
    assert (await door.post(settle, {}, caller=a_caller(Role.EXPERT))).status_code == 404
    assert (await door.post(settle, {}, caller=expert)).status_code == 204
    (kept_both,) = await agenda_of(door, expert, "settled")  # the pair alone: what falls there later asks again
    assert kept_both["appointment_id"] == clash["id"]
    assert (await door.post(settle, {"settled": False}, caller=expert)).status_code == 204
    assert await agenda_of(door, expert, "settled") == []
    gone = await door.call("DELETE", f"/experts/{expert_id}/calendars/{calendar_id}", caller=expert)
    assert (gone.status_code, await blocks(door, expert_id)) == (204, [])
    await door.proven()


async def test_a_caldav_account_is_read_as_its_calendars(door: Door, looker: Looker, server: Server) -> None:
    expert_id, noon = await door.an_expert(), local_noon(5)
    server.events = an_event(noon, 2)
    login = {"kind": "caldav", "username": "claire", "password": "secret of hers"}
    await joined(door, expert_id, server.url("/dav/"), **login)
    await looker.once(most=4)
    assert await blocks(door, expert_id) == [(noon, noon + timedelta(hours=2))]
    assert [path for method, path, _ in server.asked if method == "REPORT"][-1] == "/dav/one/"
    await joined(door, expert_id, server.url("/dav/one/"), kind="caldav", username="claire", password="x")
    await looker.once(most=4)
    assert [one["state"] for one in await health(door, expert_id)] == ["ok", "ok"]
    await door.proven()


async def test_an_event_without_end_is_left_out_by_the_reading_process_and_its_neighbour_counts() -> None:
    good, first = CASES["in UTC"][0], datetime(2027, 3, 1, tzinfo=UTC)
    found = await read("ics", HANGS + good, first, first + timedelta(days=400), "Europe/Paris", [])
    assert (found.error, found.spans, found.left_out) == ("", CASES["in UTC"][1], 1)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert (await read("caldav", bomb, first, first + timedelta(days=1), "Europe/Paris", [])).error == "not-a-calendar"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/loop", "too-many-redirects"),
        ("/inside", "address-forbidden"),
        ("/endless", "too-large"),
        ("/bomb", "too-large"),
        ("/gone", "not-found"),
        ("/dav/", "access-refused"),
    ],
)
async def test_whoever_answers_badly_is_cut(server: Server, path: str, code: str) -> None:
    where = address(server.url(path), allowed={server.host})
    with pytest.raises(NotFetched) as cut:
        await fetch(Wanted(where), allowed={server.host}, most=500_000)
    assert cut.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_an_account_whose_answer_swells_is_none_however_its_letters_are_written(
    server: Server, encoding: str
) -> None:
    wanted = Wanted(address(server.url(f"/swelling/?as={encoding}"), allowed={server.host}))
    with pytest.raises(NotFetched) as refused:
        await caldav.ask(wanted, now(), now() + timedelta(days=1), allowed={server.host})
    assert refused.value.code == "not-a-calendar"
    assert [method for method, path, _ in server.asked if path == "/swelling/"][-1] == "PROPFIND"


async def test_a_drip_is_cut_in_time_and_a_name_that_leads_inside_leads_nowhere(server: Server) -> None:
    slow = Wanted(address(server.url("/drip"), allowed={server.host}))
    with pytest.raises(NotFetched) as cut:
        await fetch(slow, allowed={server.host}, whole=0.5)
    assert cut.value.code == "too-slow"
    asked = len(server.asked)
    renamed = Address(f"http://localhost:{server.port}/good.ics", "localhost", server.port, secure=False)
    with pytest.raises(NotFetched) as inside:
        await fetch(Wanted(renamed))
    assert (inside.value.code, len(server.asked)) == ("address-forbidden", asked)


async def test_a_calendar_that_fails_keeps_its_time_says_so_and_is_asked_less_often(
    door: Door, looker: Looker, server: Server
) -> None:
    expert_id, noon = await door.an_expert(), local_noon(6)
    server.events, server.etag = an_event(noon), '"c"'
    calendar_id = await joined(door, expert_id, server.url("/good.ics"))
    await looker.once(most=4)
    sealed = "UPDATE external_calendar SET kind = 'caldav' WHERE id = $1"  # which its server does not speak
    await door.rows(sealed, UUID(calendar_id))
    pauses = []
    at = now()
    for _ in range(3):
        at += timedelta(hours=7)
        await looker.once(at, most=20)
        (ill,) = await health(door, expert_id)
        pauses.append(datetime.fromisoformat(ill["next_at"]) - at)
    assert (ill["state"], ill["error"]) == ("failing", "not-a-calendar")
    assert pauses == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert await blocks(door, expert_id) == [(noon, noon + timedelta(hours=1))]
    await door.proven()


async def test_a_closed_account_leaves_no_way_to_its_calendars(door: Door, looker: Looker, database: Database) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    await joined(door, expert_id, "https://a.org/x.ics")
    secret = (await door.post(f"/experts/{expert_id}/feed", caller=expert)).json()["secret"]
    assert (await door.get(f"/feeds/{secret}")).json() == {"entries": []}
    async with database.transaction() as db:
        await listeners.account_closed(db, AccountClosed(account_id=expert_id, version=9))
    assert (await door.get(f"/feeds/{secret}")).json()["code"] == "unknown-feed"
    assert await door.rows("SELECT 1 FROM external_calendar WHERE expert_id = $1", expert_id) == []


async def test_the_calendar_given_out_has_hours_and_no_word_more(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    booked = (await door.book(expert_id)).json()
    made = await door.post(f"/experts/{expert_id}/feed", caller=expert, idempotency_key="feed")
    secret = made.json()["secret"]
    kept = await door.rows("SELECT body FROM idempotency WHERE key = 'feed'")
    assert not any(secret.encode() in (row[0] or b"") for row in kept)  # no table holds it
    (entry,) = (await door.get(f"/feeds/{secret}")).json()["entries"]
    assert set(entry) == {"uid", "sequence", "starts_at", "ends_at", "changed_at"}
    await door.post(f"/appointments/{booked['id']}/move", {"starts_at": local_noon(5).isoformat()}, caller=expert)
    (moved,) = (await door.get(f"/feeds/{secret}")).json()["entries"]
    assert (moved["uid"], moved["sequence"]) == (entry["uid"], entry["sequence"] + 1)
    await door.post(f"/appointments/{booked['id']}/cancel", caller=expert)
    assert (await door.get(f"/feeds/{secret}")).json() == {"entries": []}
    shown = (await door.get(f"/experts/{expert_id}/feed", expert)).json()
    assert shown["secret"] is None and shown["read_at"] is not None
    renewed = (await door.post(f"/experts/{expert_id}/feed", caller=expert)).json()["secret"]
    assert (await door.get(f"/feeds/{secret}")).status_code == 404
    assert (await door.call("DELETE", f"/experts/{expert_id}/feed", caller=expert)).status_code == 204
    assert (await door.get(f"/feeds/{renewed}")).status_code == 404


async def test_joining_is_the_owners_bounded_and_never_leads_inside(door: Door, server: Server) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    path = f"/experts/{expert_id}/calendars"

    async def refused(caller: Any = expert, **data: Any) -> str:
        answer = await door.post(path, data, caller=caller)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    assert await refused(address="http://169.254.169.254/") == "address-forbidden"
    assert await refused(address="not an address") == "address-not-valid"
    assert await refused(address="http://a.org/x", kind="caldav", username="a", password="b") == "address-not-valid"
    assert await refused(caller=door.desk, address="https://a.org/x.ics") == "not-allowed"
    for number in range(10):
        await joined(door, expert_id, f"https://a.org/{number}.ics")
    assert await refused(address="https://a.org/11.ics") == "too-many-calendars"
    await door.rows("DELETE FROM external_calendar WHERE expert_id = $1", expert_id)
