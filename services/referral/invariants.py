"""What must be true of referral's data, whatever was loaded into it; `./veilleuse check-data` asks."""

from datetime import datetime
from typing import Final

import asyncpg

from contracts.words import ReferralStatus
from kit.clock import now as clock
from services.referral.domain import transitions

NOW: Final = "$1"
"""The instant that a rule speaks of, where it speaks of one."""
_TERMINAL = ", ".join(f"'{status.value}'" for status in sorted(transitions.TERMINAL))
_BOOKED = f"'{ReferralStatus.BOOKED.value}'"

OFFER_RULES: Final = {
    "at most one offer is accepted in a cycle": """
        SELECT referral_id FROM offer WHERE status = 'accepted' GROUP BY referral_id, cycle HAVING count(*) > 1
    """,
    "nobody whom the case does not want was asked after that was known": """
        SELECT o.id FROM offer o JOIN case_exclusion x ON x.case_id = o.case_id AND x.expert_id = o.target_id
        WHERE o.sent_at > x.at
        UNION ALL SELECT o.id FROM offer o JOIN referral r ON r.id = o.referral_id JOIN need n ON n.id = r.need_id
        WHERE o.sent_at > n.at AND n.codes->'not_experts' ? o.target_id::text
    """,
    "whoever is asked is of the network and verified": """
        SELECT o.id FROM offer o LEFT JOIN expert e ON e.id = o.target_id
        WHERE o.target_kind = 'expert' AND (e.id IS NULL OR o.sent_at::date - e.checked_at > 366)
    """,
    "an offer has time to be answered, and no yes came after it": """
        SELECT id FROM offer WHERE expires_at <= sent_at
        OR (status IN ('accepted', 'declined') AND answered_at >= expires_at)
    """,
    "an accepted orientation names who accepted": f"""
        SELECT r.id FROM referral r WHERE r.status = '{ReferralStatus.ACCEPTED.value}' AND NOT EXISTS (
            SELECT 1 FROM offer o WHERE o.referral_id = r.id AND o.cycle = r.cycle AND o.status = 'accepted')
    """,
    "nobody is asked for an orientation that has ended or is booked": f"""
        SELECT o.id FROM offer o JOIN referral r ON r.id = o.referral_id
        WHERE o.status IN ('created', 'sent', 'seen') AND r.status IN ({_TERMINAL}, {_BOOKED})
    """,
    "an offer that can be answered has a timer": """
        SELECT o.id FROM offer o WHERE o.status IN ('created', 'sent', 'seen')
        AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.thing_id = o.id AND t.kind = 'offer_expires')
    """,
    "from level 3 a task has a name within the hour": """
        SELECT id FROM task WHERE done_at IS NULL AND level >= 3 AND owner_id IS NULL
        AND created_at < $1::timestamptz - interval '1 hour'
    """,
    "from level 4 somebody met them, was alerted or has it as a task within the day": """
        SELECT r.id FROM referral r WHERE r.level >= 4 AND r.created_at < $1::timestamptz - interval '25 hours'
        AND r.status IN ('ready', 'offered', 'waitlisted', 'escalated')
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.referral_id = r.id)
        AND NOT EXISTS (SELECT 1 FROM urgent_action u WHERE u.contact_id = r.contact_id)
    """,
}
"""Invariants 1, 2, 3, 7 and 8 of referral.md §2.6."""

LOG_RULES: Final = {
    "every step has an actor and a cause": "SELECT id FROM transition_log WHERE actor = '' OR cause = ''",
    "the log ends where the offer stands": """
        SELECT o.id FROM offer o LEFT JOIN (
            SELECT DISTINCT ON (offer_id) offer_id, to_status FROM transition_log WHERE offer_id IS NOT NULL
            ORDER BY offer_id, id DESC
        ) last ON last.offer_id = o.id WHERE last.to_status IS DISTINCT FROM o.status
    """,
    "the seals of the log hold what they sealed, one upon the other": """
        SELECT position FROM (
            SELECT position, log_ids, previous, hash, lag(hash) OVER (ORDER BY position) AS former,
                lag(position) OVER (ORDER BY position) AS before FROM log_seal
        ) s WHERE hash <> hash_of_log(previous, log_ids) OR position <> coalesce(before, 0) + 1
        OR previous <> coalesce(former, decode(repeat('00', 32), 'hex'))
    """,
    "every step of the log is under one seal or waits for it": """
        SELECT coalesce(l.id, s.id) FROM transition_log l
        FULL JOIN (SELECT unnest(log_ids) AS id FROM log_seal) s ON s.id = l.id
        LEFT JOIN log_unsealed w ON w.log_id = l.id
        WHERE l.id IS NULL OR (s.id IS NULL) = (w.log_id IS NULL)
        UNION ALL SELECT id FROM (SELECT unnest(log_ids) AS id FROM log_seal) s GROUP BY id HAVING count(*) > 1
    """,
}
"""Invariant 6."""

