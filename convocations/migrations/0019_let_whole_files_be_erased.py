"""A file is erased when its time is over and nothing of it is open: the database asks that itself.

Who may: the owner of the tables. Evidence goes with its file and never otherwise. The years are those of the
parameters in force; the defaults stand here a second time, as a test compares.
"""

from django.db import migrations, models

DUE = """
CREATE FUNCTION kept_years(parameter text, usual int) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT (value #>> '{}')::int FROM core_parameteroverride WHERE key = parameter), usual)
$$;

-- The last thing that happened between the service and this person: what its years are counted from.
CREATE FUNCTION file_last_act(person bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(
        (SELECT greatest(registered_on::timestamp AT TIME ZONE 'UTC', last_contact_at)
            FROM accounts_claimant WHERE user_id = person),
        (SELECT greatest(date_joined, last_login) FROM accounts_user WHERE id = person),
        (SELECT greatest(max(ends_at), max(issued_at)) FROM convocations_convocation WHERE claimant_id = person),
        (SELECT greatest(max(recorded_at), max(explained_at), max(decided_at), max(annulled_at))
            FROM convocations_absence WHERE claimant_id = person),
        (SELECT greatest(max(submitted_at), max(closed_at))
            FROM convocations_changerequest WHERE claimant_id = person),
        (SELECT greatest(max(opened_at), max(closed_at))
            FROM convocations_calltask WHERE claimant_id = person AND state = 'REACHED'),
        (SELECT max(last_at) FROM messaging_thread WHERE claimant_id = person),
        (SELECT max(uploaded_at) FROM core_document WHERE owner_id = person),
        (SELECT max(at) FROM core_journalentry WHERE file_id = person AND actor_id = person))
$$;

-- Why a file stays as it is, however old: something of it is held or open. Nothing when nothing is.
CREATE FUNCTION file_hold(person bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM core_document WHERE owner_id = person AND hold) THEN 'appeal'
        WHEN EXISTS (SELECT 1 FROM core_document WHERE owner_id = person AND state = 'QUARANTINED') THEN 'document'
        WHEN EXISTS (SELECT 1 FROM convocations_convocation WHERE claimant_id = person AND state IN (
            'ISSUED', 'DELIVERED', 'READ', 'ACKNOWLEDGED', 'RESCHEDULE_PENDING', 'ACCEPTED', 'AWAITING_STATUS'))
            THEN 'appointment'
        WHEN EXISTS (SELECT 1 FROM convocations_absence WHERE claimant_id = person AND state IN (
            'RECORDED', 'EXPLANATION_REQUESTED', 'EXPLAINED')) THEN 'absence'
        WHEN EXISTS (SELECT 1 FROM convocations_changerequest WHERE claimant_id = person AND state IN (
            'SUBMITTED', 'UNDER_REVIEW', 'DOCS_REQUESTED')) THEN 'request'
        WHEN EXISTS (SELECT 1 FROM convocations_justificatif WHERE claimant_id = person AND state = 'IN_REVIEW')
            THEN 'review'
        WHEN EXISTS (SELECT 1 FROM messaging_thread WHERE claimant_id = person AND state IN (
            'WAITING_ADVISOR', 'WAITING_CLAIMANT')) THEN 'message'
        WHEN EXISTS (SELECT 1 FROM convocations_calltask WHERE claimant_id = person AND state = 'OPEN') THEN 'call'
        WHEN EXISTS (SELECT 1 FROM convocations_followuptask
            WHERE claimant_id = person AND state = 'OPEN' AND reason NOT IN ('NO_CONTACT')) THEN 'follow-up'
        WHEN EXISTS (SELECT 1 FROM accounts_webwish WHERE claimant_id = person) THEN 'wish'
        WHEN EXISTS (SELECT 1 FROM messaging_letter WHERE claimant_id = person AND state IN ('WAITING', 'BATCHED'))
            THEN 'letter'
        WHEN EXISTS (SELECT 1 FROM messaging_outboxmessage WHERE person_id = person AND state = 0) THEN 'e-mail'
        WHEN EXISTS (
            SELECT 1 FROM core_deadline WHERE state IN (0, 5) AND (
                kind IN (100, 101, 102, 103, 104)
                    AND subject_id IN (SELECT id FROM convocations_convocation WHERE claimant_id = person)
                OR kind IN (120, 121, 122)
                    AND subject_id IN (SELECT id FROM convocations_absence WHERE claimant_id = person)
                OR kind IN (125, 126)
                    AND subject_id IN (SELECT id FROM convocations_changerequest WHERE claimant_id = person)
                OR kind = 136 AND subject_id IN (SELECT id FROM convocations_calltask WHERE claimant_id = person)
                OR kind IN (200, 201)
                    AND subject_id IN (SELECT id FROM messaging_thread WHERE claimant_id = person)))
            THEN 'deadline'
    END
$$;

CREATE FUNCTION erasure_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF NOT owns(TG_RELID) THEN
        RAISE EXCEPTION 'only the owner of the tables erases a file' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Nobody writes an appointment or a message of theirs while it is asked.
    PERFORM 1 FROM accounts_claimant
    WHERE user_id = NEW.file_id AND archived_at <= NEW.at - make_interval(years => NEW.archive_years) FOR UPDATE;
    IF NOT FOUND OR NEW.at > clock_timestamp()
        OR NEW.active_years < kept_years('retention_file_years', 3)
        OR NEW.archive_years < kept_years('retention_archive_years', 7)
        OR file_last_act(NEW.file_id) >= NEW.at - make_interval(years => NEW.active_years + NEW.archive_years)
        -- Nothing was written in the years of the archive, by anybody.
        OR (SELECT max(at) FROM core_journalentry WHERE file_id = NEW.file_id)
            >= NEW.at - make_interval(years => NEW.archive_years)
    THEN
        RAISE EXCEPTION 'the time of this file is not over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_is_due';
    END IF;
    held := file_hold(NEW.file_id);
    IF held IS NOT NULL THEN
        RAISE EXCEPTION 'this file is held: %', held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_meets_no_hold';
    END IF;
    NEW.transaction := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER erasure_is_due BEFORE INSERT ON core_erasure
    FOR EACH ROW EXECUTE FUNCTION erasure_is_due();

CREATE OR REPLACE FUNCTION request_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF erasing(OLD.claimant_id, TG_RELID) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'request % is kept', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_is_never_deleted';
END $$;

-- Who is given an appointment is followed again.
CREATE FUNCTION archived_file_is_reopened_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM written JOIN accounts_claimant ON user_id = claimant_id WHERE archived_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'this file is in the archive'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_file_is_reopened_first';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER archived_file_is_reopened_first AFTER INSERT ON convocations_convocation
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION archived_file_is_reopened_first();
"""
NOT_DUE = """
DROP TRIGGER archived_file_is_reopened_first ON convocations_convocation;
DROP FUNCTION archived_file_is_reopened_first();
CREATE OR REPLACE FUNCTION request_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'request % is kept', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_is_never_deleted';
END $$;
DROP TRIGGER erasure_is_due ON core_erasure;
DROP FUNCTION erasure_is_due();
DROP FUNCTION file_hold(bigint);
DROP FUNCTION file_last_act(bigint);
DROP FUNCTION kept_years(text, int);
"""
EVIDENCE = {
    "evidence": ("deliveryevidence", "convocation_id", "convocation"),
    "extension": ("extension", "absence_id", "absence"),
    "sworn": ("swornstatement", "request_id", "changerequest"),
}
GUARD = "\n".join(
    f"""
DROP TRIGGER {name}_refuse_change ON convocations_{table};
CREATE TRIGGER {name}_refuse_change BEFORE UPDATE OR DELETE ON convocations_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing(
        '{column}', 'SELECT claimant_id FROM convocations_{parent} WHERE id = $1');
"""
    for name, (table, column, parent) in EVIDENCE.items()
)
REVERSE = "\n".join(
    f"""
DROP TRIGGER {name}_refuse_change ON convocations_{table};
CREATE TRIGGER {name}_refuse_change BEFORE UPDATE OR DELETE ON convocations_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
    for name, (table, _, _) in EVIDENCE.items()
)


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0018_note_mails_that_arrived"),
        ("core", "0007_prove_what_was_erased"),
        ("accounts", "0011_put_old_files_in_the_archive"),
        ("messaging", "0017_let_messages_go_with_their_file"),
    ]

    operations = [
        # All that hangs on one person or one appointment is found without reading a whole table.
        migrations.AddIndex(
            model_name="justificatif",
            index=models.Index(fields=["claimant"], name="justificatif_of_claimant"),
        ),
        migrations.AddIndex(
            model_name="followuptask",
            index=models.Index(fields=["claimant"], name="follow_ups_of_claimant"),
        ),
        migrations.AddIndex(
            model_name="followuptask",
            index=models.Index(
                condition=models.Q(("convocation__isnull", False)),
                fields=["convocation"],
                name="follow_ups_of_appointment",
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("justificatif__isnull", False)),
                fields=["justificatif"],
                name="extension_of_justificatif",
            ),
        ),
        migrations.RunSQL(DUE, NOT_DUE),
        migrations.RunSQL(GUARD, REVERSE),
    ]
