-- Holding and booking, each one call and one transaction: measured 1,530/s at 32 clients and 432 µs of Python where
-- statement by statement took 3,189 µs (booking.md §1.4). The rules are those of `services.booking.domain`; a property
-- test holds both equal. Refusals come back as a code; what was written before one is undone by raising it.

-- Whether a slot may be had, and what it takes: `code` is NULL when it may.
CREATE OR REPLACE FUNCTION slot_check(
    p_now timestamptz, p_expert uuid, p_type uuid, p_starts timestamptz,
    p_visit text, p_modalities text[], p_experts uuid[], p_not_experts uuid[],
    OUT code text, OUT claimed tstzrange, OUT ends_at timestamptz, OUT zone text, OUT modality text, OUT visit text,
    OUT cancel_limit int, OUT move_limit int, OUT privacy text)
LANGUAGE plpgsql AS $$
DECLARE
    kind record;
BEGIN
    SELECT e.time_zone, e.active, e.daily_limit, t.modality, t.visit, t.horizon_days, t.bookable_by, t.privacy,
        coalesce(x.minimum_notice, t.minimum_notice) AS minimum_notice,
        t.cancel_limit, t.move_limit, t.active AND t.modality = ANY(e.modalities) AS offered, span.ends_at, whole.claimed,
        EXISTS (SELECT FROM agenda_day d WHERE d.expert_id = e.id AND d.type_id = t.id
            AND d.day BETWEEN (p_starts AT TIME ZONE e.time_zone)::date - 1
                AND (p_starts AT TIME ZONE e.time_zone)::date + 1
            AND d.free @> whole.claimed) AS free
    INTO kind
    FROM expert e JOIN consultation_type t ON t.id = p_type
    LEFT JOIN expert_consultation_type x ON x.expert_id = e.id AND x.type_id = t.id
    CROSS JOIN LATERAL (SELECT p_starts + make_interval(mins => coalesce(x.duration, t.duration)) AS ends_at) AS span
    CROSS JOIN LATERAL (SELECT tstzrange(
        p_starts - make_interval(mins => coalesce(x.buffer_before, t.buffer_before)),
        span.ends_at + make_interval(mins => coalesce(x.buffer_after, t.buffer_after))) AS claimed) AS whole
    WHERE e.id = p_expert;
    IF NOT FOUND THEN
        code := CASE WHEN EXISTS (SELECT FROM expert WHERE id = p_expert) THEN 'unknown-type' ELSE 'unknown-expert' END;
        RETURN;
    END IF;
    zone := kind.time_zone;
    modality := kind.modality;
    visit := kind.visit;
    cancel_limit := kind.cancel_limit;
    move_limit := kind.move_limit;
    privacy := kind.privacy;
    ends_at := kind.ends_at;
    claimed := kind.claimed;
    code := CASE
        WHEN p_expert = ANY(p_not_experts) OR (cardinality(p_experts) > 0 AND NOT p_expert = ANY(p_experts))
            THEN 'expert-not-allowed'
        WHEN p_visit <> kind.visit OR (cardinality(p_modalities) > 0 AND NOT kind.modality = ANY(p_modalities))
            THEN 'type-not-allowed'
        WHEN kind.bookable_by = 'line' AND current_setting('app.role', true) = 'person' THEN 'type-not-allowed'
        WHEN NOT kind.active OR NOT kind.offered THEN 'slot-not-open'
        WHEN p_starts < p_now + make_interval(mins => kind.minimum_notice) THEN 'too-soon'
        WHEN (p_starts AT TIME ZONE zone)::date > (p_now AT TIME ZONE zone)::date + kind.horizon_days
            THEN 'beyond-horizon'
    END;
    -- What the agenda shows free is open and not busy: it is written in the transaction that changes either, and the
    -- caller has the lock. Only when it is not shown is it asked why (or it is one's own hold, or an own move).
    IF code IS NOT NULL OR kind.free THEN
        RETURN;
    END IF;
    IF (SELECT range_agg(o.during) @> claimed FROM opening_occurrence o
            JOIN opening_rule_type r ON r.rule_id = o.rule_id AND r.type_id = p_type
            WHERE o.expert_id = p_expert AND o.during && claimed
              AND o.day BETWEEN (p_starts AT TIME ZONE zone)::date - 1 AND (p_starts AT TIME ZONE zone)::date + 1
        ) IS NOT TRUE
        OR EXISTS (SELECT FROM busy_block b WHERE b.expert_id = p_expert AND b.during && claimed) THEN
        code := 'slot-not-open';
    ELSIF kind.daily_limit IS NOT NULL AND agenda_full(p_expert, claimed, zone, kind.daily_limit, claimed) <> '{}' THEN
        code := 'day-full';
    END IF;
END $$;

-- Locks the agenda as a booking does: shared, or alone when holds that are over must first give their time back, and
-- where a day holds only so many (two at once would both find room). Who may not wait is told whether they have it:
-- strangers are booked in the same transaction, and none of them shall wait for somebody else's agenda.
CREATE OR REPLACE FUNCTION agenda_enter(p_expert uuid, p_now timestamptz, p_waits boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claim
            WHERE expert_id = p_expert AND active AND kind = 'hold' AND expires_at <= p_now)
        OR EXISTS (SELECT FROM expert WHERE id = p_expert AND daily_limit IS NOT NULL) THEN
        IF p_waits THEN
            PERFORM agenda_lock(p_expert);
        ELSIF NOT pg_try_advisory_xact_lock(uuid_hash_extended(p_expert, 0)) THEN
            RETURN false;
        END IF;
        PERFORM holds_end(p_expert, p_now);
        RETURN true;
    END IF;
    IF p_waits THEN
        PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(p_expert, 0));
        RETURN true;
    END IF;
    RETURN pg_try_advisory_xact_lock_shared(uuid_hash_extended(p_expert, 0));
