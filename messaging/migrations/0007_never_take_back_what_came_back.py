from django.db import migrations

# A late «delivered» never undoes a bounce, whoever writes it. Fires only where the column is written.
GUARD = """
    CREATE FUNCTION outbox_outcome_never_goes_back() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.outcome < OLD.outcome THEN
            RAISE EXCEPTION 'what came back about a mail is never taken back'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'outbox_outcome_never_goes_back';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER outbox_outcome_never_goes_back BEFORE UPDATE OF outcome ON messaging_outboxmessage
        FOR EACH ROW EXECUTE FUNCTION outbox_outcome_never_goes_back();
"""
UNGUARD = """
    DROP TRIGGER outbox_outcome_never_goes_back ON messaging_outboxmessage;
    DROP FUNCTION outbox_outcome_never_goes_back();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0006_keep_what_comes_back'),
    ]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
    ]
