"""API keys of programs: shown once, revoked at once."""

from uuid import UUID

from litestar import Controller, delete, post
from litestar.params import FromPath, JSONBody

from contracts.identity import ApiKey, NewApiKey
from contracts.words import Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.identity.domain.accounts import checked_grants, checked_name
from services.identity.domain.refusals import KeyUnknown
from services.identity.routes.trust import SHOWN_ONCE
from services.identity.store import keys


class Keys(Controller):
    """Only an administrator makes keys."""

    path = "/api-keys"
    guards = (only(Role.ADMIN),)
    dependencies = SHOWN_ONCE

    @post()
    async def make(self, data: JSONBody[NewApiKey], db: Db, caller: Me) -> ApiKey:
        """A new key with its grants; its secret is told this once."""
        grants = checked_grants(data.grants)
        key_id, secret = await keys.make_api_key(db, label=checked_name(data.label), grants=grants, now=now())
        await audit.note(db, caller, "make", "api-key", key_id)
        return ApiKey(id=key_id, secret=secret)

    @delete("/{key_id:uuid}", status_code=204)
    async def revoke(self, key_id: FromPath[UUID], db: Db, caller: Me) -> None:
        """End a key at once."""
        if not await keys.revoke(db, now(), key_id=key_id):
            raise KeyUnknown()
        await audit.note(db, caller, "revoke", "api-key", key_id)
