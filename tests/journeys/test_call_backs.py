"""Being rung back: asked alone without scripts, changed and cancelled by code; one colleague sees the number."""

import asyncio
import re

from contracts.words import Role
from tests.house import RunningHouse
from tests.journeys.desk import Answered, Desk
from tests.journeys.visitor import Visitor

NUMBER = "06 12 34 56 81"
WISH = {"number": NUMBER, "day": "1", "from": "18:00", "to": "20:00", "zone": "Indian/Reunion", "choices": "discreet"}
CODE = re.compile(r'class="code-dit"[^>]*><b>([^<]+)</b>')


async def test_someone_alone_asks_changes_and_cancels_and_the_number_is_forgotten(house: RunningHouse) -> None:
    async with Visitor(house.url) as visitor, Desk(house) as desk:
        page = await visitor.get("/rappel")
        assert page.status == 200 and "nom" in page.text
        wrong = await visitor.post("/rappel", {**WISH, "number": "12"})
        assert wrong.status == 422 and 'value="12"' in wrong.text, "what was typed is kept"
        before = await house.ask("referral", "SELECT count(*) FROM call_back")
        assert (await visitor.post("/rappel", {"number": NUMBER})).status == 422
        assert (await house.ask("referral", "SELECT count(*) FROM call_back")) == before
        key = re.search(r'name="idempotency_key" value="([^"]+)"', (await visitor.get("/rappel")).text)
        assert key is not None
        done = await visitor.post("/rappel", {**WISH, "idempotency_key": key[1]})
        again = await visitor.post("/rappel", {**WISH, "idempotency_key": key[1]})
        codes = [found[1] for shown in (done, again) if (found := CODE.search(shown.text))]
        assert len(codes) == 2 and codes[0] == codes[1], "the same press twice is one call-back and one code"

        waiting = [one for one in (await desk.ask("GET", "/referral/call-backs"))["call_backs"] if one["discreet"]]
        mine = next(one for one in waiting if one["time_zone"] == "Indian/Reunion")
        assert mine["asked_by"] == "page" and mine["standing"] == "later"
        rows = await house.ask("referral", "SELECT * FROM call_back WHERE id = $1::uuid", mine["id"])
        assert "612345681" not in repr(rows), "referral never knows the number"

        claimed = await desk.ask("POST", f"/referral/call-backs/{mine['id']}/claim")
        shown = await desk.ask("POST", "/reminders/reveals", {"permit": claimed["reveal"]})
        assert shown["phone"] == "+33612345681"
        async with Desk(house, Role.VOLUNTEER) as other:
            for path, body in (
                (f"/referral/call-backs/{mine['id']}/claim", None),
                ("/reminders/reveals", {"permit": claimed["reveal"]}),
            ):
                try:
                    await other.ask("POST", path, body)
                except Answered as refused:
                    assert refused.code in ("call-back-taken", "permit-refused")
                else:
                    raise AssertionError("two people had the number")
        audited = "SELECT why FROM audit WHERE action = 'reveal' AND thing_id = $1::uuid"
        assert [row["why"] for row in await house.ask("reminders", audited, mine["case_id"])] == ["call_back"]
        await desk.ask("POST", f"/referral/call-backs/{mine['id']}/release")

        await visitor.get("/l")
        await visitor.post("/l", {"secret": codes[0]})
        own = await visitor.get("/rappel")
        assert "Votre rappel" in own.text and "18:00" in own.text and NUMBER not in own.text
        moved = await visitor.post("/rappel/changer", {**WISH, "day": "2"})
        assert "Votre rappel" in moved.text
        left = await visitor.post("/rappel/annuler", {})
        assert "Être rappelé" in left.text and "Votre rappel" not in left.text
        async with asyncio.timeout(120):
            kept = "SELECT 1 FROM contact WHERE case_id = $1::uuid"
            while await house.ask("reminders", kept, mine["case_id"]):
                await asyncio.sleep(0.1)


async def test_a_call_back_asked_by_voice_waits_in_the_queue_with_its_level(house: RunningHouse) -> None:
    async with Desk(house) as desk, Visitor(house.url) as colleague:
        contact = await desk.call(level=3)
        account = house.account("psychologist")
        await colleague.sign_in(account.get("login") or account["identifier"], account["password"])
        page = await colleague.get(f"/rappels/nouveau?appel={contact['id']}")
        assert page.status == 200
        listed = await colleague.post("/rappels", {"contact_id": contact["id"], "day": "soon", "number": NUMBER})
        assert "niveau 3" in listed.text
        found = next(
            one
            for one in (await desk.ask("GET", "/referral/call-backs"))["call_backs"]
            if one["contact_id"] == contact["id"]
        )
        assert (found["asked_by"], found["level"], found["standing"]) == ("voice", 3, "now")
        ringing = await colleague.post(f"/rappels/{found['id']}/prendre", {})
        assert "06 12 34 56 81" in ringing.text.replace("\u00a0", " ").replace("&nbsp;", " ")
        mistaken = await colleague.post(f"/rappels/{found['id']}/fini", {})
        assert mistaken.status == 404  # an address that is none of the gestures ends nothing
        done = await colleague.post(f"/rappels/{found['id']}/essai", {"outcome": "reached"})
        assert f"r-{found['id']}" not in done.text
