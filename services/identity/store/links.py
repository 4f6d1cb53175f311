"""Links, the devices they were opened on, and until when a case opens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import CaseLastAppointment, LinkMade
from contracts.words import LinkPurpose
from services.identity.domain.links import Link
from services.identity.domain.secrets import hashed, new_secret
from services.identity.tables import case_access, device, link, spoken_code


class FoundLink(msgspec.Struct, frozen=True):
    """A link, the devices that know it, and the proofs that its case has."""

    link: Link
    known_device: bool
    other_devices: bool
    pin_hash: bytes | None
    code_hash: bytes | None


async def find(db: AsyncConnection, secret: str, device_secret: str | None) -> FoundLink | None:
    """The link behind `secret`, open or not; None when there never was one, or its case is erased."""
    of_case = and_(link.c.purpose == LinkPurpose.CASE, case_access.c.case_id == link.c.target_id)
    mine = device.c.target_id == link.c.target_id
    this_one = device.c.device_hash == hashed(device_secret or "")
    row = (
        await db.execute(
            select(
                link,
                case_access.c.opens_until,
                spoken_code.c.pin_hash,
                spoken_code.c.code_hash,
                exists().where(mine, this_one).label("known_device"),
                exists().where(mine, ~this_one).label("other_devices"),
            )
            .outerjoin(case_access, of_case)
            .outerjoin(spoken_code, spoken_code.c.case_id == link.c.target_id)
            .where(link.c.link_hash == hashed(secret), case_access.c.erased_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    rules = Link(
        purpose=LinkPurpose(row.purpose),
        target_id=row.target_id,
        made_at=row.made_at,
        expires_at=row.expires_at,
        opens_until=row.opens_until,
        revoked_at=row.revoked_at,
    )
    return FoundLink(rules, row.known_device, row.other_devices, row.pin_hash, row.code_hash)


async def add(
    db: AsyncConnection,
    *,
    link_hash: bytes,
    purpose: LinkPurpose,
    target_id: UUID,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Keep a link that reminders made; nothing for an erased case, whichever event came first."""
    erased = exists().where(case_access.c.case_id == target_id, case_access.c.erased_at.is_not(None))
    values = select(
        literal(link_hash),
        literal(purpose.value),
        literal(target_id),
        literal(now, link.c.made_at.type),
        literal(expires_at, link.c.expires_at.type),
    ).where(~erased)
    columns = ["link_hash", "purpose", "target_id", "made_at", "expires_at"]
    await db.execute(insert(link).from_select(columns, values).on_conflict_do_nothing())


_ADD_ALL = text(
    """
    INSERT INTO link (link_hash, purpose, target_id, made_at, expires_at)
    SELECT one.hash, one.purpose, one.target, :now, one.ends
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:purposes AS text[]), CAST(:targets AS uuid[]),
        CAST(:ends AS timestamptz[])) AS one(hash, purpose, target, ends)
    WHERE NOT EXISTS (SELECT 1 FROM case_access a WHERE a.case_id = one.target AND a.erased_at IS NOT NULL)
    ON CONFLICT DO NOTHING
    """
).bindparams(
    bindparam("hashes", type_=ARRAY(LargeBinary)),
    bindparam("purposes", type_=ARRAY(Text)),
    bindparam("targets", type_=ARRAY(Uuid)),
    bindparam("ends", type_=ARRAY(DateTime(True))),
    bindparam("now", type_=DateTime(True)),
)


async def add_all(db: AsyncConnection, made: Sequence[LinkMade], now: datetime) -> None:
    """`add` for the links of a whole batch."""
    told = {
        "hashes": [bytes.fromhex(one.link_hash) for one in made],
        "purposes": [one.purpose.value for one in made],
        "targets": [one.target_id for one in made],
        "ends": [one.expires_at for one in made],
    }
    await db.execute(_ADD_ALL, {**told, "now": now})


async def remember_device(db: AsyncConnection, target_id: UUID, now: datetime) -> str:
    """A new secret for this browser's long cookie."""
    secret = new_secret()
    await db.execute(insert(device).values(device_hash=hashed(secret), target_id=target_id, made_at=now))
    return secret


async def serialise(db: AsyncConnection, target_id: UUID) -> None:
    """One first opening at a time for each case: the second sees the device of the first."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(target_id), 0))))


async def revoke(db: AsyncConnection, target_id: UUID, now: datetime) -> int:
    """Close every link of a case, and forget its devices."""
    closing = update(link).where(link.c.target_id == target_id, link.c.revoked_at.is_(None))
    closed = (await db.execute(closing.values(revoked_at=now))).rowcount
    await db.execute(delete(device).where(device.c.target_id == target_id))
    return closed


async def follow_case(db: AsyncConnection, case_id: UUID, *, version: int, opens_until: datetime) -> None:
    """Keep the newest word on when a case closes; events may come in any order, and an erased case stays erased."""
    keeping = insert(case_access).values(case_id=case_id, version=version, opens_until=opens_until)
    await db.execute(
        keeping.on_conflict_do_update(
            index_elements=["case_id"],
            set_={"version": version, "opens_until": opens_until},
            where=and_(case_access.c.version < version, case_access.c.erased_at.is_(None)),
        )
    )


_FOLLOW_CASES = text(
    """
    INSERT INTO case_access AS known (case_id, version, opens_until)
    SELECT DISTINCT ON (one.case_id) one.case_id, one.version, one.until
    FROM unnest(CAST(:cases AS uuid[]), CAST(:versions AS bigint[]), CAST(:untils AS timestamptz[]))
        AS one(case_id, version, until)
    ORDER BY one.case_id, one.version DESC
    ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, opens_until = excluded.opens_until
    WHERE known.version < excluded.version AND known.erased_at IS NULL
    """
).bindparams(
    bindparam("cases", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(BigInteger)),
    bindparam("untils", type_=ARRAY(DateTime(True))),
)


async def follow_cases(db: AsyncConnection, words: Sequence[CaseLastAppointment]) -> None:
    """`follow_case` for many."""
    told = {
        "cases": [one.case_id for one in words],
        "versions": [one.version for one in words],
        "untils": [one.opens_until for one in words],
    }
    await db.execute(_FOLLOW_CASES, told)


async def erase(db: AsyncConnection, case_id: UUID, now: datetime) -> None:
    """Nothing opens this case any more, and what comes late will not either."""
    keeping = insert(case_access).values(case_id=case_id, erased_at=now)
    await db.execute(
        keeping.on_conflict_do_update(index_elements=["case_id"], set_={"erased_at": now, "opens_until": None})
    )
    await db.execute(delete(link).where(link.c.target_id == case_id))
    await db.execute(delete(device).where(device.c.target_id == case_id))
    await db.execute(delete(spoken_code).where(spoken_code.c.case_id == case_id))
