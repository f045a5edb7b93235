"""What was published stays as it was: decisions are held against it, and people read it."""

import django.db.models.deletion
import measures.models.bareme
from django.conf import settings
from django.db import migrations, models

GUARD = """
-- A published version changes in three ways only: the one that follows it gives it an end, the withdrawal of that
-- one takes the end away again, and it is withdrawn itself.
CREATE FUNCTION bareme_version_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := ARRAY['valid_to', 'closed_by_id'];
    withdrawal text[] := ARRAY['state', 'withdrawn_at', 'withdrawal_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'PUBLISHED' AND to_jsonb(NEW) - ends = to_jsonb(OLD) - ends THEN
        IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL AND EXISTS (
            SELECT 1 FROM measures_baremeversion WHERE id = NEW.closed_by_id
                AND territory = NEW.territory AND valid_from = NEW.valid_to + 1)
        THEN RETURN NEW; END IF;
        IF OLD.closed_by_id IS NOT NULL AND NEW.closed_by_id IS NULL AND NEW.valid_to IS NULL AND EXISTS (
            SELECT 1 FROM measures_baremeversion WHERE id = OLD.closed_by_id AND state = 'WITHDRAWN')
        THEN RETURN NEW; END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'PUBLISHED' AND NEW.state = 'WITHDRAWN'
        AND to_jsonb(NEW) - withdrawal = to_jsonb(OLD) - withdrawal
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'bareme % was published', OLD.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bareme_version_keeps_its_word';
END $$;
CREATE TRIGGER bareme_version_keeps_its_word BEFORE UPDATE OR DELETE ON measures_baremeversion
    FOR EACH ROW WHEN (OLD.state <> 'DRAFT') EXECUTE FUNCTION bareme_version_keeps_its_word();

-- A version is published from a draft that permits something.
CREATE FUNCTION bareme_published_has_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'PUBLISHED' THEN RETURN NEW; END IF;
    IF NOT EXISTS (SELECT 1 FROM measures_baremerule WHERE version_id = NEW.id) THEN
        RAISE EXCEPTION 'bareme % permits nothing', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bareme_published_has_rules';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bareme_published_has_rules BEFORE INSERT OR UPDATE ON measures_baremeversion
    FOR EACH ROW WHEN (NEW.state = 'PUBLISHED') EXECUTE FUNCTION bareme_published_has_rules();

-- Who gave an end is published, when all is done: the draft closes its predecessor, then is published itself.
CREATE FUNCTION bareme_closed_by_a_published_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM measures_baremeversion AS closed JOIN measures_baremeversion AS next ON next.id = closed.closed_by_id
        WHERE (closed.id = NEW.id OR next.id = NEW.id) AND next.state <> 'PUBLISHED')
    THEN
        RAISE EXCEPTION 'bareme % has an end that nobody published', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bareme_closed_by_a_published_one';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bareme_closed_by_a_published_one AFTER UPDATE ON measures_baremeversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bareme_closed_by_a_published_one();

-- The version's row is held meanwhile: nothing slips into a draft while it is published.
CREATE FUNCTION bareme_rule_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE version measures_baremeversion;
BEGIN
    FOR version IN
        SELECT * FROM measures_baremeversion WHERE id IN (OLD.version_id, NEW.version_id) ORDER BY id FOR SHARE
    LOOP
        IF version.state <> 'DRAFT' THEN
            RAISE EXCEPTION 'bareme % was published', version.code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bareme_rule_keeps_its_word';
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER bareme_rule_keeps_its_word BEFORE INSERT OR UPDATE OR DELETE ON measures_baremerule
    FOR EACH ROW EXECUTE FUNCTION bareme_rule_keeps_its_word();

CREATE FUNCTION bareme_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only once published', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER baremeversion_refuse_truncate BEFORE TRUNCATE ON measures_baremeversion
    FOR EACH STATEMENT EXECUTE FUNCTION bareme_refuse_truncate();
CREATE TRIGGER baremerule_refuse_truncate BEFORE TRUNCATE ON measures_baremerule
    FOR EACH STATEMENT EXECUTE FUNCTION bareme_refuse_truncate();
"""
REVERSE = """
DROP TRIGGER baremerule_refuse_truncate ON measures_baremerule;
DROP TRIGGER baremeversion_refuse_truncate ON measures_baremeversion;
DROP FUNCTION bareme_refuse_truncate();
DROP TRIGGER bareme_rule_keeps_its_word ON measures_baremerule;
DROP FUNCTION bareme_rule_keeps_its_word();
DROP TRIGGER bareme_closed_by_a_published_one ON measures_baremeversion;
DROP FUNCTION bareme_closed_by_a_published_one();
DROP TRIGGER bareme_published_has_rules ON measures_baremeversion;
DROP FUNCTION bareme_published_has_rules();
DROP TRIGGER bareme_version_keeps_its_word ON measures_baremeversion;
DROP FUNCTION bareme_version_keeps_its_word();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0001_keep_bareme_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='baremeversion',
            name='closed_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closes', to='measures.baremeversion', verbose_name='remplacée par'),
        ),
        migrations.AddConstraint(
            model_name='baremeversion',
            constraint=models.CheckConstraint(condition=models.Q(('closed_by__isnull', True), models.Q(('state', 'PUBLISHED'), ('valid_to__isnull', False)), _connector='OR'), name='bareme_closed_has_an_end', violation_error_message='Une version remplacée est publiée et a une fin.'),
        ),
        migrations.AddConstraint(
            model_name='baremeversion',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'DRAFT'), ('published_by__isnull', True), ('valid_from__gt', measures.models.bareme._ParisDay('published_at')), _connector='OR'), name='bareme_published_ahead', violation_error_message='Une version commence au plus tôt le lendemain de sa publication.'),
        ),
        migrations.AddConstraint(
            model_name='baremeversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WITHDRAWN'), _negated=True), ('valid_from__gt', measures.models.bareme._ParisDay('withdrawn_at')), _connector='OR'), name='bareme_withdrawn_before_it_begins', violation_error_message='Une version qui a commencé ne se retire plus.'),
        ),
        migrations.RunSQL(GUARD, REVERSE),
    ]
