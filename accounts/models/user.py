"""Accounts: one person, one role."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.crypto import salted_hmac


class Role(models.TextChoices):
    CLAIMANT = "CLAIMANT", "demandeur d’emploi"
    ADVISOR = "ADVISOR", "conseiller"
    DECISION_MAKER = "DECISION_MAKER", "délégataire du directeur régional"
    CONTROLLER = "CONTROLLER", "contrôleur"
    PARTNER = "PARTNER", "partenaire"
    ADMIN = "ADMIN", "administrateur"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> "User":
        """Create an account; a person reached only by letter has no e-mail and no password."""
        user = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Create an administrator (product §1: reference data, no dossiers)."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who may sign in, or who is only written to."""

    email = models.EmailField("adresse e-mail", null=True, blank=True, max_length=254)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    role = models.CharField("rôle", max_length=16, choices=Role.choices, default=Role.CLAIMANT)
    is_active = models.BooleanField("compte actif", default=True)
    date_joined = models.DateTimeField("créé le", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        # What sign-in looks up, for known and unknown addresses alike.
        indexes = [
            models.Index(fields=["email"], name="user_by_email"),
            # The beginning of a name, in capitals or not: how the back office finds somebody among a million.
            models.Index(OpClass(Upper("last_name"), name="text_pattern_ops"), name="user_by_last_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message="Un compte existe déjà avec cette adresse e-mail.",
            ),
            models.CheckConstraint(
                condition=~Q(email=""),
                name="no_email_is_null",
                violation_error_message="Laissez l’adresse e-mail vide si la personne n’en a pas.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def get_short_name(self) -> str:
        return self.first_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie each session to the password and to the role: when one changes, sessions end."""
        return salted_hmac(
            "accounts.User.session", f"{self.role}:{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()

    # The back office asks these; its pages decide themselves what may be changed.
    @property
    def is_staff(self) -> bool:
        return self.role == Role.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
