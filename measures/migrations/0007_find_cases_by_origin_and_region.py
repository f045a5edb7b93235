"""A case by the facts it comes from, whatever became of it; a region's open ones, counted without reading them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

OPEN = ['DECIDED', 'DECISION_DUE', 'EXAMINED', 'HEARING_HELD', 'HEARING_REQUESTED', 'IN_FORCE', 'LIFT_REFUSED', 'LIFT_REQUESTED', 'NOTICE_PREPARED', 'NOTICE_RECEIVED', 'NOTICE_SENT', 'NOTIFIED', 'OBSERVATIONS_FILED', 'PERIOD_ELAPSED', 'REFERRED']


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("measures", "0006_let_no_appeal_be_lost")]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(fields=["origin", "origin_id"], name="case_of_origin"),
        ),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", OPEN)),
                fields=["region", "state"],
                include=["referred_by"],
                name="case_open_in_region",
            ),
        ),
    ]
