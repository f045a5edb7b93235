"""Due process of what follows a decision, in the database: who answers, until when, what a win owes, what is kept."""

from django.db import migrations

WHO = """
-- Whoever took or read what is contested answers nothing about it.
CREATE FUNCTION had_a_part_in(person bigint, ours measures_appealcase) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM measures_decision
        WHERE id = ours.decision_id AND person IN (author_id, second_reader_id))
    OR EXISTS (SELECT 1 FROM measures_liftrequest WHERE id = ours.lift_id AND decided_by_id = person)
$$;
CREATE FUNCTION gracious_is_answered_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contested measures_appealcase;
    ours measures_case;
BEGIN
    SELECT * INTO contested FROM measures_appealcase WHERE id = NEW.appeal_id;
    SELECT * INTO ours FROM measures_case WHERE id = contested.case_id;
    IF had_a_part_in(NEW.author_id, contested) OR NOT may_decide(NEW.author_id, ours) THEN
        RAISE EXCEPTION 'person % may not answer appeal %', NEW.author_id, NEW.appeal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gracious_is_answered_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gracious_is_answered_by_another BEFORE INSERT OR UPDATE OF author_id ON measures_graciousappeal
    FOR EACH ROW WHEN (NEW.author_id IS NOT NULL) EXECUTE FUNCTION gracious_is_answered_by_another();

CREATE FUNCTION lift_is_decided_by_a_delegate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ours measures_case;
BEGIN
    SELECT * INTO ours FROM measures_case WHERE id = NEW.case_id;
    IF NOT may_decide(NEW.decided_by_id, ours) THEN
        RAISE EXCEPTION 'person % may not answer lifting %', NEW.decided_by_id, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lift_is_decided_by_a_delegate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lift_is_decided_by_a_delegate BEFORE INSERT OR UPDATE OF decided_by_id ON measures_liftrequest
    FOR EACH ROW WHEN (NEW.decided_by_id IS NOT NULL) EXECUTE FUNCTION lift_is_decided_by_a_delegate();
"""
WHAT = """
-- The time to act begins when the person received what they contest, never before.
CREATE FUNCTION appeal_is_against_what_was_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
            SELECT 1 FROM measures_decision
            WHERE id = NEW.decision_id AND case_id = NEW.case_id AND notified_at <= NEW.counts_from)
        AND NOT EXISTS (
            SELECT 1 FROM measures_liftrequest
            WHERE id = NEW.lift_id AND case_id = NEW.case_id AND NOT granted AND notified_at <= NEW.counts_from)
    THEN
        RAISE EXCEPTION 'appeal % is against nothing that was received', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_is_against_what_was_received';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_is_against_what_was_received BEFORE INSERT ON measures_appealcase
    FOR EACH ROW EXECUTE FUNCTION appeal_is_against_what_was_received();

-- Who wins is owed something, with a day: the effects stand before the win does.
CREATE FUNCTION win_has_its_effects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM measures_effect WHERE appeal_id = NEW.appeal_id) THEN
        RAISE EXCEPTION '% of appeal % is won without any effect', TG_TABLE_NAME, NEW.appeal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gracious_win_has_its_effects BEFORE INSERT OR UPDATE OF state ON measures_graciousappeal
    FOR EACH ROW WHEN (NEW.state IN ('GRANTED', 'PARTIAL')) EXECUTE FUNCTION win_has_its_effects();
CREATE TRIGGER court_win_has_its_effects BEFORE INSERT OR UPDATE OF state ON measures_courtappeal
    FOR EACH ROW WHEN (NEW.state IN ('ANNULLED', 'REFORMED')) EXECUTE FUNCTION win_has_its_effects();
CREATE TRIGGER agreement_has_its_effects BEFORE INSERT OR UPDATE OF state ON measures_mediation
    FOR EACH ROW WHEN (NEW.state = 'AGREED') EXECUTE FUNCTION win_has_its_effects();

-- Mediation comes before the court (CT R5312-47), and ends before one goes there.
CREATE FUNCTION court_waits_for_a_mediation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM measures_mediation WHERE appeal_id = NEW.appeal_id AND ended_on <= NEW.filed_on)
    THEN
        RAISE EXCEPTION 'appeal % goes to court before any mediation', NEW.appeal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'court_waits_for_a_mediation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER court_waits_for_a_mediation BEFORE INSERT OR UPDATE OF state, filed_on ON measures_courtappeal
    FOR EACH ROW WHEN (NEW.filed_on IS NOT NULL) EXECUTE FUNCTION court_waits_for_a_mediation();

-- A measure is lifted because somebody granted it, or because an appeal against the refusal was won.
CREATE FUNCTION measure_is_lifted_by_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM measures_liftrequest WHERE case_id = NEW.id AND granted)
        AND NOT EXISTS (
            SELECT 1 FROM measures_effect AS effect JOIN measures_appealcase AS won ON won.id = effect.appeal_id
            WHERE won.case_id = NEW.id AND won.lift_id IS NOT NULL)
    THEN
        RAISE EXCEPTION 'case % is lifted by nobody', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measure_is_lifted_by_somebody';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measure_is_lifted_by_somebody BEFORE INSERT OR UPDATE OF state ON measures_case
    FOR EACH ROW WHEN (NEW.state = 'LIFTED') EXECUTE FUNCTION measure_is_lifted_by_somebody();
"""
# The columns that may be written later, once, in the order of the acts that write them: what an act wrote stays.
_LATER = {
    "appealcase": ("SELECT $1", ["state", "residence", "counts_from", "deadline"], []),
    "liftrequest": (
        "SELECT $1",
        [],
        [
            ("decided_at", ["decided_by_id", "granted", "effective_on", "reasons_law", "reasons_fact"]),
            ("notified_at", ["notified_how"]),
        ],
    ),
    "graciousappeal": (
        "SELECT case_id FROM measures_appealcase WHERE id = $1",
        [],
        [
            (
                "answered_at",
                ["author_id", "state", "reasons_law", "reasons_fact", "share", "length", "unit"],
            ),
            ("notified_at", ["notified_how"]),
        ],
    ),
    "mediation": (
        "SELECT case_id FROM measures_appealcase WHERE id = $1",
        [],
        [("end_declared_at", ["ended_on", "end_declared_by_id", "state", "outcome"])],
    ),
    "courtappeal": (
        "SELECT case_id FROM measures_appealcase WHERE id = $1",
        ["state"],
        [
            ("declared_at", ["declared_by_id", "court", "number", "filed_on", "late"]),
            ("noted_at", ["noted_by_id", "judged_on", "judgment", "share", "length", "unit"]),
        ],
    ),
    "effect": ("SELECT $1", [], [("done_at", ["done_by_id", "proof"])]),
    "stay": (
        "SELECT case_id FROM measures_appealcase WHERE id = $1",
        [],
        [("ended_at", ["until"])],
    ),
}
_BY_CASE = {"appealcase", "liftrequest", "effect"}


