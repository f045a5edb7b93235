"""Periods and outages in the database: time given stays given, and no referral overtakes what is owed."""

from django.db import migrations

GUARD = """
CREATE TRIGGER extension_refuse_change BEFORE UPDATE OR DELETE ON convocations_extension
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extension_refuse_truncate BEFORE TRUNCATE ON convocations_extension
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION explanation_period_is_never_shortened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the time to explain absence % is never taken back', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'explanation_period_is_never_shortened';
END $$;
CREATE TRIGGER explanation_period_is_never_shortened BEFORE UPDATE ON convocations_absence
    FOR EACH ROW WHEN (NEW.explanation_due_at < OLD.explanation_due_at)
    EXECUTE FUNCTION explanation_period_is_never_shortened();

-- An outage whose extensions are not all given yet (123: DUE_EXTEND_EXPLANATIONS; 0 and 5: pending, stuck).
CREATE FUNCTION referral_waits_for_outages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM core_outage AS outage
        WHERE outage.starts_at < NEW.explanation_due_at
          AND (outage.ends_at IS NULL OR outage.ends_at > NEW.recorded_at)
          AND EXISTS (
              SELECT 1 FROM core_deadline
              WHERE subject_id = outage.id AND kind = 123 AND state IN (0, 5)))
    THEN
        RAISE EXCEPTION 'the time to explain absence % may still grow', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_waits_for_outages';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_waits_for_outages BEFORE UPDATE ON convocations_absence
    FOR EACH ROW WHEN (NEW.state = 'REFERRED' AND OLD.state <> 'REFERRED')
    EXECUTE FUNCTION referral_waits_for_outages();
"""
REVERSE = """
DROP TRIGGER referral_waits_for_outages ON convocations_absence;
DROP FUNCTION referral_waits_for_outages();
DROP TRIGGER explanation_period_is_never_shortened ON convocations_absence;
DROP FUNCTION explanation_period_is_never_shortened();
DROP TRIGGER extension_refuse_truncate ON convocations_extension;
DROP TRIGGER extension_refuse_change ON convocations_extension;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0003_let_outages_extend_periods"),
        ("core", "0002_make_the_journal_append_only"),
    ]
    operations = [migrations.RunSQL(GUARD, REVERSE)]
