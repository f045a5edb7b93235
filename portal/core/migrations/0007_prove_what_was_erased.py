"""A whole file may be erased, by the owner of the tables alone, and the chain of the journal still holds.

What an erasure has to wait for stands where every table is known: convocations' migration of the same deed.
"""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
-- The digest of one line, as sealing.py computes it.
CREATE FUNCTION journal_digest(line core_journalentry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(line.id, extract(epoch FROM line.at), line.code, line.actor_id,
        line.actor_role, line.file_id, line.subject_id, line.data, line.ip::text)::text, 'UTF8'))
$$;

CREATE FUNCTION owns(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = relation
$$;

-- The file is being erased, in this very transaction, by the owner of this table.
CREATE FUNCTION erasing(person bigint, relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT owns(relation) AND EXISTS (
        SELECT 1 FROM core_erasure
        WHERE file_id = person AND transaction = pg_current_xact_id()::text::bigint)
$$;

-- Rows of evidence go with their file and never otherwise. The trigger says whose a row is: the column to begin
-- at, and the question that leads from there to the person.
CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE person bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE TG_ARGV[1] INTO person USING (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
        IF erasing(person, TG_RELID) THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- A line of the journal is emptied when its file is erased, sealed as it was and with its digest kept.
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND erasing(OLD.file_id, TG_RELID)
        AND (NEW.id, NEW.at, NEW.code) = (OLD.id, OLD.at, OLD.code)
        AND NEW.actor_id IS NULL AND NEW.actor_role = '' AND NEW.file_id IS NULL
        AND NEW.subject_id IS NULL AND NEW.ip IS NULL AND NEW.data = '{}'
        AND OLD.id <= (SELECT last_id FROM core_journalseal ORDER BY id DESC LIMIT 1)
        AND EXISTS (SELECT 1 FROM core_erasedline WHERE entry_id = OLD.id AND digest = journal_digest(OLD))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER journalentry_refuse_change ON core_journalentry;
CREATE TRIGGER journalentry_refuse_change BEFORE UPDATE OR DELETE ON core_journalentry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();

CREATE FUNCTION erased_line_is_of_its_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM core_journalentry AS line JOIN core_erasure AS erasure ON erasure.id = NEW.erasure_id
        WHERE line.id = NEW.entry_id AND line.file_id = erasure.file_id
          AND erasing(erasure.file_id, TG_RELID) AND NEW.digest = journal_digest(line))
    THEN
        RAISE EXCEPTION 'line % is of no file that is being erased', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_line_is_of_its_file';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER erased_line_is_of_its_file BEFORE INSERT ON core_erasedline
    FOR EACH ROW EXECUTE FUNCTION erased_line_is_of_its_file();
CREATE TRIGGER erasedline_refuse_change BEFORE UPDATE OR DELETE ON core_erasedline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasedline_refuse_truncate BEFORE TRUNCATE ON core_erasedline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A proof is closed once, in the transaction that erases, and then no longer says whose file it was.
CREATE FUNCTION erasure_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND erasing(OLD.file_id, TG_RELID) AND NEW.file_id IS NULL
        AND (NEW.id, NEW.at, NEW.transaction, NEW.mark, NEW.active_years, NEW.archive_years)
          = (OLD.id, OLD.at, OLD.transaction, OLD.mark, OLD.active_years, OLD.archive_years)
        AND NOT EXISTS (SELECT 1 FROM core_journalentry WHERE file_id = OLD.file_id)
        AND NOT EXISTS (SELECT 1 FROM accounts_claimant WHERE user_id = OLD.file_id)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER erasure_refuse_change BEFORE UPDATE OR DELETE ON core_erasure
    FOR EACH ROW EXECUTE FUNCTION erasure_refuse_change();
CREATE TRIGGER erasure_refuse_truncate BEFORE TRUNCATE ON core_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A whole file or nothing: what was begun and not closed is not committed.
CREATE FUNCTION erasure_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM core_erasure WHERE id = NEW.id AND file_id IS NOT NULL) THEN
        RAISE EXCEPTION 'erasure % is not at its end', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_is_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER erasure_is_whole AFTER INSERT ON core_erasure
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION erasure_is_whole();
"""
REVERSE = """
DROP TRIGGER erasure_is_whole ON core_erasure;
DROP FUNCTION erasure_is_whole();
DROP TRIGGER erasure_refuse_truncate ON core_erasure;
DROP TRIGGER erasure_refuse_change ON core_erasure;
DROP FUNCTION erasure_refuse_change();
DROP TRIGGER erasedline_refuse_truncate ON core_erasedline;
DROP TRIGGER erasedline_refuse_change ON core_erasedline;
DROP TRIGGER erased_line_is_of_its_file ON core_erasedline;
DROP FUNCTION erased_line_is_of_its_file();
DROP TRIGGER journalentry_refuse_change ON core_journalentry;
CREATE TRIGGER journalentry_refuse_change BEFORE UPDATE OR DELETE ON core_journalentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION journal_refuse_change();
DROP FUNCTION refuse_change_but_erasing();
DROP FUNCTION erasing(bigint, oid);
DROP FUNCTION owns(oid);
DROP FUNCTION journal_digest(core_journalentry);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_vacuum_deadlines_often")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="effacé le")),
                ("file_id", models.BigIntegerField(null=True, verbose_name="dossier")),
                ("transaction", models.BigIntegerField(default=0)),
                ("mark", models.BinaryField(max_length=32, verbose_name="empreinte de la référence")),
                ("active_years", models.SmallIntegerField(verbose_name="années de suivi")),
                ("archive_years", models.SmallIntegerField(verbose_name="années d’archive")),
                ("counts", models.JSONField(default=dict, verbose_name="effacé, par table")),
                ("lines", models.IntegerField(default=0, verbose_name="écritures vidées")),
                ("digest", models.BinaryField(default=b"", max_length=32)),
            ],
            options={
                "verbose_name": "effacement d’un dossier",
                "verbose_name_plural": "effacements de dossiers",
                "indexes": [
                    models.Index(fields=["mark"], name="erasure_of_a_reference"),
                    models.Index(
                        condition=models.Q(("file_id__isnull", False)),
                        fields=["file_id"],
                        name="erasure_that_runs",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("active_years__gte", 1), ("archive_years__gte", 1)),
                        name="erasure_waits_for_both_periods",
                        violation_error_message="Un dossier est gardé pour le suivi, puis en archive.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasedLine",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "erasure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emptied",
                        to="core.erasure",
                    ),
                ),
            ],
            options={"verbose_name": "écriture vidée", "verbose_name_plural": "écritures vidées"},
        ),
        migrations.RunSQL(GUARDS, REVERSE),
    ]
