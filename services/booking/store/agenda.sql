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

-- Writes the days `p_first` to `p_last` of these experts anew, no further than each type's horizon; under `agenda_lock` unless nobody else writes.
CREATE OR REPLACE FUNCTION agenda_refresh(p_experts uuid[], p_first date, p_last date, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM agenda_day WHERE expert_id = ANY(p_experts) AND day BETWEEN p_first AND p_last;
    INSERT INTO agenda_day (expert_id, type_id, day, profession, modality, visit,
        duration, step, buffer_before, buffer_after, minimum_notice, free, first_free)
    WITH opened AS (
        SELECT o.expert_id, o.day, range_merge(range_agg(o.during)) AS whole
        FROM opening_occurrence o
        WHERE o.expert_id = ANY(p_experts) AND o.day BETWEEN p_first AND p_last
        GROUP BY o.expert_id, o.day
    ), taken AS MATERIALIZED (
        SELECT d.expert_id, d.day,
            coalesce((SELECT range_agg(b.during) FROM busy_block b
                WHERE b.expert_id = d.expert_id AND b.during && d.whole), '{}')
            + coalesce((SELECT range_agg(c.during) FROM claim c
                WHERE c.expert_id = d.expert_id AND c.active
                  AND lower(c.during) > lower(d.whole) - interval '1 day'
                  AND lower(c.during) < upper(d.whole) AND upper(c.during) > lower(d.whole)), '{}') AS busy
        FROM opened d
    ), typed AS (
        SELECT o.expert_id, o.day, r.type_id, range_agg(o.during) AS opening
        FROM opening_occurrence o JOIN opening_rule_type r USING (rule_id)
        WHERE o.expert_id = ANY(p_experts) AND o.day BETWEEN p_first AND p_last
        GROUP BY o.expert_id, o.day, r.type_id
    ), shaped AS (
        SELECT y.expert_id, y.type_id, y.day, e.profession, t.modality, t.visit,
            coalesce(x.duration, t.duration) AS duration, coalesce(x.step, t.step) AS step,
            coalesce(x.buffer_before, t.buffer_before) AS buffer_before,
            coalesce(x.buffer_after, t.buffer_after) AS buffer_after,
            t.minimum_notice, y.opening - k.busy AS free
        FROM typed y
        JOIN taken k USING (expert_id, day)
        JOIN expert e ON e.id = y.expert_id AND e.active
        JOIN consultation_type t ON t.id = y.type_id AND t.modality = ANY(e.modalities)
            AND y.day <= (p_now AT TIME ZONE e.time_zone)::date + t.horizon_days
        LEFT JOIN expert_consultation_type x ON x.expert_id = y.expert_id AND x.type_id = y.type_id
    )
    SELECT s.*, first_start(s.free, s.duration, s.step, s.buffer_before, s.buffer_after,
        p_now + make_interval(mins => s.minimum_notice))
    FROM shaped s;
    INSERT INTO availability_due (expert_id) SELECT unnest(p_experts);
END $$;

-- Takes one range out of every type's free time: never stale, also when several bookings of a day write at once,
-- since each row is read again after its lock. The second lock gives them one order, so they cannot deadlock.
CREATE OR REPLACE FUNCTION agenda_subtract(p_expert uuid, p_range tstzrange, p_day date, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(p_expert, 1));
    UPDATE agenda_day SET
        free = free - tstzmultirange(p_range),
        first_free = CASE
            WHEN lower(p_range) >= first_free + make_interval(mins => duration + buffer_after) THEN first_free
            ELSE first_start(free - tstzmultirange(p_range), duration, step, buffer_before, buffer_after,
                p_now + make_interval(mins => minimum_notice))
        END
    WHERE expert_id = p_expert AND day BETWEEN p_day - 1 AND p_day + 1 AND free && p_range;
    INSERT INTO availability_due (expert_id) VALUES (p_expert);
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