def _kept(table: str) -> str:
    way, free, acts = _LATER[table]
    column = "case_id" if table in _BY_CASE else "appeal_id"
    later = [*free, *(name for mark, others in acts for name in (mark, *others))]
    listed = ", ".join(f"'{name}'" for name in later)
    once = "".join(
        f"\n        AND (OLD.{mark} IS NULL OR ({', '.join(f'OLD.{n}' for n in (mark, *others))})"
        f" IS NOT DISTINCT FROM ({', '.join(f'NEW.{n}' for n in (mark, *others))}))"
        for mark, others in acts
    )
    if table == "appealcase":
        # Time is given, never taken back.
        once = "\n        AND NEW.deadline >= OLD.deadline AND NEW.counts_from >= OLD.counts_from"
    way = way.replace("$1", f"OLD.{column}")
    return f"""
CREATE FUNCTION {table}_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint;
    later text[] := ARRAY[{listed}];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT claimant_id INTO person FROM measures_case WHERE id = ({way});
        IF erasing(person, TG_RELID) THEN RETURN OLD; END IF;
    ELSIF to_jsonb(NEW) - later = to_jsonb(OLD) - later{once}
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '{table} % stays as it was written', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_keeps_its_word';
END $$;
CREATE TRIGGER {table}_keeps_its_word BEFORE UPDATE OR DELETE ON measures_{table}
    FOR EACH ROW EXECUTE FUNCTION {table}_keeps_its_word();
"""


FACTS = {
    "appealextension": (
        "appeal_id",
        "SELECT ours.claimant_id FROM measures_appealcase AS one JOIN measures_case AS ours ON ours.id = one.case_id"
        " WHERE one.id = $1",
    ),
    "annex": ("document_id", "SELECT owner_id FROM core_document WHERE id = $1"),
}
ADDED = "\n".join(
    f"""
CREATE TRIGGER case_{table}_refuse_change BEFORE UPDATE OR DELETE ON measures_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing('{column}', '{whose}');
CREATE TRIGGER case_{table}_refuse_truncate BEFORE TRUNCATE ON measures_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table, (column, whose) in FACTS.items()
)
REVERSE = "\n".join(
    f"""
DROP TRIGGER case_{table}_refuse_truncate ON measures_{table};
DROP TRIGGER case_{table}_refuse_change ON measures_{table};
"""
    for table in FACTS
)
REVERSE += "\n".join(
    f"""
DROP TRIGGER {table}_keeps_its_word ON measures_{table};
DROP FUNCTION {table}_keeps_its_word();
"""
    for table in _LATER
)
REVERSE += """
DROP TRIGGER measure_is_lifted_by_somebody ON measures_case;
DROP FUNCTION measure_is_lifted_by_somebody();
DROP TRIGGER court_waits_for_a_mediation ON measures_courtappeal;
DROP FUNCTION court_waits_for_a_mediation();
DROP TRIGGER agreement_has_its_effects ON measures_mediation;
DROP TRIGGER court_win_has_its_effects ON measures_courtappeal;
DROP TRIGGER gracious_win_has_its_effects ON measures_graciousappeal;
DROP FUNCTION win_has_its_effects();
DROP TRIGGER appeal_is_against_what_was_received ON measures_appealcase;
DROP FUNCTION appeal_is_against_what_was_received();
DROP TRIGGER lift_is_decided_by_a_delegate ON measures_liftrequest;
DROP FUNCTION lift_is_decided_by_a_delegate();
DROP TRIGGER gracious_is_answered_by_another ON measures_graciousappeal;
DROP FUNCTION gracious_is_answered_by_another();
DROP FUNCTION had_a_part_in(bigint, measures_appealcase);
"""


class Migration(migrations.Migration):
    dependencies = [("measures", "0005_keep_appeals_and_liftings")]
    operations = [migrations.RunSQL(WHO + WHAT + "".join(map(_kept, _LATER)) + ADDED, REVERSE)]