END $$;

-- Keeps a slot for its holder: `code` is `held`, or the refusal.
CREATE OR REPLACE FUNCTION hold_slot(
    p_now timestamptz, p_subject uuid, p_role text,
    p_expert uuid, p_type uuid, p_starts timestamptz,
    p_visit text, p_modalities text[], p_experts uuid[], p_not_experts uuid[],
    p_expires timestamptz, p_most int,
    OUT code text, OUT id bigint, OUT ends_at timestamptz, OUT expires_at timestamptz, OUT held_since timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
    slot record;
BEGIN
    PERFORM set_config('app.subject', p_subject::text, true), set_config('app.role', p_role, true);
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(p_subject, 2));
    PERFORM agenda_enter(p_expert, p_now, true);
    slot := slot_check(p_now, p_expert, p_type, p_starts, p_visit, p_modalities, p_experts, p_not_experts);
    code := slot.code;
    IF code IS NOT NULL THEN
        RETURN;
    END IF;
    ends_at := slot.ends_at;
    SELECT c.id, c.expires_at, c.held_since INTO hold_slot.id, hold_slot.expires_at, hold_slot.held_since
    FROM claim c WHERE c.expert_id = p_expert AND c.active AND c.kind = 'hold' AND c.holder_id = p_subject
      AND c.type_id = p_type AND c.starts_at = p_starts AND c.expires_at > p_now;
    IF FOUND THEN
        code := 'held';
        RETURN;
    END IF;
    IF (SELECT count(*) FROM claim c WHERE c.holder_id = p_subject AND c.active AND c.kind = 'hold'
            AND c.expires_at > p_now) >= p_most THEN
        code := 'too-many-holds';
        RETURN;
    END IF;
    INSERT INTO claim AS c (expert_id, during, kind, expires_at, holder_id, type_id, starts_at, held_since)
    VALUES (p_expert, slot.claimed, 'hold', p_expires, p_subject, p_type, p_starts, p_now)
    ON CONFLICT DO NOTHING RETURNING c.id INTO hold_slot.id;
    IF hold_slot.id IS NULL THEN
        code := 'slot-taken';
        RETURN;
    END IF;
    expires_at := p_expires;
    held_since := p_now;
    PERFORM agenda_subtract(ARRAY[p_expert], ARRAY[slot.claimed], ARRAY[(p_starts AT TIME ZONE slot.zone)::date], p_now);
    code := 'held';
END $$;

-- Books for several at once, each position of the arrays one of them: `code` is `booked` or `replayed` with the answer
-- in `body`, or the refusal. All cases and keys are different ones; the agendas come in the order of their ids, and of
-- one agenda only one hour (wanted by however many: one has it, and nothing of that day is counted twice).
-- Unless `p_waits`, nobody waits for an agenda that someone changes: `agenda-busy` asks to be called alone. What is
-- refused after it was written (`case-overlap`, `key-reused`) is raised, and undoes all of them. Lists of one of them
-- (modalities, experts) come as the text of an array.
CREATE OR REPLACE FUNCTION book(
    p_now timestamptz[], p_subject uuid[], p_role text[], p_request text[], p_key text[], p_hash bytea[],
    p_id uuid[], p_expert uuid[], p_type uuid[], p_starts timestamptz[], p_hold bigint[],
    p_case uuid[], p_referral uuid[], p_visit text[], p_modalities text[], p_experts text[], p_not_experts text[],
    p_level smallint[], p_nickname text[], p_person_zone text[], p_privacy text[], p_waits boolean)
