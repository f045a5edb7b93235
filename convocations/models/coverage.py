"""Communes and the networks the regulator says they have; about places, never about a person."""

from django.db import models
from django.db.models import F, Q


class Commune(models.Model):
    """A commune, by its INSEE code."""

    insee = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "commune"

    def __str__(self) -> str:
        return self.name


class CommuneName(models.Model):
    """One way to write a commune below one of its postcodes, as `coverage.names.key` spells it."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="names", db_index=False)
    postcode = models.CharField("code postal", max_length=5)
    key = models.CharField("nom simplifié", max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["postcode", "key", "commune"],
                name="commune_is_named_once",
                violation_error_message="Cette commune est déjà connue sous ce nom.",
            )
        ]


class CoverageEdition(models.Model):
    """Which edition of a source is in the tables; one at a time, replaced as a whole."""

    class Source(models.TextChoices):
        COMMUNES = "COMMUNES", "codes postaux (La Poste)"
        MOBILE = "MOBILE", "réseaux mobiles (Arcep)"
        FIXED = "FIXED", "réseaux fixes (Arcep)"

    source = models.CharField("source", max_length=8, choices=Source.choices)
    # «2026T2»; empty for a source that has no quarter.
    quarter = models.CharField("trimestre", max_length=6, blank=True, default="")
    is_sample = models.BooleanField("échantillon fictif", default=False)
    file_name = models.CharField("fichier", max_length=120)
    lines = models.IntegerField("lignes")
    left_out = models.IntegerField("lignes écartées", default=0)
    imported_at = models.DateTimeField("importé le")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                name="one_edition_per_source",
                violation_error_message="Cette source a déjà une édition.",
            )
        ]


class MobileCoverage(models.Model):
    """How much of a commune one operator's technology reaches: inhabitants by level, in percent."""

    insee = models.CharField("code INSEE", max_length=5)
    # MCC and MNC, as the regulator names operators.
    operator = models.IntegerField("opérateur")
    technology = models.CharField("technologie", max_length=4)
    people_none = models.DecimalField(max_digits=5, decimal_places=2)
    people_limited = models.DecimalField(max_digits=5, decimal_places=2)
    people_good = models.DecimalField(max_digits=5, decimal_places=2)
    people_very_good = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["insee", "operator", "technology"],
                name="mobile_coverage_once",
                violation_error_message="Cette couverture est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(
                    people_none__gte=0, people_limited__gte=0, people_good__gte=0, people_very_good__gte=0
                )
                & Q(
                    people_none__gte=99 - F("people_limited") - F("people_good") - F("people_very_good"),
                    people_none__lte=101 - F("people_limited") - F("people_good") - F("people_very_good"),
                ),
                name="mobile_shares_make_a_whole",
                violation_error_message="Les parts d’habitants doivent faire cent.",
            ),
        ]


class FixedCoverage(models.Model):
    """How many premises of a commune a wired line of at least 3, 8, 30, 100 Mbit/s reaches."""

    insee = models.CharField("code INSEE", max_length=5, primary_key=True)
    premises = models.IntegerField("locaux")
    wired_3 = models.IntegerField()
    wired_8 = models.IntegerField()
    wired_30 = models.IntegerField()
    wired_100 = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    wired_100__gte=0,
                    wired_30__gte=F("wired_100"),
                    wired_8__gte=F("wired_30"),
                    wired_3__gte=F("wired_8"),
                    premises__gte=F("wired_3"),
                ),
                name="fixed_premises_are_among_all",
                violation_error_message="Un débit plus élevé ne peut pas atteindre plus de locaux.",
            )
        ]
