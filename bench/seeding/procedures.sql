-- Delegates, eight a region; one procedure for a tenth of the people (and all who sign in), in every state, with
-- what belongs to it: the time to answer, decisions, times to act, appeals, wishes to lift, what is owed, the journal.
-- A case has the number of its person, and so have its children: they follow from arithmetic, without a join.
INSERT INTO accounts_user (id, password, last_login, email, first_name, last_name, role, is_active, date_joined)
SELECT 2 * :advisor_base + d, '!' || md5(d::text), NULL, 'delegue' || d || '@direction.example', 'Dominique', 'Délégué ' || d,
       'DECISION_MAKER', true, :now::timestamptz - interval '3 years'
FROM generate_series(1, :delegates) AS d;

INSERT INTO accounts_decisionmaker (user_id, region)
SELECT 2 * :advisor_base + d, 'Région ' || (1 + (d - 1) % 13) FROM generate_series(1, :delegates) AS d;

CREATE FUNCTION pg_temp.midnight(at timestamptz) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
    SELECT date_trunc('day', at AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris' $$;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT i, agency, region, 2 * :advisor_base + number + 13 * (hash / 20000 % 8) AS decider, :advisor_base + 1 + (i - 1) / 150 AS advisor,
       hash / 160000 AS odd, state, begun, begun + interval '3 days' AS taken, begun + interval '6 days' AS sent,
       begun + interval '8 days' AS received, begun + interval '25 days' AS decided, begun + interval '28 days' AS notified,
       pg_temp.midnight(begun + interval '20 days') AS answer_by, pg_temp.midnight(begun + interval '35 days') AS decide_by,
       pg_temp.midnight(begun + interval '30 days') AS starts, pg_temp.midnight(begun + interval '91 days') AS ends
FROM (
    SELECT i, hash, agency, number, 'Région ' || number AS region, state,
           :now::timestamptz - interval '1 day' * (youngest + (hash / 20 % 1000) / 1000.0 * (oldest - youngest)) AS begun
    FROM (
        SELECT i, abs(hashint8(i)::bigint) AS hash, 1 + ((i - 1) / 150) / 25 AS agency,
               1 + (1 + ((i - 1) / 150) / 25) % 13 AS number
        FROM generate_series(1::bigint, :claimants) AS i WHERE i % 10 = 0 OR i % :stride = 0
    ) AS person JOIN (VALUES
        (0, 'REFERRED', 0.1, 9), (1, 'EXAMINED', 3.5, 5.5), (2, 'NOTICE_SENT', 6.1, 7.9), (3, 'NOTICE_RECEIVED', 8.5, 18.5),
        (4, 'OBSERVATIONS_FILED', 9.5, 18.5), (5, 'HEARING_REQUESTED', 9.5, 18.5), (6, 'DECISION_DUE', 20.5, 33.5),
        (7, 'DECIDED', 25.5, 33.5), (8, 'IN_FORCE', 30.5, 89), (9, 'IN_FORCE', 30.5, 89), (10, 'LIFT_REQUESTED', 30.5, 89),
        (11, 'EXPIRED', 92, 600), (12, 'EXPIRED', 92, 600), (13, 'EXPIRED', 92, 600), (14, 'EXPIRED', 92, 600),
        (15, 'EXPIRED', 92, 600), (16, 'LIFTED', 92, 600), (17, 'CLOSED', 6, 600), (18, 'CLOSED', 6, 600), (19, 'LAPSED', 36, 600)
    ) AS stands (slot, state, youngest, oldest) ON slot = hash % 20
) AS dated;
ANALYZE told;

INSERT INTO measures_case (id, ref, claimant_id, agency_id, region, state, origin, origin_id, origin_ref, facts_on, report,
    evidence, referred_by_id, referred_at, bareme_id, breach, situation, rank, daily_allowance, decider_id, taken_at, decide_by,
    ended_at, ended_by_id, ending_reasons)
SELECT i, (i * 137438953481 + 7) & 1099511627775, i, agency, region, state, 'ABSENCE', i, 'AB-' || lpad(i::text, 8, '0'),
       (begun - interval '20 days')::date, 'Absence à un entretien, sans explication reçue dans le délai.',
       jsonb_build_array(jsonb_build_object('at', to_char(begun - interval '30 days', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                                            'what', 'Convocation déposée dans l’espace.')),
       advisor, begun, (SELECT id FROM measures_baremeversion WHERE code = 'fr-2025-06-01'), 'ASSIDUITY', 'BENEFIT', 1, 31.59,
       CASE WHEN state <> 'REFERRED' THEN decider END, CASE WHEN state <> 'REFERRED' THEN taken END,
       CASE WHEN state NOT IN ('REFERRED', 'EXAMINED', 'NOTICE_SENT', 'NOTICE_RECEIVED', 'OBSERVATIONS_FILED', 'CLOSED')
            THEN decide_by END,
       CASE state WHEN 'CLOSED' THEN begun + interval '5 days' WHEN 'LAPSED' THEN decide_by END,
       CASE state WHEN 'CLOSED' THEN decider END,
       CASE state WHEN 'CLOSED' THEN 'La convocation est arrivée trop tard.' WHEN 'LAPSED' THEN 'Aucune décision à temps.' ELSE '' END
FROM told ORDER BY begun;

INSERT INTO measures_notice (id, case_id, facts, breach, permitted, author_id, prepared_at, sent_at, received_at, received_how,
    observations_until, content_hash, outcome, share, length, unit, comply_days, condition, estimate)
SELECT i, i, 'Vous n’êtes pas venu au rendez-vous prévu.', 'ASSIDUITY',
       jsonb_build_array('première mesure : suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-1)'), decider,
       sent - interval '1 day', sent, CASE WHEN state <> 'NOTICE_SENT' THEN received END,
       CASE WHEN state <> 'NOTICE_SENT' THEN 'CONSULTED' ELSE '' END, CASE WHEN state <> 'NOTICE_SENT' THEN answer_by END,
       sha256(int8send(i)), 'SUSPENSION', 50, 2, 'MONTHS', NULL, '', 947.70
FROM told WHERE state NOT IN ('REFERRED', 'EXAMINED', 'CLOSED') ORDER BY i;

INSERT INTO measures_observations (id, case_id, form_key, text, given_at, given_by_id, after_period, content_hash)
SELECT i, i, md5(i::text)::uuid, 'Mon train a été supprimé ce matin-là. Je joins l’attestation du transporteur.',
       received + interval '1 day', i, false, sha256(int8send(i))
FROM told WHERE state = 'OBSERVATIONS_FILED' OR (odd % 2 = 0 AND state NOT IN
    ('REFERRED', 'EXAMINED', 'CLOSED', 'NOTICE_SENT', 'NOTICE_RECEIVED', 'HEARING_REQUESTED')) ORDER BY i;

INSERT INTO measures_hearing (id, case_id, asked_at, asked_by_id, wishes, assistant, at, place, version, fixed_at, fixed_by_id,
    held_at, minutes, dropped_at, dropped_for)
SELECT i, i, received + interval '1 day', i, 'Plutôt le matin.', '', pg_temp.midnight(:now::timestamptz + interval '1 day' * (odd % 9))
       + interval '10 hours', '1 rue des Tilleuls', 1, received + interval '1 day', decider, NULL, '', NULL, ''
FROM told WHERE state = 'HEARING_REQUESTED' ORDER BY i;

CREATE TEMPORARY VIEW measured AS
SELECT * FROM told WHERE state IN ('DECIDED', 'IN_FORCE', 'LIFT_REQUESTED', 'LIFTED', 'EXPIRED');

-- Half of the decisions that wait to be sent take everything: a second person reads them.
INSERT INTO measures_decision (id, case_id, outcome, share, length, unit, comply_days, condition, estimate, reasons_law,
    reasons_fact, answer, author_id, decided_at, second_reader_id, second_read_at, set_aside_at, set_aside_for, sent_at,
    notified_at, notified_how, starts_at, ends_at, content_hash)
SELECT i, i, CASE WHEN waits AND odd % 2 = 0 THEN 'SUPPRESSION' ELSE 'SUSPENSION' END,
       CASE WHEN waits AND odd % 2 = 0 THEN 100 ELSE 50 END, 2, 'MONTHS', NULL, '', 947.70,
       'Article R5412-1 du code du travail.', 'Vous n’êtes pas venu et le motif n’est pas établi.', '', decider, decided, NULL, NULL,
       NULL, '', CASE WHEN NOT waits THEN decided + interval '1 day' END, CASE WHEN NOT waits THEN notified END,
       CASE WHEN waits THEN '' ELSE 'CONSULTED' END, CASE WHEN NOT waits THEN starts END, CASE WHEN NOT waits THEN ends END,
       CASE WHEN NOT waits THEN sha256(int8send(i)) END
FROM (SELECT *, state = 'DECIDED' AS waits FROM measured) AS measured ORDER BY i;

INSERT INTO measures_liftrequest (id, case_id, form_key, text, wants_interview, asked_at, asked_by_id, content_hash, answer_by,
    decided_at, decided_by_id, granted, effective_on, reasons_law, reasons_fact, notified_at, notified_how)
SELECT i, i, md5('lift' || i)::uuid, 'J’ai repris contact avec mon conseiller et je suis inscrit à l’atelier.', true,
       starts + interval '2 hours', i, sha256(int8send(i)),
       CASE WHEN state = 'LIFTED' THEN starts + interval '15 days' ELSE pg_temp.midnight(:now::timestamptz + interval '1 day' * (odd % 15 - 2)) END,
       CASE WHEN state = 'LIFTED' THEN starts + interval '9 days' END, CASE WHEN state = 'LIFTED' THEN decider END,
       CASE WHEN state = 'LIFTED' THEN true END, CASE WHEN state = 'LIFTED' THEN (starts + interval '9 days')::date END, '', '', NULL, ''
FROM told WHERE state IN ('LIFT_REQUESTED', 'LIFTED') ORDER BY i;

INSERT INTO measures_appealcase (id, ref, case_id, decision_id, lift_id, state, residence, opened_at, counts_from, deadline)
SELECT i, (i * 137438953481 + 11) & 1099511627775, i, i, NULL,
       CASE WHEN state = 'IN_FORCE' AND odd % 4 > 0 THEN 'INTERRUPTED'
            WHEN pg_temp.midnight(notified + interval '63 days') > :now::timestamptz THEN 'RUNNING' ELSE 'OVER' END,
       'MAINLAND', notified, notified, pg_temp.midnight(notified + interval '63 days')
FROM measured WHERE state <> 'DECIDED' ORDER BY i;

INSERT INTO measures_graciousappeal (id, appeal_id, form_key, state, text, filed_at, filed_by_id, content_hash, late, interrupts,
    implicit_at, author_id, answered_at, reasons_law, reasons_fact, share, length, unit, notified_at, notified_how)
SELECT i, i, md5('gracious' || i)::uuid, 'FILED', 'Mon train a été supprimé. Je demande que la mesure soit annulée.',
       notified + interval '1 day', i, sha256(int8send(i)), false, true, pg_temp.midnight(notified + interval '63 days'), NULL, NULL, '', '',
       NULL, NULL, '', NULL, ''
FROM told WHERE state = 'IN_FORCE' AND odd % 4 > 0 ORDER BY i;

-- What was owed long ago is done, but for one in three.
INSERT INTO measures_effect (id, case_id, appeal_id, lift_id, kind, what, since, amount, owed_at, due_at, done_at, done_by_id, proof)
SELECT 2 * i + n, i, NULL, i, kind, what, starts::date, amount, starts + interval '9 days',
       CASE WHEN done THEN starts + interval '24 days' ELSE pg_temp.midnight(:now::timestamptz + interval '1 day' * (odd % 15 - 2)) END,
       CASE WHEN done THEN starts + interval '20 days' END, CASE WHEN done THEN decider END, CASE WHEN done THEN 'Bordereau.' ELSE '' END
FROM (SELECT *, odd % 3 > 0 AS done FROM told WHERE state = 'LIFTED') AS lifted
CROSS JOIN (VALUES (0, 'REINSTATED', 'La mesure est levée.', NULL::numeric), (1, 'PAY_BACK', 'Ce qui a été retiré vous est versé.', 142.16))
    AS owed (n, kind, what, amount)
ORDER BY i, n;

INSERT INTO core_journalentry (id, at, code, actor_id, actor_role, file_id, subject_id, data, ip)
SELECT nextval('core_journalentry_id_seq'), at, code, actor_id, role, i, i, jsonb_build_object('ref', said) || more, ip::inet
FROM (
    SELECT i, code, at, actor_id, role, ip, more,
           'PR-' || upper(lpad(to_hex(ref >> 20), 4, '0') || '-' || lpad(to_hex(ref & 65535), 4, '0')) AS said
    FROM told JOIN measures_case AS one ON one.id = i CROSS JOIN LATERAL (VALUES
        (310, begun, advisor, 'ADVISOR', '10.1.2.3', true, '{}'::jsonb),
        (311, taken, decider, 'DECISION_MAKER', '10.1.2.4', told.state <> 'REFERRED', '{}'),
        (315, sent, decider, 'DECISION_MAKER', '10.1.2.4', told.state NOT IN ('REFERRED', 'EXAMINED', 'CLOSED'), '{}'),
        (316, received, i, 'CLAIMANT', '192.0.2.7', told.state NOT IN ('REFERRED', 'EXAMINED', 'CLOSED', 'NOTICE_SENT'),
            jsonb_build_object('how', 'lue dans l’espace personnel', 'until', to_char(answer_by, 'DD/MM/YYYY'))),
        (329, decided + interval '1 day', decider, 'DECISION_MAKER', '10.1.2.4',
            told.state IN ('IN_FORCE', 'LIFT_REQUESTED', 'LIFTED', 'EXPIRED'), '{}'),
        (330, notified, i, 'CLAIMANT', '192.0.2.7', told.state IN ('IN_FORCE', 'LIFT_REQUESTED', 'LIFTED', 'EXPIRED'),
            jsonb_build_object('how', 'lue dans l’espace personnel', 'when', to_char(notified, 'DD/MM/YYYY')))
    ) AS deeds (code, at, actor_id, role, ip, holds, more)
    WHERE holds ORDER BY i, at
) AS written;

SELECT setval(pg_get_serial_sequence(name, 'id'), 2 * :advisor_base)
FROM unnest(ARRAY['measures_case', 'measures_notice', 'measures_observations', 'measures_hearing', 'measures_decision',
    'measures_liftrequest', 'measures_appealcase', 'measures_graciousappeal', 'measures_effect']) AS name;
SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), 2 * :advisor_base + :delegates);
