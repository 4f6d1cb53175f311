"""Whoever is asked hears that something waits, in whatever order it is told, and nothing once it is over."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AccountOpened, ManagerNeeded, OfferClosed, ReferralOffered
from contracts.words import Channel, Role
from kit.clock import now
from services.reminders.domain import texts
from services.reminders.domain.plan import about_a_thing
from services.reminders.domain.texts import Notice
from tests.reminders.conftest import House
from tests.reminders.make import NOW

URL = "https://veilleuse.test"


def offered(target_id: UUID | None = None, **changes: Any) -> ReferralOffered:
    values: dict[str, Any] = {
        "offer_id": uuid4(),
        "version": 1,
        "target_id": target_id or uuid4(),
        "expires_at": now() + timedelta(days=2),
    }
    return ReferralOffered(**{**values, **changes})


async def told(house: House, thing_id: UUID) -> list[tuple[str, str]]:
    rows = await house.sql("SELECT kind, status FROM message WHERE thing_id = $1 ORDER BY channel", thing_id)
    return [(row["kind"], row["status"]) for row in rows]


async def test_an_expert_is_told_on_the_channels_that_they_chose_and_once(house: House) -> None:
    event = offered()
    await house.account(event.target_id)
    await house.hear(event, event)
    assert await told(house, event.offer_id) == [("account_offer", "planned")]
    silent = offered()
    await house.hear(silent)
    assert await told(house, silent.offer_id) == []


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_what_is_over_is_not_told_whatever_is_heard_first(house: House, order: tuple[int, ...]) -> None:
    event = offered(by_link=True)
    await house.account(event.target_id)
    story = [event, OfferClosed(event.offer_id, 2, event.target_id, "withdrawn")]
    await house.hear(*(story[n] for n in order))
    assert [status for _, status in await told(house, event.offer_id)] in ([], ["dropped"])


async def test_from_level_three_the_duty_managers_are_told_at_once(house: House) -> None:
    manager, task = uuid4(), uuid4()
    await house.account(manager)
    await house.hear(AccountOpened(manager, 1, (Role.DUTY_MANAGER,), "Dr Lefèvre"), ManagerNeeded(task, 1))
    rows = await house.sql("SELECT kind, due_at FROM message WHERE thing_id = $1 AND recipient_id = $2", task, manager)
    assert [row["kind"] for row in rows] == ["account_desk"] and rows[0]["due_at"] <= now()


def test_at_night_an_offer_waits_for_the_morning_unless_it_presses() -> None:
    night = NOW.replace(hour=1)

    def due(**changes: Any) -> list[Any]:
        return about_a_thing(Notice.OFFER, uuid4(), [Channel.SMS], thing_id=uuid4(), version=1, now=night, **changes)

    assert due(at_once=True)[0].due_at == night
    assert due(expires_at=night + timedelta(days=1))[0].due_at > night
    assert due(at_once=True, expires_at=night) == []


def test_the_words_say_that_something_waits_and_where_and_hold_no_secret() -> None:
    assert texts.for_account(Notice.OFFER, None, "Europe/Paris", URL) == f"Une orientation vous attend : {URL}/demandes"
    assert texts.for_account(Notice.DESK, None, "Europe/Paris", URL) == f"Une tâche vous attend : {URL}/taches"
    assert "#" not in texts.for_account(Notice.OFFER, None, "Europe/Paris", URL)
