"""The barème: dated, territorial versions, immutable once published, and the outcomes each permits."""

from collections.abc import Collection

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import User
from measures.states import VERSION_TRANSITIONS, VersionState
from portal.core.transitions import Stateful, StatefulQuerySet
from portal.core.working_time import Territory

EVERYWHERE = ""


class Breach(models.TextChoices):
    """What a person is reproached with, after examination; each names the article that defines it."""

    ASSIDUITY = "ASSIDUITY", "manquement aux obligations du contrat d’engagement (R5412-1)"
    CONTRACT = "CONTRACT", "refus d’élaborer ou d’actualiser le contrat d’engagement (R5412-2)"
    OFFER = "OFFER", "deux refus d’une offre raisonnable d’emploi (R5412-3)"
    RECONVERSION = "RECONVERSION", "projet de reconversion non mis en œuvre (R5412-1)"
    FRAUD = "FRAUD", "fausse déclaration (R5412-3-1)"
    UNDECLARED_ACTIVITY = "UNDECLARED_ACTIVITY", "activité très brève non déclarée (R5412-3-2)"


class Situation(models.TextChoices):
    """What a person is paid at the date of the facts: the articles part the outcomes by it."""

    BENEFIT = "BENEFIT", "avec allocation"
    NO_BENEFIT = "NO_BENEFIT", "sans allocation ni RSA"


class Outcome(models.TextChoices):
    """A measure a person may decide; none is «définitive»."""

    AVERTISSEMENT = "AVERTISSEMENT", "avertissement avec mise en demeure"
    SUSPENSION = "SUSPENSION", "suspension de l’allocation"
    SUPPRESSION = "SUPPRESSION", "suppression de l’allocation"
    RADIATION = "RADIATION", "radiation de la liste"


class Unit(models.TextChoices):
    DAYS = "DAYS", "jours"
    MONTHS = "MONTHS", "mois"


