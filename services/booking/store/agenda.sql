-- The projection `agenda_day`: how it is filled from openings, busy blocks and claims, and how it is locked.
-- Derived and nothing else: `agenda_refresh` over any range of days gives the same rows again.

-- The first start that fits with its buffers on the grid of each free stretch, not before `p_not_before`.
CREATE OR REPLACE FUNCTION first_start(
    p_free tstzmultirange, p_duration int, p_step int, p_before int, p_after int, p_not_before timestamptz)
RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    part tstzrange;
    start timestamptz;
BEGIN
    FOR part IN SELECT unnest(p_free) LOOP
        start := lower(part) + make_interval(mins => p_before);
        IF start < p_not_before THEN
            start := start + make_interval(mins => p_step
                * ceil(extract(epoch FROM p_not_before - start) / (60 * p_step))::int);
        END IF;
        IF start + make_interval(mins => p_duration + p_after) <= upper(part) THEN
            RETURN start;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Bookings and holds take the lock shared, whoever recomputes takes it alone, in a statement of its own before
-- reading: then no claim that it does not see can still commit.
CREATE OR REPLACE FUNCTION agenda_lock(p_expert uuid) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(uuid_hash_extended(p_expert, 0));
$$;

-- The local days that a range touches and that already hold as many claims as the expert wants in one day; claims on
-- `p_but` are not counted (whoever asks has them, or the constraint will refuse).
CREATE OR REPLACE FUNCTION agenda_full(
    p_expert uuid, p_range tstzrange, p_zone text, p_limit int, p_but tstzrange DEFAULT 'empty')
RETURNS tstzmultirange LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(range_agg(g.whole), '{}') FROM (
        SELECT tstzrange(at::date::timestamp AT TIME ZONE p_zone, (at::date + 1)::timestamp AT TIME ZONE p_zone) AS whole
        FROM generate_series((lower(p_range) AT TIME ZONE p_zone)::date::timestamp,
            (upper(p_range) - interval '1 microsecond') AT TIME ZONE p_zone, interval '1 day') at
    ) g WHERE p_limit <= (SELECT count(*) FROM claim c WHERE c.expert_id = p_expert AND c.active
        AND lower(c.during) > lower(g.whole) - interval '1 day' AND lower(c.during) < upper(g.whole)
        AND c.during && g.whole AND NOT c.during && p_but));
END $$;

