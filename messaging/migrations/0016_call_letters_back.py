from django.db import migrations, models

STATES = [
    ("WAITING", "attend le prochain lot"),
    ("BATCHED", "dans un lot à poster"),
    ("POSTED", "postée"),
    ("DELIVERED", "remise"),
    ("RETURNED", "revenue"),
    ("CALLED_BACK", "retirée avant l’impression"),
]


class Migration(migrations.Migration):
    dependencies = [("messaging", "0015_owe_a_letter_beside_an_e_mail")]

    operations = [
        migrations.RemoveConstraint(model_name="letter", name="letter_waits_or_is_in_a_batch"),
        migrations.RemoveConstraint(model_name="letter", name="letter_posting_is_dated"),
        migrations.AddField(
            model_name="letter",
            name="called_back_at",
            field=models.DateTimeField(null=True, verbose_name="retirée le"),
        ),
        migrations.AddField(
            model_name="letter",
            name="called_back_for",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=240, verbose_name="motif du retrait"
            ),
        ),
        migrations.AlterField(
            model_name="letter",
            name="state",
            field=models.CharField(
                choices=STATES, default="WAITING", max_length=12, verbose_name="état"
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(state="CALLED_BACK"),
                fields=["agency", "-called_back_at"],
                name="letter_called_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["WAITING", "CALLED_BACK"], batch__isnull=True)
                | (~models.Q(state__in=["WAITING", "CALLED_BACK"]) & models.Q(batch__isnull=False)),
                name="letter_waits_or_is_in_a_batch",
                violation_error_message="Une lettre attend, ou elle est dans un lot.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["WAITING", "BATCHED", "CALLED_BACK"], posted_at__isnull=True)
                | models.Q(state__in=["POSTED", "DELIVERED", "RETURNED"], posted_at__isnull=False),
                name="letter_posting_is_dated",
                violation_error_message="Une lettre postée l’est un jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=(
                    models.Q(state="CALLED_BACK", called_back_at__isnull=False)
                    & ~models.Q(called_back_for="")
                )
                | (
                    ~models.Q(state="CALLED_BACK")
                    & models.Q(called_back_at__isnull=True, called_back_for="")
                ),
                name="letter_called_back_says_why",
                violation_error_message="Le retrait d’une lettre est daté et expliqué.",
            ),
        ),
    ]
