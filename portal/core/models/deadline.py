"""Everything that time will bring, one row each."""

from django.db import models
from django.db.models import Q


class Deadline(models.Model):
    """What falls due for one subject at one instant; worked once, by `portal.core.deadlines`."""

    class State(models.IntegerChoices):
        PENDING = 0, "à venir"
        DONE = 1, "faite"
        CANCELLED = 2, "annulée"
        TOO_LATE = 3, "close, trop tard"
        MOOT = 4, "close, sans objet"
        STUCK = 5, "bloquée"

    id = models.BigAutoField(primary_key=True)
    kind = models.SmallIntegerField("nature")
    subject_id = models.BigIntegerField("objet")
    # Which instance of the subject: the start time in epoch seconds for a reminder, 0 where there is one.
    occurrence = models.BigIntegerField("occurrence", default=0)
    step = models.SmallIntegerField("étape", default=0)
    due_at = models.DateTimeField("échéance")
    # When a worker looks at it next: `due_at`, then later after a failure.
    run_at = models.DateTimeField("prochain passage")
    state = models.SmallIntegerField("état", choices=State.choices, default=State.PENDING)
    attempts = models.SmallIntegerField("essais", default=0)
    last_error = models.TextField("dernière erreur", blank=True, default="")
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "échéance"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind", "occurrence", "step"], name="deadline_falls_due_once"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "run_at", "id"], name="deadline_due", condition=Q(state=0)),
            models.Index(fields=["id"], name="deadline_stuck", condition=Q(state=5)),
        ]
