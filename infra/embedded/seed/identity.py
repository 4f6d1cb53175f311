"""The demo's accounts, into identity and into the vault of reminders."""

import json
from datetime import datetime
from pathlib import Path

import msgspec

from contracts.events import AccountOpened
from contracts.identity import Factor
from contracts.words import Channel, Role
from infra.embedded.seed.accounts import ACCOUNTS, PASSWORD
from kit import outbox
from kit.db import Database
from kit.settings import load
from kit.vault import Vault
from services.identity.domain.factors import hash_password
from services.identity.settings import Settings as IdentitySettings
from services.identity.store import accounts
from services.reminders.domain.contacts import Reach, Wishes
from services.reminders.settings import Settings as RemindersSettings
from services.reminders.store import contacts


async def load_accounts(data: Path, now: datetime) -> None:
    """One account per role, with the password that the start prints."""
    database = Database(load(IdentitySettings, "identity").database_url, size=1)
    kept = hash_password(PASSWORD).encode()
    async with database.transaction() as db:
        await accounts.add_many(
            db,
            [
                {
                    "id": one.id,
                    "identifier": one.identifier,
                    "display_name": one.display_name,
                    "grants": msgspec.to_builtins(one.grants),
                    "opened_at": now,
                }
                for one in ACCOUNTS
            ],
            [
                {
                    "account_id": one.id,
                    "factor": Factor.PASSWORD,
                    "place": 1,
                    "kept": kept,
                    "data_key": None,
                    "confirmed": True,
                    "last_step": 0,
                }
                for one in ACCOUNTS
            ],
        )
        await outbox.tell(
            db,
            *(
                AccountOpened(
                    account_id=one.id,
                    version=1,
                    roles=tuple(grant.role for grant in one.grants),
                    display_name=one.display_name,
                )
                for one in ACCOUNTS
            ),
        )
    await database.stop()
    await _keep_channels()
    shown = [{"role": one.grants[0].role.value, "login": one.identifier, "password": PASSWORD} for one in ACCOUNTS]
    (data / "demo-accounts.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1))


async def _keep_channels() -> None:
    """How the experts and the desk are told: by mail, to addresses that lead nowhere."""
    settings = load(RemindersSettings, "reminders")
    vault = Vault(settings.vault_key)
    database = Database(settings.database_url, size=1)
    async with database.transaction() as db:
        for one in ACCOUNTS:
            if one.grants[0].role in (Role.EXPERT, Role.DUTY_MANAGER, Role.SECRETARY):
                reach = Reach(phone=None, mail=one.mail, wishes=Wishes(channels=(Channel.MAIL,)))
                await contacts.put_account(db, vault, one.id, reach)
    await database.stop()
