"""What must be true of referral's data, whatever was loaded into it; `./veilleuse check-data` asks."""

from typing import Final

import asyncpg

from contracts.words import ReferralStatus
from services.referral.domain import transitions

_TERMINAL = ", ".join(f"'{status.value}'" for status in sorted(transitions.TERMINAL))
_BOOKED = f"'{ReferralStatus.BOOKED.value}'"

RULES: Final = {
    "an open referral has a next action and its hour": f"""
        SELECT id FROM referral WHERE status NOT IN ({_TERMINAL})
        AND (next_action IS NULL OR next_action_at IS NULL)
    """,
    "a booked referral names an appointment that was heard of": f"""
        SELECT r.id FROM referral r LEFT JOIN appointment a ON a.id = r.appointment_id
        WHERE r.status = {_BOOKED} AND (a.id IS NULL OR a.referral_id <> r.id)
    """,
    "the log ends where the referral stands": """
        SELECT r.id FROM referral r JOIN (
            SELECT DISTINCT ON (referral_id) referral_id, to_status FROM transition_log ORDER BY referral_id, id DESC
        ) last ON last.referral_id = r.id WHERE last.to_status <> r.status
    """,
    "every referral has a log": """
        SELECT id FROM referral r WHERE NOT EXISTS (SELECT 1 FROM transition_log l WHERE l.referral_id = r.id)
    """,
    "every step of the log begins where the one before ended": """
        SELECT id FROM (
            SELECT id, from_status, lag(to_status) OVER (PARTITION BY referral_id ORDER BY id) AS before
            FROM transition_log
        ) l WHERE from_status IS DISTINCT FROM before
    """,
    "a referral, its need and its call are of one case": """
        SELECT r.id FROM referral r JOIN need n ON n.id = r.need_id LEFT JOIN contact c ON c.id = r.contact_id
        WHERE n.case_id <> r.case_id OR c.case_id <> r.case_id OR n.level <> r.level
    """,
    "nobody is sent to an expert whom the case excluded": """
        SELECT a.id FROM appointment a JOIN referral r ON r.id = a.referral_id JOIN need n ON n.id = r.need_id
        WHERE a.standing = 'booked' AND n.codes->'not_experts' ? a.expert_id::text
    """,
    "nobody is sent to an expert who is not of the network": """
        SELECT a.id FROM appointment a LEFT JOIN expert e ON e.id = a.expert_id
        WHERE a.standing = 'booked' AND e.id IS NULL
    """,
    "what was typed is sealed under a key of its case": """
        SELECT c.id FROM contact c JOIN care_case k ON k.id = c.case_id
        WHERE c.typed IS NOT NULL AND k.data_key IS NULL AND k.erased_at IS NULL
    """,
    "no column of codes holds what people typed": """
        SELECT id FROM contact WHERE codes ?| ARRAY['first_name', 'notes', 'plan', 'prompts']
    """,
    "nothing that is over is public": "SELECT id FROM service WHERE public AND status <> 'active'",
    "every row of the directory says where it comes from": """
        SELECT s.id FROM service s WHERE NOT EXISTS (SELECT 1 FROM source_record r WHERE r.target_id = s.id)
    """,
    "an acknowledged urgent action says when and by whom": """
        SELECT id FROM urgent_action WHERE status = 'acknowledged'
        AND (acknowledged_at IS NULL OR acknowledged_by IS NULL)
    """,
    "a charge is refunded after it was made": """
        SELECT id FROM appointment WHERE refunded_at < charged_at OR (refunded_at IS NOT NULL AND charged_at IS NULL)
    """,
}
"""Each rule and the query that finds what breaks it."""


async def check(connection: asyncpg.Connection) -> list[str]:
    """One sentence for each rule that does not hold; empty when all is well."""
    broken = []
    for rule, query in RULES.items():
        number = await connection.fetchval(f"SELECT count(*) FROM ({query}) broken")
        if number:
            broken.append(f"referral: not true that {rule} ({number} times)")
    return broken
