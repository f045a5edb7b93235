-- Message number :n of each thread of one round, with its reading: earlier numbers are written before, so that ids
-- grow within a thread and one thread's messages lie far apart, as time would have left them.
WITH said AS (
    SELECT thread.id AS thread_id, thread.claimant_id, thread.advisor_id, thread.last_at, thread.last_number,
           thread.claimant_unread + thread.advisor_unread AS unread, thread.state, thread.expected_by,
           thread.opened_at + interval '7 hours' * (:n - 1) AS sent_at,
           (thread.id * 31 + :n * 7)::bigint AS h, :n % 2 = 1 AS by_person
    FROM messaging_thread AS thread
    WHERE thread.id BETWEEN (:rounds - :j)::bigint * 16777216 + :first AND (:rounds - :j)::bigint * 16777216 + :last
      AND thread.last_number >= :n
), written AS (
    INSERT INTO messaging_message (thread_id, number, side, author_id, via, body, expected, expected_by, sent_at, form_key,
        content_hash)
    SELECT thread_id, :n, CASE WHEN by_person THEN 'CLAIMANT' ELSE 'SERVICE' END,
           CASE WHEN by_person THEN claimant_id ELSE advisor_id END,
           CASE WHEN NOT by_person AND h % 20 = 0 THEN 'PHONE' ELSE 'WEB' END,
           CASE WHEN by_person THEN 'Bonjour, ' || opening || ' ' || point || closing
                ELSE 'Bonjour, ' || reply || ' ' || point || ' Bien cordialement.' END,
           CASE WHEN :n = last_number AND state = 'WAITING_CLAIMANT' THEN 'Votre contrat de travail signé' ELSE '' END,
           CASE WHEN :n = last_number AND state = 'WAITING_CLAIMANT' THEN expected_by END,
           sent_at, md5(thread_id || '-' || :n)::uuid, sha256(int8send(h))
    FROM said, LATERAL (SELECT
        (ARRAY['je vous écris au sujet de mon dernier rendez-vous à l’agence.', 'j’ai reçu hier un courrier que je ne comprends pas.',
               'mon employeur m’a proposé de prolonger mon contrat de deux semaines.', 'je n’ai pas pu me connecter au service en ligne.',
               'j’ai trouvé une annonce qui correspond à mon métier.', 'je déménage à la fin du mois prochain.',
               'ma situation familiale a changé depuis notre entretien.', 'j’aimerais suivre une remise à niveau en anglais.',
               'je reviens vers vous après notre échange téléphonique.', 'mon médecin me demande de ne plus porter de charges.',
               'on m’a conseillé de vous demander une immersion.'])[1 + h % 11] AS opening,
        (ARRAY['merci de votre message.', 'j’ai bien noté ce que vous m’écrivez.', 'je viens de vérifier votre dossier.',
               'votre demande est enregistrée.', 'je vous propose d’en parler lors de notre prochain entretien.',
               'l’atelier dont vous parlez a encore des places.', 'le service des allocations m’a répondu ce matin.'])[1 + h % 7] AS reply,
        (ARRAY['Pouvez-vous me dire quelles pièces il faut joindre ?', 'Le montant versé en ', 'La formation commence le ',
               'Je joins mon attestation d’employeur du ', 'L’entreprise se trouve à ', 'Le bilan de compétences dure ',
               'Le permis de conduire est demandé pour ce poste de ', 'Il reste une question sur le remboursement des trajets vers ',
               'Voici les heures que j’ai travaillées en '])[1 + h / 3 % 9] ||
        (ARRAY['janvier', 'février', 'Lyon', 'vingt heures', 'Montpellier', 'mars', 'magasinier', 'aide-soignante', 'Grenoble',
               'cuisinier', 'trois semaines', 'Villeurbanne', 'comptable', 'juin'])[1 + h / 5 % 14] ||
        CASE WHEN h % 10007 = 0 THEN ', avec un stage de parapente' ELSE '' END || ', dossier ' || h % 90000 || '.' AS point,
        (ARRAY[' Merci d’avance pour votre réponse.', ' Je reste disponible par téléphone le matin.', ' Bonne journée.',
               ' J’espère que cela ne change rien à mon indemnisation.', ' Dites-moi si vous avez besoin d’un justificatif.'])[1 + h / 7 % 5]
            AS closing) AS words
    ORDER BY thread_id
    RETURNING id, thread_id, sent_at
)
INSERT INTO messaging_messagereading (message_id, reader_id, at)
SELECT written.id, CASE WHEN by_person THEN advisor_id ELSE claimant_id END,
       least(written.sent_at + interval '3 hours', :now::timestamptz)
FROM written JOIN said USING (thread_id)
WHERE NOT (:n = last_number AND unread > 0)
ORDER BY written.id;
