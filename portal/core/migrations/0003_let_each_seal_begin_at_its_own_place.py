from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_make_the_journal_append_only")]

    operations = [
        migrations.RemoveConstraint(model_name="journalseal", name="journal_seal_once"),
        migrations.AddConstraint(
            model_name="journalseal",
            constraint=models.UniqueConstraint(fields=("first_id",), name="journal_seal_once"),
        ),
    ]
