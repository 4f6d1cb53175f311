"""What must hold on whatever data is loaded, told in sentences that name what breaks it."""

import asyncpg

MOST_SHOWN = 20

QUESTIONS = {
    "I9: a message is planned at or after the start of its appointment": """
        SELECT m.id FROM message m JOIN appointment a ON a.id = m.appointment_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL AND m.due_at >= a.starts_at""",
    "I9: a message is planned for an appointment that does not stand": """
        SELECT m.id FROM message m JOIN appointment a ON a.id = m.appointment_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL AND a.state <> 'booked'""",
    "I9: a message is planned for an older version of its appointment": """
        SELECT m.id FROM message m JOIN appointment a ON a.id = m.appointment_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL AND m.version <> a.version""",
    "a person's message is planned without a known appointment": """
        SELECT m.id FROM message m LEFT JOIN appointment a ON a.id = m.appointment_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL AND a.id IS NULL""",
    "a message is planned for a silent appointment": """
        SELECT m.id FROM message m JOIN appointment a ON a.id = m.appointment_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL AND a.privacy = 'silent'""",
    "a message is planned that nobody chose, or for a contact that is gone": """
        SELECT m.id FROM message m LEFT JOIN contact c ON c.case_id = m.case_id
        WHERE m.status = 'planned' AND m.case_id IS NOT NULL
        AND (c.case_id IS NULL OR NOT m.channel = ANY (c.channels) OR NOT m.kind = ANY (c.moments))""",
    "a message was planned twice": """
        SELECT min(id::text) FROM message
        GROUP BY appointment_id, urgent_action_id, thing_id, version, kind, channel, recipient_id
        HAVING count(*) > 1""",
    "a message left after the start of its appointment": """
        SELECT id FROM message WHERE sent_at >= expires_at + interval '1 minute'""",
    "a message may have left more than twice": """
        SELECT id FROM message WHERE possible_repeat > 2""",
    "something is kept of an erased case": """
        SELECT e.id FROM ended e WHERE e.what = 'case' AND (
            EXISTS (SELECT 1 FROM contact c WHERE c.case_id = e.id)
            OR EXISTS (SELECT 1 FROM appointment a WHERE a.case_id = e.id)
            OR EXISTS (SELECT 1 FROM message m WHERE m.case_id = e.id))""",
    "a number or an address is kept without its key": """
        SELECT account_id FROM account WHERE wrapped_key IS NULL AND (phone IS NOT NULL OR mail IS NOT NULL)""",
}


async def check(connection: asyncpg.Connection) -> list[str]:
    """What does not hold, one sentence each; an empty list when all does."""
    found = []
    for sentence, question in QUESTIONS.items():
        broken = await connection.fetch(question)
        if broken:
            shown = ", ".join(str(row[0]) for row in broken[:MOST_SHOWN])
            found.append(f"{sentence}: {len(broken)} ({shown})")
    return found
