"""The network for the coordination: a list, a page per member, imports, invitations, proofs, messages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts.events import ExpertInvited, NoticePosted
from contracts.network import (
    Import,
    Imported,
    Invited,
    Members,
    NewNotice,
    NewProof,
    Overview,
    Profile,
    ProfileChange,
    Proof,
    Sent,
    Standing,
)
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Invalid
from services.referral.domain.experts import Expert, expert_changed
from services.referral.domain.network import imports, profiles, proofs
from services.referral.routes.profiles import kept_change, profile_shown
from services.referral.routes.versions import version_seen
from services.referral.store import experts, members, notices
from services.referral.store import network as store
from services.referral.store.network import Filters

LONGEST_NOTICE = 2000
TOLD_AT_ONCE = 200
Word = Annotated[str, QueryParameter(max_length=80)]


class NoticeRefused(Invalid):
    """A message has 1 to 2,000 characters, and somebody to read it."""


class Network(Controller):
    path = "/network"
    guards = (only(Role.COORDINATOR),)

    @get()
    async def overview(self, db: Db) -> Overview:
        """How many stand where, and who is missing in which département."""
        return await store.overview(db, now=now())

    @get("/experts")
    async def members(
        self,
        db: Db,
        q: Word = "",
        profession: Word = "",
        department: Word = "",
        standing: FromQuery[Standing] = Standing.IN_THE_NETWORK,
        after: Annotated[str, QueryParameter(max_length=400)] = "",
    ) -> Members:
        """One page by name; `after` asks for the next."""
        filters = Filters(q.strip(), profession, department, standing)
        shown, matching, further = await store.members(db, filters, after=place_of(after), now=now())
        return Members(shown, matching, mark_of(further) if further else None)

    @get("/experts/{expert_id:uuid}")
    async def member(self, db: Db, expert_id: FromPath[UUID]) -> Profile:
        """Everything about one member but ways to reach them."""
        return await profile_shown(db, await members.one(db, expert_id))

    @patch("/experts/{expert_id:uuid}")
    async def change(
        self,
        db: Db,
        caller: Me,
        expert_id: FromPath[UUID],
        data: JSONBody[ProfileChange],
        request: Request[Any, Any, Any],
    ) -> Profile:
        """Change a member; a check of credentials counts from today on."""
        expert = await kept_change(db, expert_id, data, seen=version_seen(request), by_coordination=True)
        await audit.note(db, caller, "write", "expert", expert_id)
        return await profile_shown(db, expert)

    @post("/experts/{expert_id:uuid}/invite", status_code=200)
    async def invite(self, db: Db, caller: Me, expert_id: FromPath[UUID]) -> Invited:
        """Send (or send again) the link that opens their account; identity and reminders know the rest."""
        instant = now()
        expert = await members.one(db, expert_id, to_change=True)
        await members.invite(db, expert.id, by=caller.subject, now=instant)
        await audit.note(db, caller, "invite", "expert", expert.id)
        await outbox.tell(db, ExpertInvited(expert.id, int(instant.timestamp())))
        return Invited(expert.id, instant)

    @post("/experts/{expert_id:uuid}/proofs")
    async def add_proof(self, db: Db, caller: Me, expert_id: FromPath[UUID], data: JSONBody[NewProof]) -> Proof:
        """A proof that the coordination has seen."""
        instant = now()
        expert = await members.one(db, expert_id, to_change=True)
        told = proofs.checked(data, today=instant.date())
        kept = await members.add_proof(db, expert_id, told, by=caller.subject, now=instant)
        await self._seen(db, expert, kept)
        await audit.note(db, caller, "check", "expert", expert_id)
        return kept

    @post("/proofs/{proof_id:uuid}/check", status_code=200)
    async def check_proof(self, db: Db, caller: Me, proof_id: FromPath[UUID]) -> Proof:
        """What an expert said was seen by the coordination."""
        expert_id, kept = await members.check_proof(db, proof_id, by=caller.subject, now=now())
        await self._seen(db, await members.one(db, expert_id, to_change=True), kept)
        await audit.note(db, caller, "check", "expert", expert_id)
        return kept

    @delete("/proofs/{proof_id:uuid}", status_code=204)
    async def drop_proof(self, db: Db, caller: Me, proof_id: FromPath[UUID]) -> None:
        """One that was wrong."""
        await members.drop_proof(db, proof_id, of=None)
        await audit.note(db, caller, "drop", "proof", proof_id)

    @post("/imports", status_code=200)
    async def bring_in(self, db: Db, caller: Me, data: JSONBody[Import]) -> Imported:
        """The difference of a file; written only when `expected` is the difference that was shown."""
        instant = now()
        found = await members.by_rpps(db, {"".join(row.rpps.split()) for row in data.rows})
        lines = imports.read(data.rows, found, today=instant.date())
        mark = imports.fingerprint(lines)
        if data.apply:
            if data.expected != mark:
                raise imports.NetworkChanged()
            written = [line for line in lines if line.kind in ("new", "changed")]
            await members.write(db, written, now=instant)
            await outbox.tell(db, *(expert_changed(line.expert) for line in written if line.expert is not None))
            await audit.note(db, caller, "import", "network", UUID(hex=mark), why=f"{len(written)}")
        return Imported([line.told() for line in lines], mark, data.apply)

    @post("/notices", status_code=200)
    async def write_to(self, db: Db, caller: Me, data: JSONBody[NewNotice]) -> Sent:
        """To everyone whom the filters show: it is read behind their login, and only that it waits leaves the house."""
        instant, text = now(), data.text.replace("\r\n", "\n").strip()
        filters = Filters(data.q.strip(), data.profession, data.department, data.standing)
        if not 0 < len(text) <= LONGEST_NOTICE or "\x00" in text:
            raise NoticeRefused(fields={"text": "1 to 2,000 characters"})
        recipients = await store.ids(db, filters, now=instant)
        if not recipients:
            raise NoticeRefused(fields={"q": "nobody"})
        told = msgspec.to_builtins(filters)
        notice_id = await notices.post(db, text, recipients, filters=told, by=caller.subject, now=instant)
        for start in range(0, len(recipients), TOLD_AT_ONCE):
            await outbox.tell(db, NoticePosted(notice_id, tuple(recipients[start : start + TOLD_AT_ONCE])))
        await audit.note(db, caller, "write-to", "network", notice_id, why=f"{len(recipients)}")
        return Sent(notice_id, len(recipients))

    async def _seen(self, db: Db, expert: Expert, kept: Proof) -> None:
        """A checked RPPS renews the year of credentials; checked crisis training opens level 4."""
        changes: dict[str, Any] = {}
        if kept.kind == "rpps":
            changes["checked_at"] = now().date().isoformat()
        if kept.kind == "crisis":
            changes["crisis"] = True
        after = profiles.changed(expert, changes, by_coordination=True) if changes else expert
        if kept.kind == "rpps" and after.rpps != kept.reference:
            after = replace(after, rpps=kept.reference)
        if after != expert:
            await experts.save(db, after)
            await outbox.tell(db, expert_changed(after))


def mark_of(place: tuple[str, UUID]) -> str:
    """Where a page ended, to be given back as it is."""
    return urlsafe_b64encode(f"{place[1]}{place[0]}".encode()).decode().rstrip("=")


def place_of(mark: str) -> tuple[str, UUID] | None:
    """The end of the page before; the beginning of the list when it says nothing."""
    if not mark:
        return None
    try:
        text = urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode()
        return text[36:].replace("\x00", ""), UUID(text[:36])
    except ValueError:
        return None
