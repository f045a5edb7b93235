-- What time will bring to the threads that wait; the numbers start after those chosen above.
INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
SELECT 200, id, extract(epoch FROM waiting_since)::bigint, step, due_at, due_at, 0, 0, ''
FROM messaging_thread
CROSS JOIN LATERAL (VALUES (1, waiting_since + interval '54 hours'), (2, answer_due_at)) AS steps (step, due_at)
WHERE state = 'WAITING_ADVISOR' ORDER BY id;

INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
SELECT 201, id, extract(epoch FROM last_at)::bigint, 0, expected_by, expected_by, 0, 0, ''
FROM messaging_thread WHERE state = 'WAITING_CLAIMANT' ORDER BY id;

SELECT setval(pg_get_serial_sequence('messaging_thread', 'id'), (SELECT max(id) FROM messaging_thread));
