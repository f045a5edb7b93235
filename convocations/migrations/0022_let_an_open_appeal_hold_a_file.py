"""A file is held while its person can act against a decision, waits for an answer, or is owed something."""

from django.db import migrations

HOLD = """
ALTER FUNCTION file_hold(bigint) RENAME TO file_hold_but_appeals;
ALTER FUNCTION file_last_act(bigint) RENAME TO file_last_act_but_appeals;

CREATE FUNCTION file_hold(person bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(file_hold_but_appeals(person), CASE
        WHEN EXISTS (
            SELECT 1 FROM measures_appealcase AS one JOIN measures_case AS ours ON ours.id = one.case_id
            WHERE ours.claimant_id = person AND (
                one.state IN ('RUNNING', 'INTERRUPTED')
                OR EXISTS (SELECT 1 FROM measures_graciousappeal WHERE appeal_id = one.id AND state = 'FILED')
                OR EXISTS (SELECT 1 FROM measures_mediation
                    WHERE appeal_id = one.id AND state IN ('FILED', 'IN_MEDIATION'))
                OR EXISTS (SELECT 1 FROM measures_courtappeal
                    WHERE appeal_id = one.id AND state = 'DECLARED_FILED'))) THEN 'appeal'
        WHEN EXISTS (
            SELECT 1 FROM measures_effect AS owed JOIN measures_case AS ours ON ours.id = owed.case_id
            WHERE ours.claimant_id = person AND owed.done_at IS NULL) THEN 'appeal'
        WHEN EXISTS (
            SELECT 1 FROM core_deadline WHERE state IN (0, 5) AND (
                (kind IN (350, 351) AND subject_id IN (
                    SELECT one.id FROM measures_appealcase AS one JOIN measures_case AS ours ON ours.id = one.case_id
                    WHERE ours.claimant_id = person))
                OR (kind IN (352, 353, 354) AND subject_id IN (
                    SELECT filed.id FROM measures_graciousappeal AS filed
                    JOIN measures_appealcase AS one ON one.id = filed.appeal_id
                    JOIN measures_case AS ours ON ours.id = one.case_id WHERE ours.claimant_id = person))
                OR (kind IN (355, 356) AND subject_id IN (
                    SELECT asked.id FROM measures_liftrequest AS asked
                    JOIN measures_case AS ours ON ours.id = asked.case_id WHERE ours.claimant_id = person))
            )) THEN 'deadline'
    END)
$$;
CREATE FUNCTION file_last_act(person bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(
        file_last_act_but_appeals(person),
        (SELECT greatest(max(one.opened_at), max(one.deadline), max(filed.filed_at), max(filed.answered_at))
            FROM measures_case AS ours JOIN measures_appealcase AS one ON one.case_id = ours.id
            LEFT JOIN measures_graciousappeal AS filed ON filed.appeal_id = one.id
            WHERE ours.claimant_id = person),
        (SELECT greatest(max(sought.declared_at), max(sought.end_declared_at), max(court.declared_at), max(court.noted_at))
            FROM measures_case AS ours JOIN measures_appealcase AS one ON one.case_id = ours.id
            LEFT JOIN measures_mediation AS sought ON sought.appeal_id = one.id
            LEFT JOIN measures_courtappeal AS court ON court.appeal_id = one.id
            WHERE ours.claimant_id = person),
        (SELECT greatest(max(asked.asked_at), max(asked.decided_at), max(owed.done_at))
            FROM measures_case AS ours
            LEFT JOIN measures_liftrequest AS asked ON asked.case_id = ours.id
            LEFT JOIN measures_effect AS owed ON owed.case_id = ours.id
            WHERE ours.claimant_id = person))
$$;
"""
NO_HOLD = """
DROP FUNCTION file_last_act(bigint);
DROP FUNCTION file_hold(bigint);
ALTER FUNCTION file_last_act_but_appeals(bigint) RENAME TO file_last_act;
ALTER FUNCTION file_hold_but_appeals(bigint) RENAME TO file_hold;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0021_let_an_open_procedure_hold_a_file"),
        ("measures", "0006_let_no_appeal_be_lost"),
    ]
    operations = [migrations.RunSQL(HOLD, NO_HOLD)]
