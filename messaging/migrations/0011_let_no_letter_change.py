from django.db import migrations

FORWARD = """
-- What a letter says is what its ledger's fingerprint says: nobody rewrites it, nor whose it is. It goes whole,
-- with the time it is kept; where it stands, its address before it is posted and its pages are written later.
CREATE FUNCTION letter_keeps_its_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.words, NEW.content_hash, NEW.claimant_id, NEW.message_id, NEW.kind, NEW.subject_id, NEW.written_at)
        IS DISTINCT FROM
        (OLD.words, OLD.content_hash, OLD.claimant_id, OLD.message_id, OLD.kind, OLD.subject_id, OLD.written_at)
        OR (OLD.posted_at IS NOT NULL
            AND (NEW.recipient, NEW.batch_id, NEW.posted_at) IS DISTINCT FROM
                (OLD.recipient, OLD.batch_id, OLD.posted_at))
    THEN
        RAISE EXCEPTION 'letter % keeps its words', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_keeps_its_words';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letter_keeps_its_words BEFORE UPDATE ON messaging_letter
    FOR EACH ROW EXECUTE FUNCTION letter_keeps_its_words();

-- A letter is printed and posted by its own agency.
CREATE FUNCTION letter_is_in_its_agencys_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.batch_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM messaging_letterbatch WHERE id = NEW.batch_id AND agency_id = NEW.agency_id)
    THEN
        RAISE EXCEPTION 'letter % is in another agency''s batch', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_is_in_its_agencys_batch';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letter_is_in_its_agencys_batch BEFORE INSERT OR UPDATE OF batch_id, agency_id ON messaging_letter
    FOR EACH ROW EXECUTE FUNCTION letter_is_in_its_agencys_batch();
"""
BACKWARD = """
DROP TRIGGER letter_is_in_its_agencys_batch ON messaging_letter;
DROP FUNCTION letter_is_in_its_agencys_batch();
DROP TRIGGER letter_keeps_its_words ON messaging_letter;
DROP FUNCTION letter_keeps_its_words();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_write_letters")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