DESK_RULES: Final = {
    "a sheet was made final as often as it has versions": """
        SELECT c.id FROM contact c WHERE c.revision > 0 AND c.revision <> (
            SELECT count(*) FROM contact_revision r WHERE r.contact_id = c.id)
    """,
    "a cut call leaves everyone's desk after two hours": """
        SELECT id FROM contact WHERE ended_at IS NULL AND cut_at < $1::timestamptz - interval '130 minutes'
    """,
    "an erased case holds nothing that can be read": """
        SELECT k.id FROM care_case k LEFT JOIN contact c ON c.case_id = k.id LEFT JOIN watch w ON w.case_id = k.id
        WHERE k.erased_at IS NOT NULL AND (k.data_key IS NOT NULL OR c.typed IS NOT NULL OR w.typed IS NOT NULL)
    """,
    "a consent was given before it was withdrawn": "SELECT id FROM consent WHERE withdrawn_at < given_at",
    "a debrief that was held names nobody": """
        SELECT id FROM debrief WHERE done_at IS NOT NULL AND asked_by IS NOT NULL
    """,
    "no line holds what could be a number": r"""
        SELECT id FROM telephone_call WHERE line ~ '\d([ .-]?\d){7,}' OR post ~ '\d([ .-]?\d){7,}'
    """,
}
"""What the desk promises of calls, cases and those who listen."""

RULES: Final = {
    **OFFER_RULES,
    **LOG_RULES,
    **DESK_RULES,
    "an open referral has an owner, a next action and its hour": f"""
        SELECT id FROM referral WHERE status NOT IN ({_TERMINAL})
        AND (next_action IS NULL OR next_action_at IS NULL OR (owner_id IS NULL AND queue IS NULL))
    """,
    "a booked referral names an appointment that was heard of": f"""
        SELECT r.id FROM referral r LEFT JOIN appointment a ON a.id = r.appointment_id
        WHERE r.status = {_BOOKED} AND (a.id IS NULL OR a.referral_id <> r.id)
    """,
    "the log ends where the referral stands": """
        SELECT r.id FROM referral r JOIN (
            SELECT DISTINCT ON (referral_id) referral_id, to_status FROM transition_log WHERE offer_id IS NULL
            ORDER BY referral_id, id DESC
        ) last ON last.referral_id = r.id WHERE last.to_status <> r.status
    """,
    "every referral has a log": """
        SELECT id FROM referral r WHERE NOT EXISTS (SELECT 1 FROM transition_log l WHERE l.referral_id = r.id)
    """,
    "every step of the log begins where the one before ended": """
        SELECT id FROM (
            SELECT id, from_status, lag(to_status) OVER (PARTITION BY referral_id ORDER BY id) AS before
            FROM transition_log WHERE offer_id IS NULL
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
    "someone is one turn of an expert, however many weeks they come": """
        SELECT referral_id FROM appointment WHERE charged_at IS NOT NULL AND refunded_at IS NULL
        GROUP BY referral_id, expert_id HAVING count(*) > 1
    """,
    "a charge is refunded after it was made": """
        SELECT id FROM appointment WHERE refunded_at < charged_at OR (refunded_at IS NOT NULL AND charged_at IS NULL)
    """,
}
"""Each rule and the query that finds what breaks it."""


async def check(connection: asyncpg.Connection, now: datetime | None = None) -> list[str]:
    """One sentence for each rule that does not hold at `now`; empty when all is well."""
    broken = []
    for rule, query in RULES.items():
        given = (now or clock(),) if NOW in query else ()
        number = await connection.fetchval(f"SELECT count(*) FROM ({query}) broken", *given)
        if number:
            broken.append(f"referral: not true that {rule} ({number} times)")
    return broken
