-- Unread soon before the start, refused e-mail, no e-mail: somebody has to call.
INSERT INTO convocations_calltask (ref, convocation_id, claimant_id, advisor_id, reason, state, opened_at, due_at, closed_at)
SELECT (id * 137438953481) & 1099511627775, id, claimant_id, advisor_id,
       CASE WHEN claimant_id % 50 = 7 THEN 'NO_EMAIL' ELSE 'UNREAD' END,
       'OPEN', :now::timestamptz - interval '1 hour', starts_at - interval '1 day', NULL
FROM convocations_convocation
WHERE state IN ('ISSUED', 'DELIVERED') AND bindingness = 'CONVOCATION'
  AND (starts_at < :now::timestamptz + interval '48 hours' OR claimant_id % 50 = 7 OR id IN (
        SELECT id FROM convocations_convocation WHERE advisor_id % :busy_stride = :busy_rest AND state = 'DELIVERED'))
  AND starts_at > :now::timestamptz
ORDER BY id;
