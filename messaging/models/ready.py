"""A text kept ready to answer with: an advisor's own, or one for a whole agency."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.db.models.lookups import LessThanOrEqual

from accounts.models import Advisor, Agency
from messaging.models.message import BODY_MAX
from portal.core.references import ReferenceField

TITLE_MAX = 80
# So many an advisor, and so many an agency: more is no list any more.
READY_MAX = 60


class ReadyTextQuerySet(models.QuerySet["ReadyText"]):
    def usable_by(self, advisor: Advisor) -> "ReadyTextQuerySet":
        """An advisor's own, then those of their agency, each by title."""
        return self.filter(Q(owner=advisor) | Q(agency_id=advisor.agency_id)).order_by(
            "agency_id", "title", "pk"
        )

    def changeable_by(self, advisor: Advisor) -> "ReadyTextQuerySet":
        """An advisor's own; those of the agency are its supervisors'."""
        mine = Q(owner=advisor)
        return self.filter(mine | Q(agency_id=advisor.agency_id) if advisor.is_supervisor else mine)


class ReadyText(models.Model):
    """A titled text with blanks (`messaging.ready.blanks`); it is somebody's, or an agency's."""

    ref = ReferenceField(prefix="RT")
    owner = models.ForeignKey(
        Advisor, on_delete=models.CASCADE, null=True, related_name="ready_texts", db_index=False
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, null=True, related_name="ready_texts", db_index=False
    )
    title = models.CharField("titre", max_length=TITLE_MAX)
    body = models.TextField("texte")
    # Its place among those of its owner, below `READY_MAX`: the database counts by it.
    place = models.SmallIntegerField("place")
    changed_at = models.DateTimeField("modifié le")

    objects = ReadyTextQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse type"
        verbose_name_plural = "réponses types"
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True, agency__isnull=False)
                | Q(owner__isnull=False, agency__isnull=True),
                name="ready_text_is_somebodys_or_an_agencys",
                violation_error_message="Une réponse type est à un conseiller, ou à une agence.",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body="") & Q(LessThanOrEqual(Length("body"), BODY_MAX)),
                name="ready_text_says_something_bounded",
                violation_error_message="Une réponse type a un titre, et un texte de 10 000 caractères au plus.",
            ),
            models.CheckConstraint(
                condition=Q(place__gte=0, place__lt=READY_MAX),
                name="ready_texts_are_few",
                violation_error_message="60 réponses types au plus.",
            ),
            models.UniqueConstraint(
                fields=["owner", "place"], condition=Q(owner__isnull=False), name="ready_text_has_its_place"
            ),
            models.UniqueConstraint(
                fields=["agency", "place"],
                condition=Q(agency__isnull=False),
                name="shared_ready_text_has_its_place",
            ),
            models.UniqueConstraint(
                "owner",
                Lower("title"),
                condition=Q(owner__isnull=False),
                name="ready_text_is_titled_once",
                violation_error_message="Une réponse type porte déjà ce titre.",
            ),
            models.UniqueConstraint(
                "agency",
                Lower("title"),
                condition=Q(agency__isnull=False),
                name="shared_ready_text_is_titled_once",
                violation_error_message="Une réponse type porte déjà ce titre.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shared(self) -> bool:
        """Say whether the whole agency answers with it."""
        return self.agency_id is not None
