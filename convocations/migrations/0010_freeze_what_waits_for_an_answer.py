"""A request in the database: it freezes its appointment, and what was signed is never changed."""

from django.db import migrations

GUARD = """
-- A request that waits, or waited when the appointment began, makes an absence impossible (product §4).
CREATE FUNCTION absence_waits_for_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM convocations_changerequest
        WHERE convocation_id = NEW.id
          AND (state IN ('SUBMITTED', 'UNDER_REVIEW', 'DOCS_REQUESTED')
               OR (submitted_at < NEW.starts_at AND closed_at >= NEW.starts_at)))
    THEN
        RAISE EXCEPTION 'convocation % is frozen by a request', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'absent_not_while_a_request_waits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER convocation_absent_waits_for_requests BEFORE INSERT OR UPDATE ON convocations_convocation
    FOR EACH ROW WHEN (NEW.state = 'ABSENT') EXECUTE FUNCTION absence_waits_for_requests();

-- The other way round: what is being examined as an absence is explained, not moved. Both hold the appointment's row.
CREATE FUNCTION request_needs_an_open_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM convocations_convocation
    WHERE id = NEW.convocation_id AND state <> 'ABSENT' AND claimant_id = NEW.claimant_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no request on an absence, nor on somebody else''s appointment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_needs_an_open_appointment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER request_needs_an_open_appointment BEFORE INSERT ON convocations_changerequest
    FOR EACH ROW EXECUTE FUNCTION request_needs_an_open_appointment();

-- What was asked stays what was asked: a change of mind is another request, a correction has its own columns.
CREATE FUNCTION request_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'request % stays as it was asked', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_keeps_its_word';
END $$;
CREATE TRIGGER request_keeps_its_word BEFORE UPDATE ON convocations_changerequest
    FOR EACH ROW WHEN (
        (OLD.convocation_id, OLD.claimant_id, OLD.kind, OLD.channel, OLD.motive, OLD.text, OLD.wished_start,
         OLD.wished_end, OLD.wished_modality, OLD.submitted_at, OLD.submitted_by_id, OLD.content_hash)
        IS DISTINCT FROM
        (NEW.convocation_id, NEW.claimant_id, NEW.kind, NEW.channel, NEW.motive, NEW.text, NEW.wished_start,
         NEW.wished_end, NEW.wished_modality, NEW.submitted_at, NEW.submitted_by_id, NEW.content_hash)
    ) EXECUTE FUNCTION request_keeps_its_word();
-- Not by refuse_change(): the application's role moves requests through their states (deploy/roles.sql).
CREATE FUNCTION request_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'request % is kept', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_is_never_deleted';
END $$;
CREATE TRIGGER request_is_never_deleted BEFORE DELETE ON convocations_changerequest
    FOR EACH ROW EXECUTE FUNCTION request_is_never_deleted();

CREATE TRIGGER sworn_refuse_change BEFORE UPDATE OR DELETE ON convocations_swornstatement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sworn_refuse_truncate BEFORE TRUNCATE ON convocations_swornstatement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
REVERSE = """
DROP TRIGGER sworn_refuse_truncate ON convocations_swornstatement;
DROP TRIGGER sworn_refuse_change ON convocations_swornstatement;
DROP TRIGGER request_is_never_deleted ON convocations_changerequest;
DROP FUNCTION request_is_never_deleted();
DROP TRIGGER request_keeps_its_word ON convocations_changerequest;
DROP FUNCTION request_keeps_its_word();
DROP TRIGGER request_needs_an_open_appointment ON convocations_changerequest;
DROP FUNCTION request_needs_an_open_appointment();
DROP TRIGGER convocation_absent_waits_for_requests ON convocations_convocation;
DROP FUNCTION absence_waits_for_requests();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0009_take_requests_for_change"),
        ("core", "0002_make_the_journal_append_only"),
    ]
    operations = [migrations.RunSQL(GUARD, REVERSE)]
