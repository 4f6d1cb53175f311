"""One's own factors: another password, an authenticator application."""

import asyncio
import base64
import secrets

from litestar import Controller, post
from litestar.params import JSONBody

from contracts.identity import Factor, FactorProof, NewPassword, TotpProof, TotpSeed
from contracts.permits import FactorPermit
from kit import audit
from kit.auth import STAFF, NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits
from services.identity.domain.factors import (
    checked_password,
    hash_password,
    matching_step,
    password_opens,
    provisioning_uri,
)
from services.identity.domain.refusals import NoSecondFactor, WrongCredentials
from services.identity.routes.login import FACTOR
from services.identity.routes.trust import SHOWN_ONCE, NamedTrust
from services.identity.store import accounts, sessions


class Mine(Controller):
    """Each change locks the account's sessions: they reopen under a new id."""

    path = "/me"
    guards = (only(*STAFF),)
    dependencies = SHOWN_ONCE

    @post("/password", status_code=204)
    async def password(self, data: JSONBody[NewPassword], db: Db, caller: Me, trust: NamedTrust) -> None:
        """Change one's password, the former one given."""
        checked_password(data.password)
        async with trust.trying([(FACTOR, str(caller.subject))]):
            kept = await accounts.password_hash(db, caller.subject)
            if not await asyncio.to_thread(password_opens, kept, data.former):
                raise WrongCredentials()
        await accounts.keep_password(db, caller.subject, await asyncio.to_thread(hash_password, data.password))
        await sessions.lock_account(db, caller.subject, now())
        await audit.note(db, caller, "change-password", "account", caller.subject)

    @post("/totp", status_code=201)
    async def totp(self, db: Db, caller: Me, trust: NamedTrust) -> TotpSeed:
        """A fresh secret for an authenticator application; it counts once a code was shown."""
        account = await accounts.one(db, caller.subject)
        if Factor.TOTP in account.factors:
            raise NotAllowed("another factor of this kind is in use")
        secret = secrets.token_bytes(20)
        await accounts.keep_totp(db, trust.vault, caller.subject, secret, confirmed=False)
        return TotpSeed(secret=base64.b32encode(secret).decode(), uri=provisioning_uri(secret, account.identifier))

    @post("/totp/confirm", status_code=204)
    async def confirm(self, data: JSONBody[TotpProof], db: Db, caller: Me, trust: NamedTrust) -> None:
        """Show that the application works: from now on a login asks for its code."""
        async with trust.trying([(FACTOR, str(caller.subject))]):
            secret = await accounts.totp_secret(db, trust.vault, caller.subject)
            step = matching_step(secret, data.code, now()) if secret else None
            if step is None or not await accounts.use_step(db, caller.subject, step):
                raise WrongCredentials()
        await sessions.lock_account(db, caller.subject, now())
        await audit.note(db, caller, "add-totp", "account", caller.subject)

    @post("/factor", status_code=200)
    async def factor(
        self, data: JSONBody[TotpProof], db: Db, caller: Me, trust: NamedTrust, permits: HousePermits
    ) -> FactorProof:
        """Show the second factor once more, for what asks for it whoever signed in; `no-second-factor` without one."""
        secret = await accounts.totp_secret(db, trust.vault, caller.subject)
        if secret is None or Factor.TOTP not in (await accounts.one(db, caller.subject)).factors:
            raise NoSecondFactor()
        async with trust.trying([(FACTOR, str(caller.subject))]):
            step = matching_step(secret, data.code, now())
            if step is None or not await accounts.use_step(db, caller.subject, step):
                raise WrongCredentials()
        await audit.note(db, caller, "show-factor", "account", caller.subject)
        return FactorProof(permits.sign(FactorPermit(caller.subject)))
