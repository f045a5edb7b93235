from django.db import migrations

FORWARD = """
-- What was said stays said: neither the message, nor what was joined to it, nor who opened it.
CREATE TRIGGER message_refuse_change BEFORE UPDATE OR DELETE ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_refuse_truncate BEFORE TRUNCATE ON messaging_message
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_refuse_change BEFORE UPDATE OR DELETE ON messaging_attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_refuse_truncate BEFORE TRUNCATE ON messaging_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reading_refuse_change BEFORE UPDATE OR DELETE ON messaging_messagereading
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reading_refuse_truncate BEFORE TRUNCATE ON messaging_messagereading
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody speaks for the other side, and a thread's messages come one after the other: a reader that has
-- seen an id has seen all before it.
CREATE FUNCTION message_speaks_for_its_side() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint;
    last_id bigint;
    last_number smallint;
BEGIN
    SELECT claimant_id INTO whose FROM messaging_thread WHERE id = NEW.thread_id;
    IF (NEW.side = 'CLAIMANT') <> (NEW.author_id IS NOT DISTINCT FROM whose) THEN
        RAISE EXCEPTION 'message of thread % speaks for the other side', NEW.thread_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'message_speaks_for_its_side';
    END IF;
    SELECT id, number INTO last_id, last_number FROM messaging_message
        WHERE thread_id = NEW.thread_id ORDER BY number DESC LIMIT 1;
    IF NEW.id <= coalesce(last_id, 0) OR NEW.number <> coalesce(last_number, 0) + 1 THEN
        RAISE EXCEPTION 'message % of thread % does not come next', NEW.number, NEW.thread_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'message_comes_next';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_speaks_for_its_side BEFORE INSERT ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION message_speaks_for_its_side();

CREATE FUNCTION attachment_is_the_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM core_document AS document
        JOIN messaging_message AS message ON message.id = NEW.message_id
        JOIN messaging_thread AS thread ON thread.id = message.thread_id
        WHERE document.id = NEW.document_id AND document.owner_id = thread.claimant_id)
    THEN
        RAISE EXCEPTION 'document % is not of the person of this thread', NEW.document_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_is_the_persons';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_is_the_persons BEFORE INSERT ON messaging_attachment
    FOR EACH ROW EXECUTE FUNCTION attachment_is_the_persons();

-- A thread stays its person's, under its reference.
CREATE FUNCTION thread_stays_its_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'thread % stays with its person', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'thread_stays_its_persons';
END $$;
CREATE TRIGGER thread_stays_its_persons BEFORE UPDATE ON messaging_thread
    FOR EACH ROW WHEN (
        (OLD.claimant_id, OLD.ref, OLD.topic, OLD.subject, OLD.opened_at)
        IS DISTINCT FROM (NEW.claimant_id, NEW.ref, NEW.topic, NEW.subject, NEW.opened_at)
        OR NEW.last_number < OLD.last_number
    ) EXECUTE FUNCTION thread_stays_its_persons();
"""
REVERSE = """
DROP TRIGGER thread_stays_its_persons ON messaging_thread;
DROP FUNCTION thread_stays_its_persons();
DROP TRIGGER attachment_is_the_persons ON messaging_attachment;
DROP FUNCTION attachment_is_the_persons();
DROP TRIGGER message_speaks_for_its_side ON messaging_message;
DROP FUNCTION message_speaks_for_its_side();
DROP TRIGGER reading_refuse_truncate ON messaging_messagereading;
DROP TRIGGER reading_refuse_change ON messaging_messagereading;
DROP TRIGGER attachment_refuse_truncate ON messaging_attachment;
DROP TRIGGER attachment_refuse_change ON messaging_attachment;
DROP TRIGGER message_refuse_truncate ON messaging_message;
DROP TRIGGER message_refuse_change ON messaging_message;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0004_keep_threads'),
        ('core', '0002_make_the_journal_append_only'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
    ]
