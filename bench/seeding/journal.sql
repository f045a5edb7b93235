-- The number straight from its sequence: the column's function also takes a transaction id, once a row.
INSERT INTO core_journalentry (id, at, code, actor_id, actor_role, file_id, subject_id, data, ip)
SELECT nextval('core_journalentry_id_seq'), at, code, actor_id, role, claimant_id, id, data, ip::inet
FROM (
    SELECT c.id, claimant_id, code, at, actor_id, role, ip, jsonb_build_object('ref', ref) || more AS data
    FROM (SELECT *, 'CV-' || upper(lpad(to_hex(ref >> 20), 4, '0') || '-' || lpad(to_hex(ref & 65535), 4, '0')) AS said
          FROM convocations_convocation) AS c
    CROSS JOIN LATERAL (VALUES
        (100, issued_at, advisor_id, 'ADVISOR', '10.1.2.3', true,
            jsonb_build_object('ref', said, 'what', 'entretien', 'when', to_char(starts_at, 'DD/MM/YYYY à HH24 h MI'))),
        (101, read_at, claimant_id, 'CLAIMANT', '192.0.2.7', read_at IS NOT NULL, jsonb_build_object('ref', said)),
        (102, read_at + interval '2 minutes', claimant_id, 'CLAIMANT', '192.0.2.7',
            state = 'ACKNOWLEDGED' OR (state = 'ATTENDED' AND c.id % 2 = 0 AND bindingness = 'CONVOCATION'),
            jsonb_build_object('ref', said)),
        (106, recorded_at, advisor_id, 'ADVISOR', '10.1.2.3', recorded_at IS NOT NULL,
            jsonb_build_object('ref', said, 'outcome', lower(state)))
    ) AS deeds (code, at, actor_id, role, ip, holds, more)
    WHERE holds ORDER BY c.id, at
) AS written;
