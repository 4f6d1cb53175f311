"""The network as the gateway calls it: members, profiles, proofs, imports, messages, the public list."""

from typing import Any, ClassVar
from uuid import UUID

from contracts.network import (
    Charter,
    Import,
    Imported,
    Invited,
    Members,
    NewNotice,
    NewProof,
    Notice,
    Notices,
    Overview,
    Profile,
    ProfileChange,
    Proof,
    PublicList,
    Sent,
)
from gateway.clients.service import ServiceClient


class Network(ServiceClient):
    audience: ClassVar[str] = "referral"

    async def overview(self) -> Overview:
        found: Overview = await self._call("GET", "/network", Overview)
        return found

    async def members(self, **filters: str) -> Members:
        found: Members = await self._call("GET", "/network/experts", Members, query=filters)
        return found

    async def member(self, expert_id: UUID) -> Profile:
        found: Profile = await self._call("GET", f"/network/experts/{expert_id}", Profile)
        return found

    async def change(self, expert_id: UUID, changes: dict[str, Any], *, seen: int) -> Profile:
        path = f"/network/experts/{expert_id}"
        found: Profile = await self._call("PATCH", path, Profile, ProfileChange(changes), version=seen)
        return found

    async def invite(self, expert_id: UUID, *, key: str) -> Invited:
        found: Invited = await self._call("POST", f"/network/experts/{expert_id}/invite", Invited, key=key)
        return found

    async def add_proof(self, expert_id: UUID, proof: NewProof, *, key: str) -> Proof:
        found: Proof = await self._call("POST", f"/network/experts/{expert_id}/proofs", Proof, proof, key=key)
        return found

    async def check_proof(self, proof_id: UUID, *, key: str) -> Proof:
        found: Proof = await self._call("POST", f"/network/proofs/{proof_id}/check", Proof, key=key)
        return found

    async def drop_proof(self, proof_id: UUID) -> None:
        await self._call("DELETE", f"/network/proofs/{proof_id}")

    async def bring_in(self, file: Import, *, key: str) -> Imported:
        found: Imported = await self._call("POST", "/network/imports", Imported, file, key=key, within=30)
        return found

    async def write_to(self, notice: NewNotice, *, key: str) -> Sent:
        found: Sent = await self._call("POST", "/network/notices", Sent, notice, key=key)
        return found

    async def mine(self) -> Profile:
        found: Profile = await self._call("GET", "/me/expert", Profile)
        return found

    async def change_mine(self, changes: dict[str, Any], *, seen: int) -> Profile:
        found: Profile = await self._call("PATCH", "/me/expert", Profile, ProfileChange(changes), version=seen)
        return found

    async def say_proof(self, proof: NewProof, *, key: str) -> Proof:
        found: Proof = await self._call("POST", "/me/expert/proofs", Proof, proof, key=key)
        return found

    async def take_back_proof(self, proof_id: UUID) -> None:
        await self._call("DELETE", f"/me/expert/proofs/{proof_id}")

    async def sign_charter(self, version: int, *, key: str) -> Profile:
        found: Profile = await self._call("POST", "/me/expert/charter", Profile, Charter(version), key=key)
        return found

    async def letters(self) -> list[Notice]:
        found: Notices = await self._call("GET", "/me/notices", Notices)
        return found.notices

    async def has_read(self, notice_id: UUID, *, key: str) -> None:
        await self._call("POST", f"/me/notices/{notice_id}/read", Notices, key=key)

    async def public_list(self, **filters: str) -> PublicList:
        found: PublicList = await self._call("GET", "/public/experts", PublicList, query=filters)
        return found
