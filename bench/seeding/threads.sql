-- The threads of one round: the :j-th latest of everybody who has that many. People who sign in have 55, so that
-- their list fills a page; they and some people of the busy advisors have a long one besides (round 0), of 61
-- or 60 messages. A round's ids lie together, as does what its messages are made from.
INSERT INTO messaging_thread (id, ref, claimant_id, advisor_id, agency_id, topic, subject, state, opened_at, last_at,
    last_number, claimant_unread, advisor_unread, waiting_since, answer_due_at, reminded_at, escalated_at, expected,
    expected_by, days_left, resolved_at, resolved_by_id)
SELECT id, (id * 2654435761) & 1099511627775, i, advisor_id, agency_id,
       (ARRAY['APPOINTMENT', 'BENEFITS', 'JOB_SEARCH', 'DOCUMENTS', 'COMPLAINT', 'OTHER'])[1 + h % 6],
       (ARRAY['Mon prochain rendez-vous', 'Mon allocation du mois', 'Une formation en alternance', 'Mon attestation',
              'Une erreur dans mon dossier', 'Mon projet de reconversion', 'Un atelier à distance'])[1 + h % 7],
       state, opened_at, last_at, last_number,
       CASE WHEN state IN ('ANSWERED', 'WAITING_CLAIMANT') AND h % 3 = 0 AND :j > 0 THEN 1 ELSE 0 END,
       CASE WHEN state = 'WAITING_ADVISOR' AND h % 2 = 0 AND :j > 0 THEN 1 ELSE 0 END,
       CASE WHEN state = 'WAITING_ADVISOR' THEN last_at END,
       CASE WHEN state = 'WAITING_ADVISOR' THEN last_at + interval '3 days' END, NULL, NULL,
       CASE WHEN state = 'WAITING_CLAIMANT' THEN 'Votre contrat de travail signé' ELSE '' END,
       CASE WHEN state = 'WAITING_CLAIMANT' THEN :now::timestamptz + interval '10 days' END, NULL,
       CASE WHEN state = 'RESOLVED' THEN last_at + interval '2 hours' END,
       CASE WHEN state = 'RESOLVED' THEN advisor_id END
FROM (
    SELECT *, last_at - interval '7 hours' * (last_number - 1) AS opened_at
    FROM (
        SELECT *, (:rounds - :j)::bigint * 16777216 + i AS id,
               CASE WHEN :j = 0 THEN 60 ELSE 2 + 2 * (h % 3) END + (state = 'WAITING_ADVISOR')::int AS last_number,
               -- What waits was written lately; each round is a month older than the one before.
               :now::timestamptz - CASE WHEN state IN ('WAITING_ADVISOR', 'WAITING_CLAIMANT')
                    THEN interval '1 minute' * (1 + i * 7919 % 2800)
                    ELSE interval '4 days' + interval '30 days' * greatest(:j - 1, 0) + interval '1 minute' * (i * 7919 % 40000)
               END AS last_at
        FROM (
            SELECT *, CASE WHEN h % 100 < 10 THEN 'WAITING_ADVISOR' WHEN h % 100 < 15 THEN 'WAITING_CLAIMANT'
                           WHEN h % 100 < 35 THEN 'ANSWERED' ELSE 'RESOLVED' END AS state
            FROM (
                SELECT i, (i * 7919 + :j * 104729) % 100003 AS h, :advisor_base + 1 + (i - 1) / 150 AS advisor_id,
                       1 + ((i - 1) / 150) / 25 AS agency_id, i % :stride = 0 AS signs_in,
                       ((i - 1) / 150 + 1) % :busy_stride = 0 AND (i - 1) % 150 < 20 AS followed
                FROM generate_series(:first, :last, :pace) AS i
            ) AS people
            WHERE CASE WHEN :j = 0 THEN signs_in OR followed WHEN signs_in THEN :j <= 55
                       ELSE :j <= :threads_each + (i * 7919 % 1000 < :threads_more)::int END
        ) AS stated
    ) AS sized
) AS dated
ORDER BY i;