-- Writes the days `p_first` to `p_last` of these experts anew (of one type when given), no further than each type's
-- horizon; under `agenda_lock` unless nobody else writes.
CREATE OR REPLACE FUNCTION agenda_refresh(
    p_experts uuid[], p_first date, p_last date, p_now timestamptz, p_type uuid DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last_shown date := least(p_last, p_now::date + 1 + (SELECT max(horizon_days) FROM consultation_type));
BEGIN
    DELETE FROM agenda_day WHERE expert_id = ANY(p_experts) AND day BETWEEN p_first AND p_last
        AND (p_type IS NULL OR type_id = p_type);
    INSERT INTO agenda_day (expert_id, type_id, day, profession, modality, visit,
        duration, step, buffer_before, buffer_after, minimum_notice, free, first_free)
    WITH opened AS (
        SELECT o.expert_id, o.day, range_merge(range_agg(o.during)) AS whole
        FROM opening_occurrence o
        WHERE o.expert_id = ANY(p_experts) AND o.day BETWEEN p_first AND last_shown
        GROUP BY o.expert_id, o.day
    ), taken AS MATERIALIZED (
        SELECT d.expert_id, d.day,
            coalesce((SELECT range_agg(b.during) FROM busy_block b
                WHERE b.expert_id = d.expert_id AND b.during && d.whole), '{}')
            + coalesce((SELECT range_agg(c.during) FROM claim c
                WHERE c.expert_id = d.expert_id AND c.active
                  AND lower(c.during) > lower(d.whole) - interval '1 day'
                  AND lower(c.during) < upper(d.whole) AND upper(c.during) > lower(d.whole)), '{}')
            + CASE WHEN e.daily_limit IS NULL THEN '{}'
                ELSE agenda_full(d.expert_id, d.whole, e.time_zone, e.daily_limit) END AS busy
        FROM opened d JOIN expert e ON e.id = d.expert_id AND e.active
    ), typed AS (
        SELECT o.expert_id, o.day, r.type_id, range_agg(o.during) AS opening
        FROM opening_occurrence o JOIN opening_rule_type r USING (rule_id)
        WHERE o.expert_id = ANY(p_experts) AND o.day BETWEEN p_first AND last_shown
          AND (p_type IS NULL OR r.type_id = p_type)
        GROUP BY o.expert_id, o.day, r.type_id
    ), shaped AS (
        SELECT y.expert_id, y.type_id, y.day, e.profession, t.modality, t.visit,
            coalesce(x.duration, t.duration) AS duration, coalesce(x.step, t.step) AS step,
            coalesce(x.buffer_before, t.buffer_before) AS buffer_before,
            coalesce(x.buffer_after, t.buffer_after) AS buffer_after,
            coalesce(x.minimum_notice, t.minimum_notice) AS minimum_notice, y.opening - k.busy AS free
        FROM typed y
        JOIN taken k USING (expert_id, day)
        JOIN expert e ON e.id = y.expert_id AND e.active
        JOIN consultation_type t ON t.id = y.type_id AND t.active AND t.modality = ANY(e.modalities)
            AND y.day <= (p_now AT TIME ZONE e.time_zone)::date + t.horizon_days
        LEFT JOIN expert_consultation_type x ON x.expert_id = y.expert_id AND x.type_id = y.type_id
    )
    SELECT s.*, first_start(s.free, s.duration, s.step, s.buffer_before, s.buffer_after,
        p_now + make_interval(mins => s.minimum_notice))
    FROM shaped s;
    INSERT INTO availability_due (expert_id) SELECT unnest(p_experts);
END $$;

-- A type was changed for the whole network: its rows say so in the same transaction. The table is had alone for that
-- (bookings wait, then read again), since the locks of ten thousand agendas would not fit. Minutes are changed in
-- place; days that come within reach are derived, and as no claim can land meanwhile none is missed.
CREATE OR REPLACE FUNCTION agenda_retype(p_type uuid, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kind record;
    offering uuid[];
    reached date;
BEGIN
    LOCK TABLE agenda_day IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO kind FROM consultation_type WHERE id = p_type;
    SELECT max(day) INTO reached FROM agenda_day WHERE type_id = p_type;
    DELETE FROM agenda_day d USING expert e WHERE d.type_id = p_type AND e.id = d.expert_id
        AND (NOT kind.active OR d.day > (p_now AT TIME ZONE e.time_zone)::date + kind.horizon_days);
    UPDATE agenda_day d SET duration = n.duration, step = n.step, buffer_before = n.buffer_before,
        buffer_after = n.buffer_after, minimum_notice = n.minimum_notice,
        first_free = first_start(d.free, n.duration, n.step, n.buffer_before, n.buffer_after,
            p_now + make_interval(mins => n.minimum_notice))
    FROM (SELECT e.id, coalesce(x.duration, t.duration) AS duration, coalesce(x.step, t.step) AS step,
            coalesce(x.buffer_before, t.buffer_before) AS buffer_before,
            coalesce(x.buffer_after, t.buffer_after) AS buffer_after,
            coalesce(x.minimum_notice, t.minimum_notice) AS minimum_notice
        FROM expert e JOIN consultation_type t ON t.id = p_type
        LEFT JOIN expert_consultation_type x ON x.expert_id = e.id AND x.type_id = t.id) n
    WHERE d.type_id = p_type AND n.id = d.expert_id
      AND (d.duration, d.step, d.buffer_before, d.buffer_after, d.minimum_notice)
        IS DISTINCT FROM (n.duration, n.step, n.buffer_before, n.buffer_after, n.minimum_notice);
    SELECT array_agg(DISTINCT o.expert_id) INTO offering
    FROM opening_rule o JOIN opening_rule_type r ON r.rule_id = o.id AND r.type_id = p_type;
    IF kind.active AND offering IS NOT NULL
        AND (reached IS NULL OR reached < p_now::date + kind.horizon_days + 1) THEN
        PERFORM agenda_refresh(offering, coalesce(reached - 2, p_now::date - 1),
            p_now::date + kind.horizon_days + 2, p_now, p_type);
    ELSE
        INSERT INTO availability_due (expert_id) SELECT unnest(offering);
    END IF;
END $$;

-- Takes a range out of the free time of each of these agendas, for every type: never stale, also when several bookings
-- of a day write at once, since each row is read again after its lock. The second lock gives them one order, and the
-- agendas come in theirs, so they cannot deadlock.
CREATE OR REPLACE FUNCTION agenda_subtract(p_experts uuid[], p_ranges tstzrange[], p_days date[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql
-- A handful of agendas, whatever the planner takes the arrays for: it read the whole table once statistics had changed.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(each, 1)) FROM unnest(p_experts) each;
    UPDATE agenda_day d SET
        free = d.free - g.gone,
        first_free = CASE
            WHEN lower(g.gone) >= d.first_free + make_interval(mins => d.duration + d.buffer_after) THEN d.first_free
            ELSE first_start(d.free - g.gone, d.duration, d.step, d.buffer_before, d.buffer_after,
                p_now + make_interval(mins => d.minimum_notice))
        END
    FROM (SELECT t.expert, t.day, tstzmultirange(t.during) + CASE WHEN e.daily_limit IS NULL THEN '{}'
            ELSE agenda_full(t.expert, t.during, e.time_zone, e.daily_limit) END AS gone
        FROM unnest(p_experts, p_ranges, p_days) AS t(expert, during, day) JOIN expert e ON e.id = t.expert OFFSET 0) g
    WHERE d.expert_id = g.expert AND d.day BETWEEN g.day - 1 AND g.day + 1 AND d.free && g.gone;
    INSERT INTO availability_due (expert_id) SELECT unnest(p_experts);
END $$;

-- Ends the holds of an expert that are over, and gives their time back; the caller has the agenda's lock alone.
CREATE OR REPLACE FUNCTION holds_end(p_expert uuid, p_now timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    gone tstzrange[];
    zone text;
BEGIN
    WITH ended AS (
        DELETE FROM claim
        WHERE expert_id = p_expert AND active AND kind = 'hold' AND expires_at <= p_now RETURNING during
    ) SELECT array_agg(during) INTO gone FROM ended;
    IF gone IS NULL THEN
        RETURN 0;
    END IF;
    SELECT time_zone INTO zone FROM expert WHERE id = p_expert;
    PERFORM agenda_refresh(ARRAY[p_expert], min(days.day) - 1, max(days.day) + 1, p_now)
    FROM (SELECT (lower(unnest(gone)) AT TIME ZONE zone)::date AS day) AS days;
    RETURN cardinality(gone);
END $$;
