"""Many at once: one event tells all their links, and each opens its own case."""

import hashlib

from tests.reminders.conftest import House
from tests.reminders.due import one_due


async def test_the_links_of_a_large_batch_are_told_together(house: House) -> None:
    cases = {await one_due(house) for _ in range(12)}
    assert await house.send() == 12
    assert await house.told("LinkMade") == []
    told = [link for event in await house.told("LinksMade") for link in event["links"]]
    secrets = [letter.text.rpartition("#")[2] for letter in house.sms.letters]
    assert {link["link_hash"] for link in told} == {hashlib.sha256(one.encode()).hexdigest() for one in secrets}
    assert {link["target_id"] for link in told} == {str(one) for one in cases}
