"""The roles of product §1, each a row beside the account."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models.agency import Agency
from accounts.models.notices import NoticeGroup, Routes, Way, allowed, choice, routes
from accounts.models.user import User
from portal.core.references import ReferenceField


class Advisor(models.Model):
    """The one named follow-up person of a portfolio; a supervisor also runs the agency."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="advisor")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="advisors", verbose_name="agence"
    )
    is_supervisor = models.BooleanField("responsable d’agence", default=False)
    volunteers_for_web = models.BooleanField("volontaire pour le suivi 100 % web", default=False)
    phone = models.CharField("téléphone", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "conseiller"

    def __str__(self) -> str:
        return str(self.user)


class ClaimantQuerySet(models.QuerySet["Claimant"]):
    def followed(self) -> "ClaimantQuerySet":
        """Those whose file is in use: not in the archive."""
        return self.filter(archived_at__isnull=True)

    def in_portfolio_of(self, advisor: Advisor) -> "ClaimantQuerySet":
        """Those an advisor follows."""
        return self.followed().filter(advisor=advisor)

    def hold(self, claimant_id: int) -> "Claimant":
        """Lock one person, then read them with account, agency and advisor.

        In two steps: who waits for the lock with a join meets the row as it has become and the advisor as
        they were, and PostgreSQL then gives no row at all. Their key is left to others: who writes an
        appointment of theirs meanwhile waits for nobody.
        """
        self.select_for_update(no_key=True).only("pk").get(pk=claimant_id)
        return self.select_related("user", "agency", "advisor__user").get(pk=claimant_id)

    def of_agency(self, agency_id: int) -> "ClaimantQuerySet":
        """Those an agency follows."""
        return self.followed().filter(agency_id=agency_id)

    def wanting_some_email(self) -> "ClaimantQuerySet":
        """Those who chose to be told something by e-mail."""
        wanted = Q()
        for group in NoticeGroup:
            wanted |= Q(**{f"{group.value}__in": [Way.EMAIL, Way.BOTH]})
        return self.filter(wanted)


class Claimant(models.Model):
    """A registered person, followed by one advisor of one agency."""

    class BenefitStatus(models.TextChoices):
        ARE = "ARE", "allocation d’aide au retour à l’emploi (ARE)"
        ASS = "ASS", "allocation de solidarité spécifique (ASS)"
        RSA = "RSA", "revenu de solidarité active (RSA)"
        NONE = "NONE", "sans allocation"

    class FollowUpMode(models.TextChoices):
        WEB = "WEB", "100 % web"
        GUIDED = "GUIDED", "guidé"
        REINFORCED = "REINFORCED", "renforcé"
        GLOBAL = "GLOBAL", "global"

    class Accommodation(models.TextChoices):
        """What a person needs to take part, never why: no diagnosis has a place here."""

        INTERPRETER = "INTERPRETER", "interprète dans une autre langue"
        SIGN_LANGUAGE = "SIGN_LANGUAGE", "interprète en langue des signes (LSF)"
        WHEELCHAIR = "WHEELCHAIR", "accès en fauteuil roulant"
        ASSISTIVE_TECH = "ASSISTIVE_TECH", "lecteur d’écran, agrandissement ou boucle auditive"
        EASY_READ = "EASY_READ", "documents faciles à lire"
        MORE_TIME = "MORE_TIME", "plus de temps pendant le rendez-vous"
        COMPANION = "COMPANION", "accompagnement par une personne de confiance"

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="claimant")
    ref = ReferenceField(prefix="DE")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="claimants", verbose_name="agence"
    )
    advisor = models.ForeignKey(
        Advisor, on_delete=models.PROTECT, related_name="portfolio", verbose_name="conseiller référent"
    )
    benefit_status = models.CharField(
        "allocation", max_length=8, choices=BenefitStatus.choices, default=BenefitStatus.NONE
    )
    # Euros a day, as the payment service says; only ever used to estimate what a measure would take.
    daily_allowance = models.DecimalField(
        "allocation journalière (euros)",
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    follow_up_mode = models.CharField(
        "modalité de suivi", max_length=12, choices=FollowUpMode.choices, default=FollowUpMode.GUIDED
    )
    phone = models.CharField("téléphone", max_length=20, blank=True, default="")
    street = models.CharField("adresse", max_length=160, blank=True, default="")
    postcode = models.CharField("code postal", max_length=10, blank=True, default="")
    city = models.CharField("ville", max_length=80, blank=True, default="")
    registered_on = models.DateField("inscrit le")
    accommodations = ArrayField(
        models.CharField(max_length=16, choices=Accommodation.choices),
        verbose_name="aménagements",
        blank=True,
        default=list,
        db_default=[],
    )
    # What the advisor needs to arrange it: which language, which door.
    accommodation_detail = models.CharField(
        "précision sur les aménagements", max_length=120, blank=True, default="", db_default=""
    )
    # How each group of notices comes (product §15): letters for whom digital is no way.
    appointments_by = choice(NoticeGroup.APPOINTMENTS)
    answers_by = choice(NoticeGroup.ANSWERS)
    follow_up_by = choice(NoticeGroup.FOLLOW_UP)
    messages_by = choice(NoticeGroup.MESSAGES)
    reminders_by = choice(NoticeGroup.REMINDERS)
    email_bounced_at = models.DateTimeField("e-mails refusés depuis le", null=True, blank=True)
    # Kept with each act that is a contact, so that a portfolio of thousands is read without joining them.
    last_contact_at = models.DateTimeField("dernier contact", null=True, blank=True)
    news_read_at = models.DateTimeField("nouveautés lues le", null=True, blank=True)
    # Since when the file is out of the advisors' sight: the end of the years it is kept to follow the person.
    archived_at = models.DateTimeField("en archive depuis le", null=True, blank=True)

    objects = ClaimantQuerySet.as_manager()

    class Meta:
        verbose_name = "demandeur d’emploi"
        verbose_name_plural = "demandeurs d’emploi"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    accommodations__contained_by=[
                        "INTERPRETER",
                        "SIGN_LANGUAGE",
                        "WHEELCHAIR",
                        "ASSISTIVE_TECH",
                        "EASY_READ",
                        "MORE_TIME",
                        "COMPANION",
                    ]
                ),
                name="accommodations_are_of_the_list",
                violation_error_message="Choisissez les aménagements dans la liste.",
            ),
            models.CheckConstraint(
                condition=allowed(),
                name="notices_come_by_a_way_they_may_take",
                violation_error_message="Ce que la loi demande vous arrive par e-mail ou par lettre.",
            ),
        ]
        indexes = [
            # Two files of three are in the archive, in the end: what is read every day passes over them.
            models.Index(
                fields=["advisor", "last_contact_at", "user"],
                name="claimant_portfolio",
                condition=Q(archived_at__isnull=True),
            ),
            models.Index(
                fields=["agency", "user"], name="claimant_of_agency", condition=Q(archived_at__isnull=True)
            ),
            models.Index(
                fields=["archived_at", "user"],
                name="claimant_in_archive",
                condition=Q(archived_at__isnull=False),
            ),
            models.Index(
                fields=["email_bounced_at"],
                name="claimant_bounced",
                condition=Q(email_bounced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def accommodation_labels(self) -> list[str]:
        """Say what the person needs to take part, in the order of the list, then the detail."""
        labels = [one.label for one in self.Accommodation if one.value in self.accommodations]
        return [*labels, self.accommodation_detail] if self.accommodation_detail else labels

    @property
    def email_works(self) -> bool:
        """Say whether an e-mail has a chance to arrive."""
        return bool(self.user.email) and self.email_bounced_at is None

    @property
    def letters_work(self) -> bool:
        """Say whether there is a place to post a letter to."""
        return bool(self.street and self.postcode and self.city)

    @property
    def convoked_by_letter(self) -> bool:
        """Say whether appointments are announced on paper alone, as the person chose."""
        return bool(self.appointments_by == Way.LETTER)

    def way_of(self, group: NoticeGroup) -> Way:
        """Give the way the person chose for a group of notices."""
        return Way(getattr(self, group.value))

    def routes_of(self, group: NoticeGroup) -> Routes:
        """Say which ways a group of notices really takes, with what is known of the person's addresses."""
        letters = self.letters_work and Way.LETTER in group.ways
        return routes(self.way_of(group), email_works=self.email_works, letter_works=letters)


class DecisionMaker(models.Model):
    """Holds the regional director's delegation: the only author of measures (CT R5412-4)."""

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="decision_maker"
    )
    region = models.CharField("région", max_length=80)

    class Meta:
        verbose_name = "délégataire du directeur régional"
        verbose_name_plural = "délégataires du directeur régional"

    def __str__(self) -> str:
        return str(self.user)


class Controller(models.Model):
    """Examines job search; never the person's advisor."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="controller")
    region = models.CharField("région", max_length=80)

    class Meta:
        verbose_name = "contrôleur"

    def __str__(self) -> str:
        return str(self.user)


class Partner(models.Model):
    """A person of an outside body that receives claimants."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="partner")
    organisation = models.CharField("organisme", max_length=120)

    class Meta:
        verbose_name = "partenaire"

    def __str__(self) -> str:
        return f"{self.user} ({self.organisation})"
