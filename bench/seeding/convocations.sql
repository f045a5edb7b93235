-- One round: the k-th latest appointment of everybody who has that many. Rounds are written oldest first, so
-- that one person's rows lie far apart, as time would have left them. Round 1 is ahead for one person in
-- three, each at an hour of their advisor's own; extra rounds give some advisors 400 open items.
INSERT INTO convocations_convocation (ref, claimant_id, advisor_id, agency_id, bindingness, kind, modality, starts_at,
    ends_at, place, purpose, to_bring, state, sequence, issued_at, notice_deadline, short_notice_agreed, content_hash,
    deposited_at, known_at, read_at, recorded_at, recorded_by_id, record_due_at, record_escalated_at, note)
SELECT (m * 137438953481) & 1099511627775, i, advisor_id, agency_id, bindingness,
       CASE WHEN h % 11 = 0 THEN 'CONTROL' ELSE 'INTERVIEW' END,
       (ARRAY['IN_PERSON', 'IN_PERSON', 'PHONE', 'VIDEO'])[1 + h % 4],
       starts_at, starts_at + interval '45 minutes',
       CASE WHEN h % 4 < 2 THEN 'Agence ' || agency_id || ', ' || agency_id || ' rue des Tilleuls' ELSE '' END,
       'Point sur votre recherche d’emploi', 'Votre CV à jour', state, 0, issued_at, starts_at - interval '48 hours', '',
       sha256(int8send(m)), issued_at, known_at, known_at,
       CASE WHEN recorded THEN starts_at + interval '1 hour' END, CASE WHEN recorded THEN advisor_id END,
       CASE WHEN state = 'AWAITING_STATUS' THEN starts_at + interval '2 days' END, NULL, ''
FROM (
    SELECT *, state IN ('ATTENDED', 'ABSENT', 'EXCUSED', 'TECH_INCIDENT', 'NOT_PROVEN', 'CANCELLED_BY_AGENCY') AS recorded,
           CASE WHEN state NOT IN ('ISSUED', 'DELIVERED', 'NOT_PROVEN', 'EXPIRED')
                THEN least(issued_at + interval '1 day', :now::timestamptz - interval '1 minute') END AS known_at
    FROM (
        SELECT *, least(starts_at - interval '1 day' * (8 + h % 5), :now::timestamptz - interval '1 day') AS issued_at,
            CASE
                WHEN k = :awaiting THEN 'AWAITING_STATUS'
                WHEN k = :absent THEN 'ABSENT'
                WHEN k = :unread THEN 'DELIVERED'
                WHEN ahead AND bindingness = 'CONVOCATION' THEN
                    CASE WHEN h < 10 THEN 'ISSUED' WHEN h < 25 THEN 'DELIVERED' WHEN h < 50 THEN 'READ'
                         ELSE 'ACKNOWLEDGED' END
                WHEN ahead THEN CASE WHEN h < 30 THEN 'DELIVERED' WHEN h < 60 THEN 'READ' ELSE 'ACCEPTED' END
                WHEN bindingness = 'INVITATION' THEN
                    CASE WHEN h < 40 THEN 'ATTENDED' WHEN h < 70 THEN 'EXPIRED' ELSE 'DECLINED' END
                WHEN starts_at > :now::timestamptz - interval '4 days' THEN 'AWAITING_STATUS'
                WHEN h < 4 THEN 'ABSENT' WHEN h < 7 THEN 'EXCUSED' WHEN h < 10 THEN 'NOT_PROVEN'
                WHEN h < 12 THEN 'TECH_INCIDENT' WHEN h < 14 THEN 'CANCELLED_BY_AGENCY' WHEN h < 18 THEN 'CANCELLED'
                ELSE 'ATTENDED'
            END AS state
        FROM (
            SELECT i, :k AS k, i * 64 + :k AS m, :advisor_base + 1 + (i - 1) / 150 AS advisor_id,
                   1 + ((i - 1) / 150) / 25 AS agency_id, h,
                   CASE WHEN (h % 5 = 4 AND :k NOT IN (:awaiting, :absent, :unread))
                        THEN 'INVITATION' ELSE 'CONVOCATION' END AS bindingness,
                   (:k = 1 AND p % 3 = 0) OR :k = :unread AS ahead,
                   CASE
                       WHEN :k = :unread THEN (:workdays)[20 + p / 6] + time '8:00' + interval '75 minutes' * (p % 6)
                       WHEN :k = 1 AND p % 3 = 0 THEN (:workdays)[1 + p / 18] + time '9:00' + interval '1 hour' * (p / 3 % 6)
                       ELSE past - CASE extract(isodow FROM past) WHEN 6 THEN 1 WHEN 7 THEN 2 ELSE 0 END
                            + time '9:00' + interval '1 hour' * ((i + :k) % 7)
                   END AT TIME ZONE 'Europe/Paris' AS starts_at
            FROM (
                SELECT i, (i - 1) % 150 AS p, (i * 7919 + :k * 104729) % 1009 % 100 AS h,
                       :today::date - CASE
                           WHEN :k IN (:awaiting, :absent) THEN (7 + i % 8)::int
                           ELSE (1 + (:k - 1) * spacing + i * 31 % CASE WHEN :k = 1 THEN 20 ELSE spacing END)::int
                       END AS past
                FROM (
                    SELECT i, CASE WHEN i % :stride = 0 THEN 12 ELSE 120 END AS spacing,
                           CASE WHEN i % :stride = 0 THEN 60
                                ELSE :each + (i * 7919 % 1000 < :more)::int END AS appointments,
                           -- These advisors have 400 open items.
                           ((i - 1) / 150 + 1) % :busy_stride = 0 AS busy, (i - 1) % 150 AS p
                    FROM generate_series(:first, :claimants, :pace) AS i
                ) AS people
                WHERE CASE :k WHEN :awaiting THEN busy AND p < 120 WHEN :absent THEN busy AND p < 100
                              WHEN :unread THEN busy AND p < 40 ELSE :k <= appointments END
            ) AS one
        ) AS dated
    ) AS stated
) AS known;