RETURNS TABLE (code text, body bytea) LANGUAGE plpgsql
-- Sixteen at most: what is theirs is found by its index, whatever the planner takes the arrays for.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    codes text[];
    bodies bytea[];
    claims int;
    keys int;
    experts uuid[];
    ranges tstzrange[];
    days date[];
BEGIN
    WITH asked AS (
        SELECT * FROM unnest(p_now, p_subject, p_role, p_request, p_key, p_hash, p_id, p_expert, p_type, p_starts,
            p_hold, p_case, p_referral, p_visit, p_modalities, p_experts, p_not_experts, p_level, p_nickname,
            p_person_zone, p_privacy) WITH ORDINALITY AS a(at, subject, role, request, key, hash, id, expert, type,
            starts, hold, case_id, referral, asked_visit, modalities, experts, not_experts, level, nickname,
            person_zone, asked_privacy, n)
    ), looked AS MATERIALIZED (
        -- Locked before it is checked: openings and absences cannot change any more until we are through.
        SELECT a.*, s.claimed, s.ends_at, s.zone, s.modality, s.visit, former.body AS former,
            CASE WHEN s.privacy = 'silent' THEN s.privacy ELSE a.asked_privacy END AS privacy,
            CASE
                WHEN former.request_hash = a.hash THEN 'replayed'
                WHEN former.request_hash IS NOT NULL THEN 'key-reused'
                WHEN NOT lock.entered THEN 'agenda-busy'
                ELSE coalesce(s.code, CASE WHEN EXISTS (SELECT FROM claim c WHERE c.id = a.hold
                    AND c.holder_id = a.subject AND c.active AND c.kind = 'hold'
                    AND (c.expert_id <> a.expert OR c.type_id <> a.type OR c.starts_at <> a.starts))
                    THEN 'hold-mismatch' END)
            END AS code
        FROM asked a
        LEFT JOIN LATERAL (SELECT i.request_hash, i.body FROM idempotency i
            WHERE i.subject = a.subject AND i.key = a.key OFFSET 0) former ON true
        LEFT JOIN LATERAL (SELECT agenda_enter(a.expert, a.at, p_waits) AS entered,
                set_config('app.subject', a.subject::text, true) AS subject, set_config('app.role', a.role, true) AS role
            WHERE former.request_hash IS NULL OFFSET 0) lock ON true
        LEFT JOIN LATERAL (SELECT * FROM slot_check(a.at, a.expert, a.type, a.starts, a.asked_visit,
                a.modalities::text[], a.experts::uuid[], a.not_experts::uuid[])
            WHERE lock.entered AND lock.role = a.role OFFSET 0) s ON true
    ), kept AS (
        UPDATE claim c SET kind = 'appointment', expires_at = NULL, appointment_id = l.id
        FROM looked l WHERE l.code IS NULL AND c.id = l.hold AND c.holder_id = l.subject AND c.active
            AND c.kind = 'hold' AND c.expires_at > l.at
        RETURNING l.n
    ), claimed AS (
        -- The claim first: whoever loses the race writes nothing else.
        INSERT INTO claim AS c (expert_id, during, kind, appointment_id, holder_id)
        SELECT l.expert, l.claimed, 'appointment', l.id, l.subject
        FROM looked l WHERE l.code IS NULL AND l.hold IS NULL ORDER BY l.n
        ON CONFLICT DO NOTHING RETURNING c.appointment_id
    ), had AS MATERIALIZED (
        SELECT l.* FROM looked l
        WHERE l.n IN (SELECT k.n FROM kept k) OR l.id IN (SELECT c.appointment_id FROM claimed c)
    ), made AS (
        INSERT INTO appointment AS m (id, expert_id, type_id, case_id, referral_id, starts_at, ends_at, expert_zone,
            person_zone, status, modality, visit, level, nickname, privacy, version, sequence, ical_uid, created_by,
            created_by_role, permit_experts, permit_not_experts, created_at)
        SELECT h.id, h.expert, h.type, h.case_id, h.referral, h.starts, h.ends_at, h.zone,
            h.person_zone, 'booked', h.modality, h.visit, h.level, h.nickname, h.privacy, 1, 0, h.id::text, h.subject,
            h.role, h.experts::uuid[], h.not_experts::uuid[], h.at
        FROM had h ORDER BY h.n ON CONFLICT DO NOTHING RETURNING m.id
    ), written AS MATERIALIZED (
        SELECT h.*, convert_to(json_build_object('id', h.id, 'expert_id', h.expert, 'type_id', h.type,
            'case_id', h.case_id, 'referral_id', h.referral, 'starts_at', h.starts, 'ends_at', h.ends_at,
            'status', 'booked', 'modality', h.modality, 'visit', h.visit, 'nickname', h.nickname,
            'expert_zone', h.zone, 'person_zone', h.person_zone, 'version', 1, 'sequence', 0, 'ical_uid', h.id,
            'cancellable', true, 'movable', true)::text, 'UTF8') AS answer
        FROM had h JOIN made m ON m.id = h.id
    ), remembered AS (
        INSERT INTO idempotency AS i (subject, key, request_hash, status, body, at)
        SELECT w.subject, w.key, w.hash, 201, w.answer, w.at FROM written w WHERE w.key IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING i.key
    ), happened AS (
        INSERT INTO appointment_event (appointment_id, seq, at, actor, actor_role, kind, after)
        SELECT w.id, 1, w.at, w.subject, w.role, 'booked', jsonb_build_object('starts_at', w.starts) FROM written w
    ), told AS (
        INSERT INTO outbox (kind, request_id, payload)
        SELECT news.kind, w.request, news.payload FROM written w CROSS JOIN LATERAL (VALUES
            ('AppointmentBooked', jsonb_build_object('appointment_id', w.id, 'version', 1, 'case_id', w.case_id,
                'referral_id', w.referral, 'expert_id', w.expert, 'starts_at', w.starts, 'ends_at', w.ends_at,
                'person_zone', w.person_zone, 'modality', w.modality, 'privacy', w.privacy,
                'expert_zone', w.zone, 'visit', w.visit)),
            ('CaseLastAppointment', jsonb_build_object('case_id', w.case_id,
                'version', (extract(epoch FROM w.at) * 1000000)::bigint, 'opens_until',
                greatest(w.ends_at, (SELECT max(a.ends_at) FROM appointment a WHERE a.case_id = w.case_id),
                    (SELECT max(a.ends_at) FROM group_place g JOIN appointment a ON a.id = g.appointment_id
                        WHERE g.case_id = w.case_id AND g.status <> 'left')) + interval '2 hours'))
        ) AS news(kind, payload)
    ), seen AS (
        INSERT INTO audit (subject, role, action, thing, thing_id, request_id)
        SELECT w.subject, w.role, 'book', 'case', w.case_id, w.request FROM written w
    )
    SELECT array_agg(CASE WHEN l.code IS NOT NULL THEN l.code WHEN w.id IS NOT NULL THEN 'booked'
            WHEN l.hold IS NULL THEN 'slot-taken' ELSE 'hold-expired' END ORDER BY l.n),
        array_agg(coalesce(w.answer, l.former) ORDER BY l.n),
        (SELECT count(*) FROM had) - count(w.id),
        count(w.key) - (SELECT count(*) FROM remembered),
        array_agg(l.expert ORDER BY l.n) FILTER (WHERE w.id IS NOT NULL AND l.hold IS NULL) AS experts,
        array_agg(l.claimed ORDER BY l.n) FILTER (WHERE w.id IS NOT NULL AND l.hold IS NULL) AS ranges,
        array_agg((l.starts AT TIME ZONE l.zone)::date ORDER BY l.n)
            FILTER (WHERE w.id IS NOT NULL AND l.hold IS NULL) AS days
    INTO codes, bodies, claims, keys, experts, ranges, days
    FROM looked l LEFT JOIN written w ON w.n = l.n;
    IF claims > 0 OR keys > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'VE409',
            MESSAGE = CASE WHEN claims > 0 THEN 'case-overlap' ELSE 'key-reused' END;
    END IF;
    IF experts IS NOT NULL THEN
        PERFORM agenda_subtract(experts, ranges, days, p_now[1]);
    END IF;
    -- The twin of a request may have won: then its answer is ours.
    IF codes && '{slot-taken,hold-expired}' THEN
        SELECT array_agg(CASE WHEN i.key IS NULL OR t.code NOT IN ('slot-taken', 'hold-expired') THEN t.code
                WHEN i.request_hash = t.hash THEN 'replayed' ELSE 'key-reused' END ORDER BY t.n),
            array_agg(CASE WHEN t.code IN ('slot-taken', 'hold-expired') THEN i.body ELSE t.body END ORDER BY t.n)
        INTO codes, bodies
        FROM unnest(codes, bodies, p_subject, p_key, p_hash)
            WITH ORDINALITY AS t(code, body, subject, key, hash, n)
        LEFT JOIN idempotency i ON i.subject = t.subject AND i.key = t.key;
    END IF;
    RETURN QUERY SELECT * FROM unnest(codes, bodies);
END $$;
