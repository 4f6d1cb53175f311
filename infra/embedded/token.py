"""`./veilleuse token --role R`: an API key for the running house, shown once."""

import argparse
import asyncio
import sys
from pathlib import Path

from contracts.caller import Grant
from contracts.words import Role
from infra.embedded.databases import app_role
from infra.embedded.running import running
from kit.clock import now
from kit.db import Database
from services.identity.store import accounts, make_api_key

NOT_FOR_KEYS = (Role.PERSON, Role.SERVICE)


async def make(database_url: str, role: Role) -> str:
    """The secret of a new key; it acts as the first open account of that role when there is one."""
    database = Database(database_url, size=1, application="token")
    try:
        async with database.transaction() as db:
            holders = [one for one in await accounts.everyone(db) if one.active and role in _roles(one.grants)]
            grants = tuple(grant for grant in holders[0].grants if grant.role is role) if holders else (Grant(role),)
            account_id = holders[0].id if holders else None
            label = f"./veilleuse token --role {role}"
            _, secret = await make_api_key(db, label=label, grants=grants, now=now(), account_id=account_id)
        return secret
    finally:
        await database.stop()


def _roles(grants: tuple[Grant, ...]) -> set[Role]:
    return {grant.role for grant in grants}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse token")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--role", required=True)
    chosen = parser.parse_args(arguments)
    keyed = [str(role) for role in Role if role not in NOT_FOR_KEYS]
    if chosen.role not in keyed:
        print(
            f"« {chosen.role} » n'est pas un rôle qui a une clé. Ceux-ci en ont : {', '.join(keyed)}", file=sys.stderr
        )
        return 2
    place = running(chosen.data)
    print(asyncio.run(make(place.database_url("identity", app_role("identity")), Role(chosen.role))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
