"""What has had its hour, by agency: its figures are read without touching what is still to come."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("convocations", "0005_let_no_missing_date_found_an_absence")]

    operations = [
        AddIndexConcurrently(
            model_name="convocation",
            index=models.Index(
                condition=models.Q(("record_due_at__isnull", False)),
                fields=["agency", "starts_at"],
                name="convocation_ended",
            ),
        )
    ]
