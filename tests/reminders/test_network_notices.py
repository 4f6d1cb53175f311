"""What the coordination sends: an invitation at once, the rest in hours that an expert chose, never a word of it."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from contracts.caller import Caller, Grant
from contracts.events import ExpertInvited, NoticePosted, ProofExpiring
from contracts.reminders import AccountChannels, AccountWishes
from contracts.words import Channel, Role
from services.reminders.domain.contacts import ContactInvalid, Reach, Wishes, reach_changed, reach_of_account
from services.reminders.domain.plan import about_a_thing
from services.reminders.domain.texts import Notice
from tests.reminders.conftest import Door, House
from tests.reminders.make import NOW
from tests.tokens import a_caller


def test_what_an_account_does_not_give_anew_stays() -> None:
    before = reach_of_account(AccountChannels(mail="ana@exemple.fr", channels=[Channel.MAIL]))
    hours = AccountWishes(channels=[Channel.MAIL], from_hour=time(10), to_hour=time(18))
    after = reach_changed(before, hours)
    assert after.mail == "ana@exemple.fr" and after.wishes == Wishes((Channel.MAIL,), (), time(10), time(18))
    with pytest.raises(ContactInvalid):
        reach_changed(before, AccountWishes(channels=[Channel.SMS]))  # a channel needs its number
    assert reach_changed(None, AccountWishes()) == Reach()


def test_what_does_not_press_waits_for_the_hours_that_were_chosen() -> None:
    late = NOW.replace(hour=22, minute=30)
    for wishes, hour in ((Wishes(from_hour=time(10), to_hour=time(18)), 10), (Wishes(), 8)):
        (row,) = about_a_thing(
            Notice.NETWORK, uuid4(), [Channel.MAIL], thing_id=uuid4(), version=1, now=late, wishes=wishes, zone="UTC"
        )
        assert late < row.due_at <= late + timedelta(hours=13) and row.due_at.hour == hour
    (row,) = about_a_thing(Notice.INVITED, uuid4(), [Channel.MAIL], thing_id=uuid4(), version=1, now=late, at_once=True)
    assert row.due_at == late


async def test_members_are_told_once_and_only_on_channels_that_they_chose(house: House) -> None:
    told, silent = uuid4(), uuid4()
    await house.account(told)
    posted = NoticePosted(uuid4(), (told, silent))
    await house.hear(posted, posted, ProofExpiring(uuid4(), told), ExpertInvited(told, 3), ExpertInvited(told, 3))
    rows = await house.sql("SELECT kind, recipient_id FROM message ORDER BY kind")
    assert [(row["kind"], row["recipient_id"]) for row in rows] == [
        ("account_invited", told),
        ("account_network", told),
        ("account_proof", told),
    ]


async def test_the_coordination_may_say_an_address_first_and_never_again(door: Door) -> None:
    coordinator, account_id = a_caller(Role.COORDINATOR), uuid4()
    path = f"/accounts/{account_id}/channels"
    data = {"mail": "ana@exemple.fr", "channels": ["mail"]}
    assert (await door.ask("PUT", path, data, caller=coordinator)).status_code == 200
    assert (await door.ask("GET", path, caller=coordinator)).json()["channels"] == ["mail"]
    assert (await door.ask("PUT", path, {**data, "mail": "b@exemple.fr"}, caller=coordinator)).status_code == 403
    wishes = {"channels": ["mail"], "from_hour": "10:00:00", "to_hour": "18:00:00"}
    assert (await door.ask("PATCH", path, wishes, caller=coordinator)).status_code == 403
    owner = Caller(subject=account_id, grants=(Grant(Role.EXPERT),))
    changed = await door.ask("PATCH", path, wishes, caller=owner)
    assert changed.status_code == 200 and changed.json()["from_hour"] == "10:00:00"
