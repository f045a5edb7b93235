"""A file with a procedure that is not over is held, and its last act is one of the file's."""

from django.db import migrations

HOLD = """
ALTER FUNCTION file_hold(bigint) RENAME TO file_hold_but_procedures;
ALTER FUNCTION file_last_act(bigint) RENAME TO file_last_act_but_procedures;

CREATE FUNCTION file_hold(person bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(file_hold_but_procedures(person), CASE
        WHEN EXISTS (SELECT 1 FROM measures_case WHERE claimant_id = person AND state NOT IN (
            'CLOSED', 'LAPSED', 'WITHDRAWN', 'ANNULLED', 'LIFTED', 'EXPIRED')) THEN 'procedure'
        WHEN EXISTS (
            SELECT 1 FROM core_deadline WHERE state IN (0, 5) AND kind BETWEEN 310 AND 317
                AND subject_id IN (SELECT id FROM measures_case WHERE claimant_id = person)) THEN 'deadline'
    END)
$$;
CREATE FUNCTION file_last_act(person bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(
        file_last_act_but_procedures(person),
        (SELECT greatest(max(referred_at), max(ended_at)) FROM measures_case WHERE claimant_id = person),
        (SELECT greatest(max(sent_at), max(ends_at)) FROM measures_decision AS decision
            JOIN measures_case AS ours ON ours.id = decision.case_id WHERE ours.claimant_id = person))
$$;
"""
NO_HOLD = """
DROP FUNCTION file_last_act(bigint);
DROP FUNCTION file_hold(bigint);
ALTER FUNCTION file_last_act_but_procedures(bigint) RENAME TO file_last_act;
ALTER FUNCTION file_hold_but_procedures(bigint) RENAME TO file_hold;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("convocations", "0020_call_about_what_is_not_opened"),
        ("measures", "0004_let_no_measure_pass_by_due_process"),
    ]
    operations = [migrations.RunSQL(HOLD, NO_HOLD)]
