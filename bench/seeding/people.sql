-- Agencies, advisors (150 people each), claimants. Ids are chosen here: claimant i has account i, advisor a
-- has account :advisor_base + a. The children of a row then follow from arithmetic, without a join.
INSERT INTO accounts_agency (id, code, name, region, territory, street, postcode, city, phone, is_active)
SELECT g, 'B' || lpad(g::text, 5, '0'), 'Agence ' || g, 'Région ' || (1 + g % 13), 'METROPOLE',
       g || ' rue des Tilleuls', lpad((10000 + g)::text, 5, '0'), 'Ville ' || g, '01 23 45 67 89', true
FROM generate_series(1, :agencies) AS g;

INSERT INTO accounts_openinghours (agency_id, kind, weekday, opens, closes)
SELECT g, kind, day, opens, closes
FROM generate_series(1, :agencies) AS g, generate_series(0, 4) AS day,
     (VALUES ('WALK_IN', time '8:30', time '12:30'), ('BY_APPOINTMENT', time '12:30', time '16:30'))
         AS hours (kind, opens, closes);

INSERT INTO accounts_user (id, password, last_login, email, first_name, last_name, role, is_active, date_joined)
SELECT :advisor_base + a, '!' || md5(a::text), NULL, 'conseiller' || a || '@agence.example',
       (ARRAY['Dominique', 'Claude', 'Karim', 'Inès', 'Hélène', 'Mamadou', 'Léa'])[1 + a % 7],
       (ARRAY['Bernard', 'Petit', 'Nguyen', 'Da Silva', 'Le Goff', 'Benali', 'Faure', 'Girard'])[1 + a % 8] || ' ' || a,
       'ADVISOR', true, :now::timestamptz - interval '3 years'
FROM generate_series(1, :advisors) AS a;

INSERT INTO accounts_advisor (user_id, agency_id, is_supervisor, volunteers_for_web, phone)
SELECT :advisor_base + a, 1 + (a - 1) / 25, a % 25 = 1, a % 4 = 0, '01 23 45 67 89'
FROM generate_series(1, :advisors) AS a;

INSERT INTO accounts_user (id, password, last_login, email, first_name, last_name, role, is_active, date_joined)
SELECT i, '!' || md5(i::text), NULL, CASE WHEN i % 50 <> 7 THEN 'personne' || i || '@courriel.example' END,
       (ARRAY['Camille', 'Sofia', 'Nadia', 'Paul', 'Éric', 'Awa', 'Thomas', 'Mei', 'Lucas', 'Zoé', 'Ahmed'])[1 + i % 11],
       (ARRAY['Martin', 'Durand', 'Moreau', 'Traoré', 'Lefèvre', 'Garcia', 'Roux', 'Nguyen', 'Diallo', 'Petit',
              'Fournier', 'Mercier', 'Hamidi'])[1 + i % 13] || ' ' || i,
       'CLAIMANT', true, :now::timestamptz - interval '2 years'
FROM generate_series(1::bigint, :claimants) AS i;

INSERT INTO accounts_claimant (user_id, ref, agency_id, advisor_id, benefit_status, follow_up_mode, phone, street,
    postcode, city, registered_on, appointments_by, reminders_by, email_bounced_at, last_contact_at, news_read_at)
SELECT i, (i * 137438953481) & 1099511627775, 1 + ((i - 1) / 150) / 25, :advisor_base + 1 + (i - 1) / 150,
       (ARRAY['ARE', 'ARE', 'RSA', 'ASS', 'NONE'])[1 + i % 5], (ARRAY['WEB', 'GUIDED', 'GUIDED', 'REINFORCED'])[1 + i % 4],
       '06 12 34 56 78', i % 200 || ' avenue de la Gare', lpad((10000 + i % 80000)::text, 5, '0'), 'Ville ' || i % 997,
       (:now::timestamptz - interval '1 day' * (i % 720))::date, CASE WHEN i % 50 = 7 THEN 'LETTER' ELSE 'EMAIL' END,
       CASE WHEN i % 50 = 7 OR i % 9 = 0 THEN 'SPACE' ELSE 'EMAIL' END, NULL,
       :now::timestamptz - interval '1 hour' * ((i * 7919) % 2160), NULL
FROM generate_series(1::bigint, :claimants) AS i;

SELECT setval(pg_get_serial_sequence('accounts_agency', 'id'), :agencies);
SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), :advisor_base + :advisors);
