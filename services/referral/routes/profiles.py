"""An expert's own page in the network: profile, proofs, charter, and what the coordination wrote."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.network import Away, Charter, NewProof, Notices, Practice, Profile, ProfileChange, Proof
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Conflict
from services.referral.domain.experts import Expert, expert_changed, ordered_modalities
from services.referral.domain.network import profiles, proofs
from services.referral.domain.network.profiles import NEVER, ProfileChanged
from services.referral.routes.versions import version_seen
from services.referral.store import experts, members, notices


class CharterChanged(Conflict):
    """The charter has a newer version than the one that was read."""


class Mine(Controller):
    path = "/me"
    guards = (only(Role.EXPERT),)

    @get("/expert")
    async def show(self, db: Db, caller: Me) -> Profile:
        """One's own profile; `unknown-expert` before the coordination has made it."""
        return await profile_shown(db, await members.one(db, caller.subject))

    @patch("/expert")
    async def change(
        self, db: Db, caller: Me, data: JSONBody[ProfileChange], request: Request[Any, Any, Any]
    ) -> Profile:
        """Only the fields that changed; what the coordination vouches for is not among them."""
        expert = await kept_change(db, caller.subject, data, seen=version_seen(request), by_coordination=False)
        await audit.note(db, caller, "write", "expert", caller.subject)
        return await profile_shown(db, expert)

    @post("/expert/proofs")
    async def say_proof(self, db: Db, caller: Me, data: JSONBody[NewProof]) -> Proof:
        """Said, and to be checked by the coordination."""
        instant = now()
        await members.one(db, caller.subject)
        told = proofs.checked(data, today=instant.date())
        return await members.add_proof(db, caller.subject, told, by=None, now=instant)

    @delete("/expert/proofs/{proof_id:uuid}", status_code=204)
    async def take_back(self, db: Db, caller: Me, proof_id: FromPath[UUID]) -> None:
        """One that nobody has checked yet."""
        await members.drop_proof(db, proof_id, of=caller.subject)

    @post("/expert/charter", status_code=200)
    async def sign(self, db: Db, caller: Me, data: JSONBody[Charter]) -> Profile:
        """Sign the version of the charter that was read."""
        if data.version != profiles.CHARTER:
            raise CharterChanged()
        expert = await members.one(db, caller.subject)
        await members.sign_charter(db, expert.id, data.version, now=now())
        await audit.note(db, caller, "sign", "charter", expert.id, why=f"{data.version}")
        return await profile_shown(db, expert)

    @get("/notices")
    async def letters(self, db: Db, caller: Me) -> Notices:
        """What the coordination wrote, the latest first."""
        return Notices(await notices.of_expert(db, caller.subject))

    @post("/notices/{notice_id:uuid}/read", status_code=200)
    async def has_read(self, db: Db, caller: Me, notice_id: FromPath[UUID]) -> Notices:
        """It was read."""
        await notices.read(db, notice_id, caller.subject, now=now())
        return Notices(await notices.of_expert(db, caller.subject))


async def kept_change(db: Db, expert_id: UUID, data: ProfileChange, *, seen: int, by_coordination: bool) -> Expert:
    """Write a change of a profile and tell booking; `profile-changed` when someone was faster."""
    before = await members.one(db, expert_id, to_change=True)
    if before.version != seen:
        raise ProfileChanged(version=before.version)
    after = profiles.changed(before, data.changes, by_coordination=by_coordination)
    if after != before:
        await experts.save(db, after)
        await outbox.tell(db, expert_changed(after))
    return after


async def profile_shown(db: Db, expert: Expert) -> Profile:
    """A member with how they came in and their proofs."""
    came = await members.standing_of(db, expert.id)
    return Profile(
        id=expert.id,
        version=expert.version,
        active=expert.active,
        name=expert.name,
        title=expert.title,
        profession=expert.profession,
        rpps=expert.rpps,
        checked_at=None if expert.checked_at == NEVER else expert.checked_at,
        specialties=expert.specialties,
        audiences=sorted(expert.audiences),
        languages=sorted(expert.languages),
        modalities=ordered_modalities(expert.modalities),
        places=[Practice(one.city, one.department, one.address, one.latitude, one.longitude) for one in expert.places],
        fee_cents=expert.fee.cents,
        fee_covered=expert.fee.covered,
        coverage=expert.coverage,
        gender=expert.gender,
        crisis=expert.crisis,
        capacity=expert.capacity,
        leave=[Away(first, last) for first, last in expert.leave],
        exclusions=sorted(expert.exclusions),
        accessibility=sorted(expert.accessibility),
        offered=expert.offered,
        listed=expert.listed,
        time_zone=expert.time_zone,
        holiday_region=expert.holiday_region,
        charter_at=came.charter_at if came else None,
        charter_version=came.charter_version if came else None,
        charter_now=profiles.CHARTER,
        invited_at=came.invited_at if came else None,
        joined_at=came.joined_at if came else None,
        origin=came.origin if came else "",
        proofs=await members.proofs(db, expert.id),
    )
