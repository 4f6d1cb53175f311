"""`./veilleuse account LOGIN --role R`: an account in the running house; the only way in while it has none."""

import argparse
import asyncio
import json
import secrets
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from contracts.caller import Grant
from contracts.words import Role
from infra.embedded.databases import app_role
from infra.embedded.running import running
from infra.embedded.token import NOT_FOR_KEYS
from kit.clock import now
from kit.db import Database
from services.identity.store import make_api_key
from services.identity.store.keys import revoke

SAID = {
    "identifier-taken": "Cet identifiant est déjà pris.",
    "identifier-malformed": "Un identifiant a de 2 à 120 signes, sans espace.",
}


def opened(url: str, key: str, asked: dict[str, Any]) -> str:
    """Ask the house as any administrator does; what went wrong, or nothing."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/identity/accounts", json.dumps(asked).encode(), headers)
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except HTTPError as refused:
        code = str(json.load(refused).get("code"))
        return SAID.get(code, f"La maison a refusé : {code}.")
    return ""


async def open_account(database_url: str, url: str, asked: dict[str, Any]) -> str:
    """Through the house's own door, with an administrator's key that ends with this gesture."""
    database = Database(database_url, size=1, application="account")
    try:
        async with database.transaction() as db:
            grants = (Grant(Role.ADMIN),)
            key_id, key = await make_api_key(db, label="./veilleuse account", grants=grants, now=now())
        try:
            return await asyncio.to_thread(opened, url, key, asked)
        finally:
            async with database.transaction() as db:
                await revoke(db, now(), key_id=key_id)
    finally:
        await database.stop()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse account")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--role", required=True)
    parser.add_argument("login")
    chosen = parser.parse_args(arguments)
    staff = [str(role) for role in Role if role not in NOT_FOR_KEYS]
    if chosen.role not in staff:
        print(f"« {chosen.role} » n'est pas un rôle de l'équipe. Ceux-ci le sont : {', '.join(staff)}", file=sys.stderr)
        return 2
    place = running(chosen.data)
    password = secrets.token_urlsafe(12)
    asked = {"identifier": chosen.login, "display_name": chosen.login, "password": password}
    asked["grants"] = [{"role": chosen.role}]
    wrong = asyncio.run(open_account(place.database_url("identity", app_role("identity")), place.url, asked))
    if wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(f"{chosen.login}  {password}\nCe mot de passe n'est montré qu'une fois. Pour entrer : {place.url}/connexion")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