class _Days(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class _ParisDay(Func):
    """The day of an instant on the capital's clock."""

    template = "(%(expressions)s AT TIME ZONE 'Europe/Paris')::date"
    output_field = models.DateField()


class BaremeVersion(Stateful):
    """One version of the scale: from a day, in a territory or everywhere, by a published source."""

    TRANSITIONS = VERSION_TRANSITIONS

    code = models.CharField("code", max_length=40)
    title = models.CharField("titre", max_length=160)
    source = models.TextField("source")
    # Empty: wherever no version of the territory's own is in force.
    territory = models.CharField(
        "territoire", max_length=32, choices=Territory.choices, blank=True, default=EVERYWHERE
    )
    valid_from = models.DateField("en vigueur à partir du")
    # The last day; empty while no end is known.
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # The version whose publication gave this one its end; its withdrawal takes the end away again.
    closed_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="closes",
        db_index=False,
        verbose_name="remplacée par",
    )
    # How long a first measure counts for the rank of the next (CT R5412-3-4).
    repeat_months = models.PositiveSmallIntegerField("récidive comptée sur (mois)", default=24)
    state = models.CharField("état", max_length=16, choices=VersionState.choices, default=VersionState.DRAFT)
    published_at = models.DateTimeField("publiée le", null=True)
    # Empty for the versions that come with the product.
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawal_reason = models.TextField("raison du retrait", blank=True, default="")

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "version du barème"
        verbose_name_plural = "versions du barème"
        ordering = ["-valid_from", "territory", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="bareme_code_once",
                violation_error_message="Ce code est déjà celui d’une autre version.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="bareme_ends_after_it_begins",
                violation_error_message="Une version finit au plus tôt le jour où elle commence.",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | (Q(published_at__isnull=False) & ~Q(source="")),
                name="bareme_published_is_dated_and_sourced",
                violation_error_message="Une version publiée est datée et dit sa source.",
            ),
            models.CheckConstraint(
                condition=~Q(state="WITHDRAWN") | (Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")),
                name="bareme_withdrawal_has_a_reason",
                violation_error_message="Un retrait est daté et expliqué.",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | Q(state="PUBLISHED", valid_to__isnull=False),
                name="bareme_closed_has_an_end",
                violation_error_message="Une version remplacée est publiée et a une fin.",
            ),
            # What people could read yesterday is not written today; the product's own versions state the past.
            models.CheckConstraint(
                condition=Q(state="DRAFT")
                | Q(published_by__isnull=True)
                | Q(valid_from__gt=_ParisDay("published_at")),
                name="bareme_published_ahead",
                violation_error_message="Une version commence au plus tôt le lendemain de sa publication.",
            ),
            models.CheckConstraint(
                condition=~Q(state="WITHDRAWN") | Q(valid_from__gt=_ParisDay("withdrawn_at")),
                name="bareme_withdrawn_before_it_begins",
                violation_error_message="Une version qui a commencé ne se retire plus.",
            ),
            ExclusionConstraint(
                expressions=[
                    ("territory", RangeOperators.EQUAL),
                    (
                        _Days("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state="PUBLISHED"),
                name="bareme_one_version_a_day",
                violation_error_message="Une autre version publiée couvre déjà une partie de ces jours.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check a form's answers; no form asks the state, and what binds published versions depends on it."""
        super().validate_constraints(set(exclude or ()) - {"state"})


class BaremeRule(models.Model):
    """One permitted outcome: for a breach, a situation and a rank, between which share and length."""

    version = models.ForeignKey(
        BaremeVersion, on_delete=models.PROTECT, related_name="rules", verbose_name="version"
    )
    breach = models.CharField("manquement", max_length=24, choices=Breach.choices)
    situation = models.CharField("situation", max_length=16, choices=Situation.choices)
    # The first measure this rule is for: 1 the first, 2 from the second on, until a rule with a higher one.
    rank = models.PositiveSmallIntegerField("à partir de la mesure n°")
    outcome = models.CharField("mesure", max_length=16, choices=Outcome.choices)
    # Per cent of the allowance; 0 for what takes none of it. A radiation with 100 goes with the suppression of all
    # of it, for as long.
    share_min = models.PositiveSmallIntegerField("part minimale (%)", default=0)
    share_max = models.PositiveSmallIntegerField("part maximale (%)", default=0)
    # A warning has none: it leaves a term to comply.
    length_min = models.PositiveSmallIntegerField("durée minimale", default=0)
    length_max = models.PositiveSmallIntegerField("durée maximale", default=0)
    unit = models.CharField("unité", max_length=8, choices=Unit.choices, default=Unit.MONTHS)
    article = models.CharField("article", max_length=80)
    # What must hold besides, in words the decision maker confirms («seulement si …»); empty when nothing.
    condition = models.CharField("condition", max_length=240, blank=True, default="")

    class Meta:
        verbose_name = "mesure permise"
        verbose_name_plural = "mesures permises"
        ordering = ["version", "breach", "situation", "rank", "outcome", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "breach", "situation", "rank", "outcome"],
                name="bareme_rule_once",
                violation_error_message="Cette mesure est déjà dans la version, pour ce rang.",
            ),
            models.CheckConstraint(
                condition=Q(share_max__gte=F("share_min"), share_max__lte=100),
                name="bareme_share_is_a_range",
                violation_error_message="La part va du minimum au maximum, 100 % au plus.",
            ),
            models.CheckConstraint(
                condition=Q(length_max__gte=F("length_min")),
                name="bareme_length_is_a_range",
                violation_error_message="La durée va du minimum au maximum.",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1) & ~Q(article=""),
                name="bareme_rule_has_rank_and_article",
                violation_error_message="Une mesure permise dit son rang et son article.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="AVERTISSEMENT", share_max=0, length_max=0)
                | Q(outcome="RADIATION", share_max=0, length_min__gte=1)
                | Q(outcome="RADIATION", share_min=100, length_min__gte=1)
                | Q(outcome__in=["SUSPENSION", "SUPPRESSION"], share_min__gte=1, length_min__gte=1),
                name="bareme_rule_says_what_it_takes",
                violation_error_message=(
                    "Un avertissement ne prend rien ; une suspension ou une suppression a une part et une durée ; "
                    "une radiation a une durée, seule ou avec toute l’allocation."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}\u00a0: {self.get_outcome_display()}"

    @property
    def from_rank(self) -> str:
        """Say from which measure on it is permitted."""
        return "première mesure" if self.rank == 1 else f"à partir de la {self.rank}e mesure"

    @property
    def about(self) -> str:
        """Say whom it is for."""
        return f"{self.get_breach_display()}, {self.get_situation_display()}, {self.from_rank}"
