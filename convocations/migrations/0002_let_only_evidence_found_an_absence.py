"""Due process in the database: the ledger is append-only, its facts found an absence, nothing else does."""

from django.db import migrations

GUARD = """
CREATE TRIGGER evidence_refuse_change BEFORE UPDATE OR DELETE ON convocations_deliveryevidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_refuse_truncate BEFORE TRUNCATE ON convocations_deliveryevidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Keeps the convocation's summary of the ledger: earliest deposit, earliest proof, first consultation.
CREATE FUNCTION evidence_summarise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE convocations_convocation AS c
    SET deposited_at = least(c.deposited_at, fresh.deposited_at),
        known_at = least(c.known_at, fresh.known_at),
        read_at = least(c.read_at, fresh.read_at)
    FROM (
        SELECT convocation_id,
               min(at) FILTER (WHERE fact = 'DEPOSITED') AS deposited_at,
               min(at) FILTER (WHERE fact IN
                   ('CONSULTED', 'ACKNOWLEDGED', 'LETTER_DELIVERED', 'PHONE_CONFIRMED')) AS known_at,
               min(at) FILTER (WHERE fact = 'CONSULTED') AS read_at
        FROM written GROUP BY convocation_id
    ) AS fresh
    WHERE c.id = fresh.convocation_id
      AND (c.deposited_at, c.known_at, c.read_at) IS DISTINCT FROM
          (least(c.deposited_at, fresh.deposited_at), least(c.known_at, fresh.known_at),
           least(c.read_at, fresh.read_at));
    RETURN NULL;
END $$;
CREATE TRIGGER evidence_summary AFTER INSERT ON convocations_deliveryevidence
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION evidence_summarise();

-- The summary could be written by hand; the ledger cannot. An absence asks the ledger.
CREATE FUNCTION absence_asks_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.bindingness <> 'CONVOCATION'
       OR NOT EXISTS (
            SELECT 1 FROM convocations_deliveryevidence
            WHERE convocation_id = NEW.id AND fact = 'DEPOSITED' AND at <= NEW.notice_deadline)
       OR NOT EXISTS (
            SELECT 1 FROM convocations_deliveryevidence
            WHERE convocation_id = NEW.id AND at < NEW.starts_at AND fact IN
                ('CONSULTED', 'ACKNOWLEDGED', 'LETTER_DELIVERED', 'PHONE_CONFIRMED'))
    THEN
        RAISE EXCEPTION 'convocation % was not validly notified', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'absent_needs_evidence';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER convocation_absent_needs_evidence BEFORE INSERT OR UPDATE ON convocations_convocation
    FOR EACH ROW WHEN (NEW.state = 'ABSENT') EXECUTE FUNCTION absence_asks_the_ledger();

-- What was notified stays what was notified: a move makes a successor.
CREATE FUNCTION convocation_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'convocation % was notified as it stands', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'convocation_keeps_its_word';
END $$;
CREATE TRIGGER convocation_keeps_its_word BEFORE UPDATE ON convocations_convocation
    FOR EACH ROW WHEN (
        (OLD.claimant_id, OLD.bindingness, OLD.starts_at, OLD.ends_at, OLD.issued_at, OLD.notice_deadline,
         OLD.modality, OLD.place, OLD.purpose, OLD.content_hash)
        IS DISTINCT FROM
        (NEW.claimant_id, NEW.bindingness, NEW.starts_at, NEW.ends_at, NEW.issued_at, NEW.notice_deadline,
         NEW.modality, NEW.place, NEW.purpose, NEW.content_hash)
    ) EXECUTE FUNCTION convocation_keeps_its_word();

CREATE FUNCTION absence_needs_absent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM convocations_convocation
        WHERE id = NEW.convocation_id AND state = 'ABSENT' AND claimant_id = NEW.claimant_id FOR SHARE)
    THEN
        RAISE EXCEPTION 'absence without an absent convocation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_needs_absent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER absence_needs_absent BEFORE INSERT ON convocations_absence
    FOR EACH ROW EXECUTE FUNCTION absence_needs_absent();
"""
REVERSE = """
DROP TRIGGER absence_needs_absent ON convocations_absence;
DROP FUNCTION absence_needs_absent();
DROP TRIGGER convocation_keeps_its_word ON convocations_convocation;
DROP FUNCTION convocation_keeps_its_word();
DROP TRIGGER convocation_absent_needs_evidence ON convocations_convocation;
DROP FUNCTION absence_asks_the_ledger();
DROP TRIGGER evidence_summary ON convocations_deliveryevidence;
DROP FUNCTION evidence_summarise();
DROP TRIGGER evidence_refuse_truncate ON convocations_deliveryevidence;
DROP TRIGGER evidence_refuse_change ON convocations_deliveryevidence;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0001_initial"),
        ("core", "0002_make_the_journal_append_only"),
    ]
    operations = [migrations.RunSQL(GUARD, REVERSE)]
