INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, by_id, message_id, detail, shown_hash)
SELECT id, fact, at, at, by_id, message_id, '', shown
FROM convocations_convocation AS c
CROSS JOIN LATERAL (VALUES
    ('DEPOSITED', issued_at, NULL::bigint, 0::bigint, content_hash, true),
    ('EMAIL_ACCEPTED', issued_at + interval '1 minute', NULL, c.id, NULL, state <> 'ISSUED' AND claimant_id % 50 <> 7),
    ('CONSULTED', read_at, claimant_id, 0, content_hash, read_at IS NOT NULL),
    ('ACKNOWLEDGED', read_at + interval '2 minutes', claimant_id, 0, content_hash,
        state = 'ACKNOWLEDGED' OR (state = 'ATTENDED' AND c.id % 2 = 0 AND bindingness = 'CONVOCATION'))
) AS facts (fact, at, by_id, message_id, shown, holds)
WHERE holds ORDER BY c.id;
