from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_choose_how_each_notice_comes"),
        ("messaging", "0014_keep_ready_texts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="channel",
            field=models.SmallIntegerField(
                choices=[(1, "e-mail"), (2, "lettre")], default=1, verbose_name="canal"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("claimant", "kind", "subject_id", "occurrence", "step"),
                name="letter_says_it_once",
                violation_error_message="Cette lettre est déjà écrite.",
            ),
        ),
    ]
