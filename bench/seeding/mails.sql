INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state, created_at, run_at,
    leased_until, accepted_at, attempts, last_error, settled_at, payload)
SELECT mails.kind, claimant_id, id, occurrence, step, 1, 1, at, at, NULL, at + interval '3 seconds', 0, '',
       at + interval '4 seconds', NULL
FROM convocations_convocation AS c
CROSS JOIN LATERAL (VALUES
    (CASE WHEN bindingness = 'CONVOCATION' THEN 100 ELSE 101 END, 0, 0::bigint, issued_at),
    (102, 1, extract(epoch FROM starts_at)::bigint, starts_at - interval '7 days'),
    (102, 2, extract(epoch FROM starts_at)::bigint, starts_at - interval '2 days'),
    (102, 3, extract(epoch FROM starts_at)::bigint, starts_at - interval '2 hours')
) AS mails (kind, step, occurrence, at)
WHERE claimant_id % 50 <> 7 AND (step = 0 OR (claimant_id % 9 <> 0 AND state NOT IN ('CANCELLED', 'SUPERSEDED')))
  AND at < :now::timestamptz - interval '1 hour'
ORDER BY c.id, step;
