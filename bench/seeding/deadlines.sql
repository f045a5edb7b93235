INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error, closed_at)
SELECT kind, id, occurrence, step, due_at, due_at,
       CASE WHEN due_at > :now::timestamptz AND NOT closed THEN 0 WHEN due_at > :now::timestamptz THEN 2
            WHEN kind = 101 AND read_at < due_at THEN 4 ELSE 1 END,
       0, '', CASE WHEN due_at > :now::timestamptz AND NOT closed THEN NULL ELSE least(due_at, :now::timestamptz) END
FROM (
    SELECT id, read_at, state IN ('CANCELLED', 'SUPERSEDED') AS closed, steps.kind, step, due_at,
           CASE WHEN steps.kind = 104 THEN 0 ELSE extract(epoch FROM starts_at)::bigint END AS occurrence
    FROM convocations_convocation AS c
    CROSS JOIN LATERAL (VALUES
        (100, 1, starts_at - interval '7 days', true),
        (100, 2, starts_at - interval '2 days', true),
        (100, 3, starts_at - interval '2 hours', true),
        (101, 0, starts_at - interval '2 days', bindingness = 'CONVOCATION'),
        (102, 0, ends_at, bindingness = 'CONVOCATION'),
        (103, 0, starts_at, bindingness = 'INVITATION'),
        (104, 0, ends_at + interval '2 days', bindingness = 'CONVOCATION' AND ends_at < :now::timestamptz)
    ) AS steps (kind, step, due_at, holds)
    -- Closed ones are forgotten after 90 days (parameter closed_deadline_retention_days).
    WHERE holds AND due_at > :now::timestamptz - interval '90 days'
) AS planned ORDER BY id;

INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error, closed_at)
SELECT kind, id, 0, 0, due_at, due_at,
       CASE WHEN due_at <= :now::timestamptz THEN 1 WHEN decided_at IS NULL THEN 0 ELSE 2 END, 0, '',
       CASE WHEN due_at <= :now::timestamptz THEN due_at WHEN decided_at IS NOT NULL THEN decided_at END
FROM convocations_absence
CROSS JOIN LATERAL (VALUES (120, explanation_due_at), (121, decide_by), (122, closes_at)) AS steps (kind, due_at)
WHERE coalesce(decided_at, due_at) > :now::timestamptz - interval '90 days' ORDER BY id;
