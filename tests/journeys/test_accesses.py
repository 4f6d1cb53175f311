"""A phone in another's hands: one gesture closes every other way in, and the spoken code still opens."""

import asyncio
from random import randrange

from kit.auth import TOKEN_SECONDS
from tests.browser.story_people import LINK
from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.visitor import Visitor


async def opened(phone: Visitor, secret: str) -> str:
    """Where the door leads with a link's secret or a code."""
    await phone.get("/l")
    page = await phone.post("/l", {"secret": secret})
    return page.url.partition("?")[0]


async def test_the_person_closes_every_other_access_and_stays(house: RunningHouse) -> None:
    async with Desk(house) as desk, Visitor(house.url) as mine, Visitor(house.url) as theirs:
        permit, _ = await desk.handed_over()
        made = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
        code = f"{' '.join(made['words'])} {made['digits']}"
        assert await opened(mine, code) == "/rdv"
        assert await opened(theirs, code) == "/rdv"

        done = await mine.post("/rdv/acces", {})
        assert done.status == 200 and "fermé partout ailleurs" in done.text
        assert (await mine.get("/rdv")).url == "/rdv"
        async with asyncio.timeout(TOKEN_SECONDS / 2):  # by word: the token that is kept would live longer
            while (await theirs.get("/rdv")).url == "/rdv":
                await asyncio.sleep(0.1)
        assert await opened(theirs, code) == "/rdv", "who knows the code is the person"


async def test_at_the_persons_word_the_desk_closes_the_link_that_was_sent(house: RunningHouse) -> None:
    async with Desk(house) as desk, Visitor(house.url) as listener, Visitor(house.url) as theirs:
        number = f"612{randrange(10**6):06d}"
        permit, _ = await desk.handed_over(phone=f"0{number}")
        async with asyncio.timeout(120):
            while not (sent := [one["text"] for one in house.messages() if one["to"] == f"+33{number}"]):
                await asyncio.sleep(0.2)
        (link,) = LINK.findall(sent[0])
        secret = link.partition("#")[2]
        account = house.account("psychologist")
        await listener.sign_in(account["login"], account["password"])
        done = await listener.post(f"/dossier/{permit['case_id']}/acces", {})
        assert done.status == 200 and "Les prochains messages porteront un lien neuf" in done.text
        assert await opened(theirs, secret) != "/rdv"
