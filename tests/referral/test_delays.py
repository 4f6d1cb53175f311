"""The delay that a page may promise is the one that was, by level, and nothing where too few were met."""

from datetime import timedelta
from uuid import UUID

from kit.clock import now
from tests.referral.conftest import Desk, booked

AGAIN = """
    INSERT INTO {0} SELECT (jsonb_populate_record(t, jsonb_build_object('id', u.id, '{1}', u.other))).*
    FROM {0} t, unnest($2::uuid[], $3::uuid[]) AS u(id, other) WHERE t.id = $1
"""


async def test_nine_of_ten_were_met_within_what_is_promised_and_ten_are_too_few(desk: Desk) -> None:
    referral, expert = await desk.referral(level=2), await desk.expert()
    event = booked(referral, expert, starts_at=now() + timedelta(hours=30))
    await desk.hears(event)
    await desk.sql("DELETE FROM appointment WHERE referral_id <> $1", UUID(referral["id"]))
    for made, told in ((9, []), (1, [(2, 11)])):
        desk.house.things.pop("delays", None)
        ids = [UUID(bytes=bytes([made, n, *event.appointment_id.bytes[2:]])) for n in range(made)]
        await desk.sql(
            AGAIN.format("referral", "need_id"), UUID(referral["id"]), ids, [await need(desk, referral)] * made
        )
        await desk.sql(AGAIN.format("appointment", "referral_id"), event.appointment_id, ids, ids)
        found = (await desk.get("/delays")).json()["delays"]
        assert [(one["level"], one["count"]) for one in found] == told
    assert found[0]["half"] == found[0]["nine_of_ten"] == 30.0
    await desk.sql(
        "DELETE FROM referral WHERE id IN (SELECT referral_id FROM appointment) AND id <> $1", UUID(referral["id"])
    )


async def need(desk: Desk, referral: dict[str, object]) -> UUID:
    (row,) = await desk.sql("SELECT need_id FROM referral WHERE id = $1", UUID(str(referral["id"])))
    found: UUID = row["need_id"]
    return found
