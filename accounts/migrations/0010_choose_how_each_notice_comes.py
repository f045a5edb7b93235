from django.db import migrations, models

EMAIL, LETTER, SPACE = ("EMAIL", "par e-mail"), ("LETTER", "par lettre"), ("SPACE", "seulement dans l’espace personnel")
PROVEN = [EMAIL, LETTER, ("BOTH", "par e-mail et par lettre")]
# The few whose choice was not the usual one: whom letters alone reached, and who wanted no reminders.
FORWARD = """
UPDATE accounts_claimant
SET appointments_by = 'LETTER', answers_by = 'LETTER', follow_up_by = 'LETTER', messages_by = 'LETTER'
WHERE prefers_letters;
UPDATE accounts_claimant SET reminders_by = 'SPACE' WHERE prefers_letters OR NOT reminders_by_email;
"""
BACKWARD = """
UPDATE accounts_claimant SET prefers_letters = true WHERE appointments_by = 'LETTER';
UPDATE accounts_claimant SET reminders_by_email = false WHERE reminders_by = 'SPACE';
"""


def way(name, choices, label):
    return migrations.AddField(
        model_name="claimant",
        name=name,
        field=models.CharField(
            choices=choices, db_default="EMAIL", default="EMAIL", max_length=8, verbose_name=label
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_reserve_hours_for_a_kind")]

    operations = [
        way("appointments_by", PROVEN, "rendez-vous"),
        way("answers_by", PROVEN, "demandes, absences et documents"),
        way("follow_up_by", PROVEN, "suivi"),
        way("messages_by", [*PROVEN, SPACE], "messages et appels du conseiller"),
        way("reminders_by", [EMAIL, SPACE], "rappels avant un rendez-vous"),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(model_name="claimant", name="prefers_letters"),
        migrations.RemoveField(model_name="claimant", name="reminders_by_email"),
        migrations.AddConstraint(
            model_name="claimant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appointments_by__in", ["EMAIL", "LETTER", "BOTH"]),
                    ("answers_by__in", ["EMAIL", "LETTER", "BOTH"]),
                    ("follow_up_by__in", ["EMAIL", "LETTER", "BOTH"]),
                    ("messages_by__in", ["EMAIL", "LETTER", "BOTH", "SPACE"]),
                    ("reminders_by__in", ["EMAIL", "SPACE"]),
                ),
                name="notices_come_by_a_way_they_may_take",
                violation_error_message="Ce que la loi demande vous arrive par e-mail ou par lettre.",
            ),
        ),
    ]
