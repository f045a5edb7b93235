"""Due process of a measure in the database: who, when, within what, on which facts; asked of the rows themselves."""

from django.db import migrations

WHO = """
-- A delegate of the region, who neither referred these facts nor decided on them in another case (CT R5412-4).
CREATE FUNCTION may_decide(person bigint, ours measures_case) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts_decisionmaker JOIN accounts_user ON accounts_user.id = user_id
        WHERE user_id = person AND region = ours.region AND role = 'DECISION_MAKER')
    AND person <> ours.referred_by_id
    AND NOT EXISTS (
        SELECT 1 FROM measures_decision AS before JOIN measures_case AS theirs ON theirs.id = before.case_id
        WHERE before.author_id = person AND theirs.id <> ours.id
          AND (theirs.origin, theirs.origin_id) = (ours.origin, ours.origin_id))
$$;

CREATE FUNCTION case_is_examined_by_a_delegate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may_decide(NEW.decider_id, NEW) THEN
        RAISE EXCEPTION 'person % may not examine case %', NEW.decider_id, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_is_examined_by_a_delegate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_is_examined_by_a_delegate BEFORE INSERT OR UPDATE OF decider_id ON measures_case
    FOR EACH ROW WHEN (NEW.decider_id IS NOT NULL AND NEW.decider_id <> NEW.referred_by_id)
    EXECUTE FUNCTION case_is_examined_by_a_delegate();

CREATE FUNCTION decision_is_by_a_delegate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ours measures_case;
BEGIN
    SELECT * INTO ours FROM measures_case WHERE id = NEW.case_id;
    IF NOT may_decide(NEW.author_id, ours)
        OR (NEW.second_reader_id IS NOT NULL AND NOT may_decide(NEW.second_reader_id, ours))
    THEN
        RAISE EXCEPTION 'decision % is by no delegate of its region', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_is_by_a_delegate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_is_by_a_delegate
    BEFORE INSERT OR UPDATE OF author_id, second_reader_id, case_id ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_is_by_a_delegate();
"""
WHAT = """
-- Among what the barème permits at the highest rank that is reached: outcome, share, length, and its condition.
CREATE FUNCTION bareme_permits(ours measures_case, outcome text, share int, length int, unit text, condition text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM measures_baremerule AS rule
        WHERE rule.version_id = ours.bareme_id AND rule.breach = ours.breach AND rule.situation = ours.situation
          AND rule.rank = (
              SELECT max(highest.rank) FROM measures_baremerule AS highest
              WHERE highest.version_id = ours.bareme_id AND highest.breach = ours.breach
                AND highest.situation = ours.situation AND highest.rank <= ours.rank)
          AND rule.outcome = $2 AND rule.condition = $6
          AND $3 BETWEEN rule.share_min AND rule.share_max
          AND $4 BETWEEN rule.length_min AND rule.length_max
          AND (rule.outcome = 'AVERTISSEMENT' OR rule.unit = $5))
$$;

CREATE FUNCTION notice_within_the_bareme() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ours measures_case;
BEGIN
    SELECT * INTO ours FROM measures_case WHERE id = NEW.case_id;
    IF NEW.breach <> ours.breach
        OR NOT bareme_permits(ours, NEW.outcome, NEW.share, NEW.length, NEW.unit, NEW.condition)
    THEN
        RAISE EXCEPTION 'notice % announces what the bareme does not permit', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_within_the_bareme';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_within_the_bareme
    BEFORE INSERT OR UPDATE OF outcome, share, length, unit, condition, breach, case_id ON measures_notice
    FOR EACH ROW EXECUTE FUNCTION notice_within_the_bareme();

CREATE FUNCTION decision_within_the_bareme() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ours measures_case;
BEGIN
    SELECT * INTO ours FROM measures_case WHERE id = NEW.case_id;
    IF NOT bareme_permits(ours, NEW.outcome, NEW.share, NEW.length, NEW.unit, NEW.condition) THEN
        RAISE EXCEPTION 'decision % is not within the bareme', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_within_the_bareme';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_within_the_bareme
    BEFORE INSERT OR UPDATE OF outcome, share, length, unit, condition, case_id ON measures_decision
    FOR EACH ROW WHEN (NEW.outcome <> '') EXECUTE FUNCTION decision_within_the_bareme();

-- The rank is counted, not chosen: one more than the measures that were notified in the months before the facts.
-- A day of doubt, for the clocks overseas, is left to the process.
CREATE FUNCTION counted_rank(ours measures_case) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT 1 + count(*) FROM measures_decision AS one
    JOIN measures_case AS theirs ON theirs.id = one.case_id
    JOIN measures_baremeversion AS version ON version.id = ours.bareme_id
    WHERE theirs.claimant_id = ours.claimant_id AND theirs.id IS DISTINCT FROM ours.id
      AND theirs.state IN ('NOTIFIED', 'IN_FORCE', 'LIFT_REQUESTED', 'LIFTED', 'LIFT_REFUSED', 'EXPIRED')
      AND one.set_aside_at IS NULL AND one.notified_at IS NOT NULL
      AND one.notified_at::date - 1 < ours.facts_on
      AND ours.facts_on < one.notified_at::date + 1 + make_interval(months => version.repeat_months)
$$;
CREATE FUNCTION decision_at_the_counted_rank() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ours measures_case;
BEGIN
    SELECT * INTO ours FROM measures_case WHERE id = NEW.case_id;
    IF ours.rank > counted_rank(ours) THEN
        RAISE EXCEPTION 'case % has no rank %', ours.id, ours.rank
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_at_the_counted_rank';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_at_the_counted_rank BEFORE INSERT OR UPDATE OF sent_at ON measures_decision
    FOR EACH ROW WHEN (NEW.outcome <> '') EXECUTE FUNCTION decision_at_the_counted_rank();

-- Never heavier than what the person was told and could answer.
CREATE FUNCTION weight_of(outcome text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(ARRAY['', 'AVERTISSEMENT', 'SUSPENSION', 'SUPPRESSION', 'RADIATION'], $1)
$$;
CREATE FUNCTION decision_never_exceeds_the_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM measures_notice AS told
        WHERE told.case_id = NEW.case_id AND told.sent_at IS NOT NULL
          AND weight_of(NEW.outcome) <= weight_of(told.outcome) AND NEW.share <= told.share
          AND NEW.length * CASE NEW.unit WHEN 'MONTHS' THEN 30 ELSE 1 END
            <= told.length * CASE told.unit WHEN 'MONTHS' THEN 30 ELSE 1 END)
    THEN
        RAISE EXCEPTION 'decision % is heavier than its notice', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_never_exceeds_the_notice';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_never_exceeds_the_notice
    BEFORE INSERT OR UPDATE OF outcome, share, length, unit, case_id ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_never_exceeds_the_notice();
"""
WHEN = """
CREATE FUNCTION decision_waits_for_the_ten_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM measures_notice
        WHERE case_id = NEW.case_id AND received_at IS NOT NULL AND observations_until <= NEW.decided_at)
    THEN
        RAISE EXCEPTION 'decision % does not wait for the person', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_waits_for_the_ten_days';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_waits_for_the_ten_days BEFORE INSERT OR UPDATE OF decided_at, case_id ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_waits_for_the_ten_days();

CREATE FUNCTION decision_waits_for_the_hearing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM measures_hearing
        WHERE case_id = NEW.case_id AND dropped_at IS NULL AND (held_at IS NULL OR held_at > NEW.decided_at))
    THEN
        RAISE EXCEPTION 'decision % does not wait for the hearing', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_waits_for_the_hearing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_waits_for_the_hearing BEFORE INSERT OR UPDATE OF decided_at, case_id ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_waits_for_the_hearing();

-- An outage whose days are not all given yet (318: DUE_EXTEND_OBSERVATIONS; 0 and 5: pending, stuck).
CREATE FUNCTION decision_waits_for_outages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM core_outage AS outage JOIN measures_notice AS notice ON notice.case_id = NEW.case_id
        WHERE outage.starts_at < notice.observations_until
          AND (outage.ends_at IS NULL OR outage.ends_at > notice.received_at)
          AND EXISTS (
              SELECT 1 FROM core_deadline
              WHERE subject_id = outage.id AND kind = 318 AND state IN (0, 5)))
    THEN
        RAISE EXCEPTION 'the ten days of decision % may still grow', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_waits_for_outages';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_waits_for_outages BEFORE INSERT ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_waits_for_outages();

CREATE FUNCTION decision_is_sent_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM measures_case WHERE id = NEW.case_id AND decide_by > NEW.sent_at) THEN
        RAISE EXCEPTION 'decision % comes too late', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_is_sent_in_time';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_is_sent_in_time BEFORE INSERT OR UPDATE OF sent_at, case_id ON measures_decision
    FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION decision_is_sent_in_time();

-- A measure stands on a decision that the person received.
CREATE FUNCTION measure_stands_on_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM measures_decision
        WHERE case_id = NEW.id AND set_aside_at IS NULL AND outcome <> '' AND notified_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'case % has no decision that was received', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measure_stands_on_a_decision';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measure_stands_on_a_decision BEFORE INSERT OR UPDATE OF state ON measures_case
    FOR EACH ROW WHEN (NEW.state IN
        ('NOTIFIED', 'IN_FORCE', 'LIFT_REQUESTED', 'LIFTED', 'LIFT_REFUSED', 'EXPIRED'))
    EXECUTE FUNCTION measure_stands_on_a_decision();

CREATE FUNCTION decision_answers_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM measures_observations WHERE case_id = NEW.case_id)
        OR EXISTS (SELECT 1 FROM measures_hearing WHERE case_id = NEW.case_id AND held_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'decision % answers nothing of what was said', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_answers_what_was_said';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_answers_what_was_said BEFORE INSERT OR UPDATE OF answer, outcome, case_id ON measures_decision
    FOR EACH ROW WHEN (NEW.answer = '' AND NEW.outcome <> '') EXECUTE FUNCTION decision_answers_what_was_said();
"""
KEPT = """
-- What was referred stays as it was referred.
CREATE FUNCTION case_keeps_what_was_referred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case % was referred as it stands', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_keeps_what_was_referred';
END $$;
CREATE TRIGGER case_keeps_what_was_referred BEFORE UPDATE ON measures_case
    FOR EACH ROW WHEN (
        (OLD.claimant_id, OLD.agency_id, OLD.region, OLD.origin, OLD.origin_id, OLD.origin_ref, OLD.facts_on, OLD.report,
         OLD.evidence, OLD.referred_by_id, OLD.referred_at, OLD.bareme_id, OLD.breach, OLD.situation)
        IS DISTINCT FROM
        (NEW.claimant_id, NEW.agency_id, NEW.region, NEW.origin, NEW.origin_id, NEW.origin_ref, NEW.facts_on, NEW.report,
         NEW.evidence, NEW.referred_by_id, NEW.referred_at, NEW.bareme_id, NEW.breach, NEW.situation)
    ) EXECUTE FUNCTION case_keeps_what_was_referred();
CREATE FUNCTION case_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF erasing(OLD.claimant_id, TG_RELID) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'case % is kept', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_is_never_deleted';
END $$;
CREATE TRIGGER case_is_never_deleted BEFORE DELETE ON measures_case
    FOR EACH ROW EXECUTE FUNCTION case_is_never_deleted();

-- What the person was told stays what they were told; its end moves to a later day only.
CREATE FUNCTION notice_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE person bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT claimant_id INTO person FROM measures_case WHERE id = OLD.case_id;
        IF erasing(person, TG_RELID) THEN RETURN OLD; END IF;
    ELSIF to_jsonb(NEW) - ARRAY['received_at', 'received_how', 'observations_until']
            = to_jsonb(OLD) - ARRAY['received_at', 'received_how', 'observations_until']
        AND (OLD.received_at IS NULL
            OR ((NEW.received_at, NEW.received_how) = (OLD.received_at, OLD.received_how)
                AND NEW.observations_until >= OLD.observations_until))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'notice % was sent as it stands', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_keeps_its_word';
END $$;
CREATE TRIGGER notice_keeps_its_word BEFORE UPDATE OR DELETE ON measures_notice
    FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL) EXECUTE FUNCTION notice_keeps_its_word();

-- A decision is read twice, sent, received or put aside; what it says is written once.
CREATE FUNCTION decision_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint;
    later text[] := ARRAY['second_reader_id', 'second_read_at', 'set_aside_at', 'set_aside_for', 'sent_at',
        'notified_at', 'notified_how', 'starts_at', 'ends_at', 'content_hash'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT claimant_id INTO person FROM measures_case WHERE id = OLD.case_id;
        IF erasing(person, TG_RELID) THEN RETURN OLD; END IF;
    ELSIF to_jsonb(NEW) - later = to_jsonb(OLD) - later
        AND (OLD.sent_at IS NULL OR (OLD.sent_at, OLD.content_hash) = (NEW.sent_at, NEW.content_hash))
        AND (OLD.notified_at IS NULL OR (OLD.notified_at, OLD.starts_at) = (NEW.notified_at, NEW.starts_at))
        AND (OLD.set_aside_at IS NULL OR OLD.set_aside_at = NEW.set_aside_at)
        AND (OLD.second_read_at IS NULL
            OR (OLD.second_reader_id, OLD.second_read_at) = (NEW.second_reader_id, NEW.second_read_at))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'decision % was taken as it stands', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_keeps_its_word';
END $$;
CREATE TRIGGER decision_keeps_its_word BEFORE UPDATE OR DELETE ON measures_decision
    FOR EACH ROW EXECUTE FUNCTION decision_keeps_its_word();

CREATE FUNCTION hearing_keeps_its_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE person bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT claimant_id INTO person FROM measures_case WHERE id = OLD.case_id;
        IF erasing(person, TG_RELID) THEN RETURN OLD; END IF;
    ELSIF OLD.held_at IS NULL AND OLD.dropped_at IS NULL
        AND (NEW.case_id, NEW.asked_at, NEW.asked_by_id) = (OLD.case_id, OLD.asked_at, OLD.asked_by_id)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'hearing % stays as it was noted', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'hearing_keeps_its_minutes';
END $$;
CREATE TRIGGER hearing_keeps_its_minutes BEFORE UPDATE OR DELETE ON measures_hearing
    FOR EACH ROW EXECUTE FUNCTION hearing_keeps_its_minutes();
"""
FACTS = ("observations", "piece", "periodextension")
ADDED = "\n".join(
    f"""
CREATE TRIGGER case_{table}_refuse_change BEFORE UPDATE OR DELETE ON measures_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing(
        'case_id', 'SELECT claimant_id FROM measures_case WHERE id = $1');
CREATE TRIGGER case_{table}_refuse_truncate BEFORE TRUNCATE ON measures_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in FACTS
)
REVERSE = """
DROP TRIGGER hearing_keeps_its_minutes ON measures_hearing;
DROP FUNCTION hearing_keeps_its_minutes();
DROP TRIGGER decision_keeps_its_word ON measures_decision;
DROP FUNCTION decision_keeps_its_word();
DROP TRIGGER notice_keeps_its_word ON measures_notice;
DROP FUNCTION notice_keeps_its_word();
DROP TRIGGER case_is_never_deleted ON measures_case;
DROP FUNCTION case_is_never_deleted();
DROP TRIGGER case_keeps_what_was_referred ON measures_case;
DROP FUNCTION case_keeps_what_was_referred();
DROP TRIGGER decision_answers_what_was_said ON measures_decision;
DROP FUNCTION decision_answers_what_was_said();
DROP TRIGGER measure_stands_on_a_decision ON measures_case;
DROP FUNCTION measure_stands_on_a_decision();
DROP TRIGGER decision_is_sent_in_time ON measures_decision;
DROP FUNCTION decision_is_sent_in_time();
DROP TRIGGER decision_waits_for_outages ON measures_decision;
DROP FUNCTION decision_waits_for_outages();
DROP TRIGGER decision_waits_for_the_hearing ON measures_decision;
DROP FUNCTION decision_waits_for_the_hearing();
DROP TRIGGER decision_waits_for_the_ten_days ON measures_decision;
DROP FUNCTION decision_waits_for_the_ten_days();
DROP TRIGGER decision_never_exceeds_the_notice ON measures_decision;
DROP FUNCTION decision_never_exceeds_the_notice();
DROP FUNCTION weight_of(text);
DROP TRIGGER decision_at_the_counted_rank ON measures_decision;
DROP FUNCTION decision_at_the_counted_rank();
DROP FUNCTION counted_rank(measures_case);
DROP TRIGGER decision_within_the_bareme ON measures_decision;
DROP FUNCTION decision_within_the_bareme();
DROP TRIGGER notice_within_the_bareme ON measures_notice;
DROP FUNCTION notice_within_the_bareme();
DROP FUNCTION bareme_permits(measures_case, text, int, int, text, text);
DROP TRIGGER decision_is_by_a_delegate ON measures_decision;
DROP FUNCTION decision_is_by_a_delegate();
DROP TRIGGER case_is_examined_by_a_delegate ON measures_case;
DROP FUNCTION case_is_examined_by_a_delegate();
DROP FUNCTION may_decide(bigint, measures_case);
"""
TAKEN_AWAY = "\n".join(
    f"""
DROP TRIGGER case_{table}_refuse_truncate ON measures_{table};
DROP TRIGGER case_{table}_refuse_change ON measures_{table};
"""
    for table in FACTS
)


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0003_keep_cases_up_to_a_decision"),
        ("core", "0007_prove_what_was_erased"),
    ]
    operations = [
        migrations.RunSQL(WHO + WHAT + WHEN + KEPT, REVERSE),
        migrations.RunSQL(ADDED, TAKEN_AWAY),
    ]
