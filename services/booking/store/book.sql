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
-- where a day holds only so many (two at once would both find room).
CREATE OR REPLACE FUNCTION agenda_enter(p_expert uuid, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claim
            WHERE expert_id = p_expert AND active AND kind = 'hold' AND expires_at <= p_now)
        OR EXISTS (SELECT FROM expert WHERE id = p_expert AND daily_limit IS NOT NULL) THEN
        PERFORM agenda_lock(p_expert);
        PERFORM holds_end(p_expert, p_now);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(p_expert, 0));
    END IF;
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
    PERFORM agenda_enter(p_expert, p_now);
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
    PERFORM agenda_subtract(p_expert, slot.claimed, (p_starts AT TIME ZONE slot.zone)::date, p_now);
    code := 'held';
END $$;

-- Books: `code` is `booked` or `replayed` with the answer in `body`, or the refusal.
CREATE OR REPLACE FUNCTION book(
    p_now timestamptz, p_subject uuid, p_role text, p_request text, p_key text, p_hash bytea,
    p_id uuid, p_expert uuid, p_type uuid, p_starts timestamptz, p_hold bigint,
    p_case uuid, p_referral uuid, p_visit text, p_modalities text[], p_experts uuid[], p_not_experts uuid[],
    p_level smallint, p_nickname text, p_person_zone text, p_privacy text,
    OUT code text, OUT body bytea)
LANGUAGE plpgsql AS $$
DECLARE
    slot record;
    former record;
    claim_id bigint;
BEGIN
    PERFORM set_config('app.subject', p_subject::text, true), set_config('app.role', p_role, true);
    IF p_key IS NOT NULL THEN
        SELECT i.request_hash, i.body INTO former FROM idempotency i WHERE i.subject = p_subject AND i.key = p_key;
        IF FOUND THEN
            code := CASE WHEN former.request_hash = p_hash THEN 'replayed' ELSE 'key-reused' END;
            body := former.body;
            RETURN;
        END IF;
    END IF;
    -- Locked before it is checked: openings and absences cannot change any more until we are through.
    PERFORM agenda_enter(p_expert, p_now);
    slot := slot_check(p_now, p_expert, p_type, p_starts, p_visit, p_modalities, p_experts, p_not_experts);
    code := slot.code;
    IF code IS NOT NULL THEN
        RETURN;
    END IF;

    p_privacy := CASE WHEN slot.privacy = 'silent' THEN slot.privacy ELSE p_privacy END;

    -- The claim first: whoever loses the race writes nothing else.
    IF p_hold IS NOT NULL THEN
        IF EXISTS (SELECT FROM claim c WHERE c.id = p_hold AND c.holder_id = p_subject AND c.active
                AND c.kind = 'hold' AND (c.expert_id <> p_expert OR c.type_id <> p_type OR c.starts_at <> p_starts)) THEN
            code := 'hold-mismatch';
            RETURN;
        END IF;
        UPDATE claim c SET kind = 'appointment', expires_at = NULL, appointment_id = p_id
        WHERE c.id = p_hold AND c.holder_id = p_subject AND c.active AND c.kind = 'hold' AND c.expires_at > p_now
        RETURNING c.id INTO claim_id;
    ELSE
        INSERT INTO claim AS c (expert_id, during, kind, appointment_id, holder_id)
        VALUES (p_expert, slot.claimed, 'appointment', p_id, p_subject)
        ON CONFLICT DO NOTHING RETURNING c.id INTO claim_id;
    END IF;
    IF claim_id IS NULL THEN
        -- The twin of this very request may have won: then its answer is ours.
        SELECT i.request_hash, i.body INTO former FROM idempotency i WHERE i.subject = p_subject AND i.key = p_key;
        IF FOUND THEN
            code := CASE WHEN former.request_hash = p_hash THEN 'replayed' ELSE 'key-reused' END;
            body := former.body;
        ELSE
            code := CASE WHEN p_hold IS NULL THEN 'slot-taken' ELSE 'hold-expired' END;
        END IF;
        RETURN;
    END IF;

    INSERT INTO appointment (id, expert_id, type_id, case_id, referral_id, starts_at, ends_at, expert_zone, person_zone,
        status, modality, visit, level, nickname, privacy, version, sequence, ical_uid, created_by, created_by_role,
        permit_experts, permit_not_experts, created_at)
    VALUES (p_id, p_expert, p_type, p_case, p_referral, p_starts, slot.ends_at, slot.zone, p_person_zone,
        'booked', slot.modality, slot.visit, p_level, p_nickname, p_privacy, 1, 0, p_id::text, p_subject, p_role,
        p_experts, p_not_experts, p_now)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'VE409', MESSAGE = 'case-overlap';
    END IF;
    body := convert_to(json_build_object('id', p_id, 'expert_id', p_expert, 'type_id', p_type, 'case_id', p_case,
        'referral_id', p_referral, 'starts_at', p_starts, 'ends_at', slot.ends_at, 'status', 'booked',
        'modality', slot.modality, 'visit', slot.visit, 'nickname', p_nickname, 'expert_zone', slot.zone,
        'person_zone', p_person_zone, 'version', 1, 'sequence', 0, 'ical_uid', p_id,
        'cancellable', true, 'movable', true)::text, 'UTF8');
    IF p_key IS NOT NULL THEN
        INSERT INTO idempotency (subject, key, request_hash, status, body, at)
        VALUES (p_subject, p_key, p_hash, 201, body, p_now) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'VE409', MESSAGE = 'key-reused';
        END IF;
    END IF;
    INSERT INTO appointment_event (appointment_id, seq, at, actor, actor_role, kind, after)
    VALUES (p_id, 1, p_now, p_subject, p_role, 'booked', jsonb_build_object('starts_at', p_starts));
    INSERT INTO outbox (kind, request_id, payload) VALUES
        ('AppointmentBooked', p_request, jsonb_build_object('appointment_id', p_id, 'version', 1, 'case_id', p_case,
            'referral_id', p_referral, 'expert_id', p_expert, 'starts_at', p_starts, 'ends_at', slot.ends_at,
            'person_zone', p_person_zone, 'modality', slot.modality, 'privacy', p_privacy,
            'expert_zone', slot.zone, 'visit', slot.visit)),
        ('CaseLastAppointment', p_request, jsonb_build_object('case_id', p_case,
            'version', (extract(epoch FROM p_now) * 1000000)::bigint, 'opens_until',
            greatest((SELECT max(a.ends_at) FROM appointment a WHERE a.case_id = p_case),
                (SELECT max(a.ends_at) FROM group_place g JOIN appointment a ON a.id = g.appointment_id
                    WHERE g.case_id = p_case AND g.status <> 'left')) + interval '2 hours'));
    INSERT INTO audit (subject, role, action, thing, thing_id, request_id)
    VALUES (p_subject, p_role, 'book', 'case', p_case, p_request);
    IF p_hold IS NULL THEN
        PERFORM agenda_subtract(p_expert, slot.claimed, (p_starts AT TIME ZONE slot.zone)::date, p_now);
    END IF;
    code := 'booked';
END $$;
