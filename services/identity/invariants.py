"""What must be true of identity's data, whatever filled it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from contracts.caller import Grant
from kit.errors import Refusal
from services.identity.domain import accounts as rules

ARGON2ID = "$argon2id$v=19$m=19456,t=2,p=1$"

NEVER = {
    "un compte ouvert n'a aucun facteur": """
        SELECT count(*) FROM account WHERE closed_at IS NULL
        AND NOT EXISTS (SELECT FROM factor WHERE account_id = account.id AND confirmed)""",
    "un compte fermé garde un facteur, une session ou une clé": """
        SELECT count(*) FROM account WHERE closed_at IS NOT NULL AND (
            EXISTS (SELECT FROM factor WHERE account_id = account.id)
            OR EXISTS (SELECT FROM session WHERE account_id = account.id AND ended_at IS NULL)
            OR EXISTS (SELECT FROM api_key WHERE account_id = account.id AND revoked_at IS NULL))""",
    "un dossier effacé garde un lien, un appareil, un code ou une session": """
        SELECT count(*) FROM case_access WHERE erased_at IS NOT NULL AND (
            EXISTS (SELECT FROM link WHERE target_id = case_id)
            OR EXISTS (SELECT FROM device WHERE target_id = case_id)
            OR EXISTS (SELECT FROM spoken_code WHERE spoken_code.case_id = case_access.case_id)
            OR EXISTS (SELECT FROM session WHERE target_id = case_access.case_id AND ended_at IS NULL))""",
    "une session de personne n'a pas de fin": """
        SELECT count(*) FROM session WHERE target_id IS NOT NULL AND closes_at IS NULL""",
    "une session ouverte a passé un facteur que le compte n'a pas": """
        SELECT count(*) FROM session WHERE ended_at IS NULL AND account_id IS NOT NULL AND EXISTS (
            SELECT FROM jsonb_array_elements_text(passed) AS one(factor)
            WHERE NOT EXISTS (
                SELECT FROM factor WHERE factor.account_id = session.account_id AND factor.factor = one.factor))""",
    "un mot de passe n'est pas gardé par Argon2id (19 Mio, 2 passes)": f"""
        SELECT count(*) FROM factor WHERE factor = 'password'
        AND convert_from(kept, 'UTF8') NOT LIKE '{ARGON2ID}%'""",
}


async def check(connection: Any) -> list[str]:
    """The sentences that do not hold on an asyncpg connection; empty when all is well."""
    counts = {sentence: await connection.fetchval(query) for sentence, query in NEVER.items()}
    return [f"{sentence} ({count})" for sentence, count in counts.items() if count] + [
        sentence async for sentence in _accounts(connection)
    ]


async def _accounts(connection: Any) -> AsyncIterator[str]:
    for row in await connection.fetch("SELECT id, identifier, display_name, grants FROM account"):
        try:
            grants = msgspec.convert(json.loads(row["grants"]), tuple[Grant, ...])
            whole = (
                rules.checked_grants(grants) == grants
                and rules.checked_identifier(row["identifier"]) == row["identifier"]
                and bool(rules.checked_name(row["display_name"]))
            )
        except (Refusal, msgspec.ValidationError):
            whole = False
        if not whole:
            yield f"le compte {row['id']} a un identifiant, un nom ou des rôles que les règles refusent"
