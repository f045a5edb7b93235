"""Local offices and when they are open."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from portal.core.working_time import Territory


class Agency(models.Model):
    """A local office: where it is, whose holidays and clock it follows."""

    code = models.CharField("code", max_length=12, unique=True)
    name = models.CharField("nom", max_length=120)
    region = models.CharField("région", max_length=80)
    territory = models.CharField("territoire", max_length=32, choices=Territory.choices)
    street = models.CharField("adresse", max_length=160)
    postcode = models.CharField("code postal", max_length=10)
    city = models.CharField("ville", max_length=80)
    phone = models.CharField("téléphone", max_length=20)
    is_active = models.BooleanField("ouverte", default=True)

    class Meta:
        verbose_name = "agence"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Give the address on one line."""
        return f"{self.street}, {self.postcode} {self.city}"

    @property
    def place(self) -> Territory:
        """Give the territory whose holidays and zone the agency follows."""
        return Territory(self.territory)


class OpeningHours(models.Model):
    """One weekly opening, in the agency's own local time."""

    class Kind(models.TextChoices):
        WALK_IN = "WALK_IN", "accueil sans rendez-vous"
        BY_APPOINTMENT = "BY_APPOINTMENT", "sur rendez-vous"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "lundi"
        TUESDAY = 1, "mardi"
        WEDNESDAY = 2, "mercredi"
        THURSDAY = 3, "jeudi"
        FRIDAY = 4, "vendredi"
        SATURDAY = 5, "samedi"
        SUNDAY = 6, "dimanche"

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="hours", verbose_name="agence")
    kind = models.CharField("nature", max_length=16, choices=Kind.choices)
    weekday = models.SmallIntegerField("jour", choices=Weekday.choices)
    opens = models.TimeField("ouvre à")
    closes = models.TimeField("ferme à")

    class Meta:
        verbose_name = "horaire d’ouverture"
        verbose_name_plural = "horaires d’ouverture"
        ordering = ["agency", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="hours_close_after_opening",
                violation_error_message="L’heure de fermeture doit venir après l’heure d’ouverture.",
            ),
            models.UniqueConstraint(
                fields=["agency", "kind", "weekday", "opens"],
                name="hours_once",
                violation_error_message="Cet horaire existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    def whole_days(self) -> "ClosureQuerySet":
        """Those that close whole days, not some hours of them."""
        return self.filter(starts__isnull=True)


class Closure(models.Model):
    """Days, or the same hours of some days, on which an agency is exceptionally closed."""

    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="closures", verbose_name="agence"
    )
    first_day = models.DateField("premier jour")
    last_day = models.DateField("dernier jour")
    # Both empty: the whole day.
    starts = models.TimeField("à partir de", null=True, blank=True)
    ends = models.TimeField("jusqu’à", null=True, blank=True)
    reason = models.CharField("motif", max_length=120)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = "fermeture exceptionnelle"
        verbose_name_plural = "fermetures exceptionnelles"
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_start",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="closed_hours_end_after_start",
                violation_error_message=(
                    "Donnez les deux heures, la fin après le début\u00a0; ou aucune pour la journée entière."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class Kiosk(models.Model):
    """An equipped place of an agency (espace numérique), booked with a video appointment."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="kiosks", verbose_name="agence")
    name = models.CharField("nom", max_length=60)
    has_video = models.BooleanField("équipé pour la vidéo", default=True)
    is_active = models.BooleanField("en service", default=True)

    class Meta:
        verbose_name = "espace numérique"
        verbose_name_plural = "espaces numériques"
        ordering = ["agency", "name"]
        constraints = [
            models.UniqueConstraint(
                "agency",
                Lower("name"),
                name="kiosk_named_once",
                violation_error_message="Un espace numérique de cette agence porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="kiosk_has_a_name",
                violation_error_message="Donnez un nom à l’espace numérique.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
