-- An absence for each missed appointment; those of the last appointment (and of the busy advisors) are open.
-- An excused one, and four open ones in five, has an explanation with its document under review.
INSERT INTO convocations_absence (ref, convocation_id, claimant_id, advisor_id, agency_id, state, recorded_at,
    explanation_due_at, explained_at, period_ended_at, decide_by, closes_at, escalated_at, decided_at, decided_by_id,
    reasons, report, new_appointment_id, annulled_at, annulled_by_id, annulment_reason)
SELECT ref, id, claimant_id, advisor_id, agency_id,
       CASE WHEN state = 'EXCUSED' THEN 'EXCUSED' WHEN NOT open THEN 'CLOSED_NO_ACTION'
            WHEN explained THEN 'EXPLAINED' ELSE 'EXPLANATION_REQUESTED' END,
       recorded_at, recorded_at + interval '7 days',
       CASE WHEN state = 'EXCUSED' OR explained THEN recorded_at + interval '1 hour' END,
       CASE WHEN recorded_at + interval '7 days' < :now::timestamptz THEN recorded_at + interval '7 days' END,
       recorded_at + interval '21 days', recorded_at + interval '37 days', NULL,
       CASE WHEN state = 'EXCUSED' OR NOT open THEN recorded_at + interval '10 days' END,
       CASE WHEN state = 'EXCUSED' OR NOT open THEN advisor_id END,
       CASE WHEN state = 'EXCUSED' OR NOT open THEN 'Motif légitime, document à l’appui.' ELSE '' END,
       '', NULL, NULL, NULL, ''
FROM (
    SELECT *, state = 'ABSENT' AND starts_at > :now::timestamptz - interval '22 days' AS open,
           state = 'ABSENT' AND starts_at > :now::timestamptz - interval '22 days' AND claimant_id % 5 <> 4 AS explained
    FROM convocations_convocation WHERE state IN ('ABSENT', 'EXCUSED')
) AS missed ORDER BY id;

INSERT INTO convocations_explanation (absence_id, form_key, motive, text, sworn, given_at, given_by_id, after_period, content_hash)
SELECT id, md5(id::text)::uuid, 'HEALTH_SELF', 'J’étais malade ce jour-là.', false, explained_at, claimant_id, false,
       sha256(int8send(id))
FROM convocations_absence WHERE explained_at IS NOT NULL ORDER BY id;

INSERT INTO core_document (ref, owner_id, title, is_health, state, uploaded_at, uploaded_by_id, sha256, size, clean_key,
    clean_sha256, clean_size, mime, pages, scan, rejection, settled_at, keep_until, hold, purged_at)
SELECT ref, claimant_id, 'Certificat médical', true, 'RECEIVED', explained_at, claimant_id, sha256(int8send(id)), 180000,
    'bench/' || id, sha256(int8send(id)), 170000, 'application/pdf', 1, 'clamav', '', explained_at,
    (explained_at + interval '2 years')::date, false, NULL
FROM convocations_absence WHERE explained_at IS NOT NULL ORDER BY id;

INSERT INTO convocations_justificatif (ref, document_id, absence_id, explanation_id, claimant_id, advisor_id, state,
    sent_at, review_by, reviewed_at, reviewed_by_id, remark, complete_by)
SELECT a.ref, d.id, a.id, e.id, a.claimant_id, a.advisor_id, CASE WHEN a.decided_at IS NULL THEN 'IN_REVIEW' ELSE 'ACCEPTED' END,
       a.explained_at, a.explained_at + interval '2 days', CASE WHEN a.decided_at IS NULL THEN NULL ELSE a.decided_at END,
       CASE WHEN a.decided_at IS NULL THEN NULL ELSE a.advisor_id END, '', NULL
FROM convocations_absence AS a JOIN convocations_explanation AS e ON e.absence_id = a.id JOIN core_document AS d ON d.ref = a.ref
ORDER BY a.id;
