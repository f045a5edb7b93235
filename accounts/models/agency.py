"""Local offices and when they are open."""

from django.db import models
from django.db.models import F, Q

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


class Closure(models.Model):
    """Days on which an agency is exceptionally closed."""

    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="closures", verbose_name="agence"
    )
    first_day = models.DateField("premier jour")
    last_day = models.DateField("dernier jour")
    reason = models.CharField("motif", max_length=120)

    class Meta:
        verbose_name = "fermeture exceptionnelle"
        verbose_name_plural = "fermetures exceptionnelles"
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_start",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"
