"""allauth's forms with the manners and the words of the house."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes import forms as codes
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.cache import cache

from accounts import access
from accounts.models import User
from accounts.sign_in import second_factor
from portal.core.forms import HouseForm

# A password is hashed at a price that grows with it; nobody types more than this.
LONGEST_PASSWORD = 200
# How long a one-time code could still be accepted, whatever the drift of the clock: refused for as long.
_CODE_LIFE_SECONDS = 120


class AccountForm(HouseForm):
    """The house's manners, and our labels over allauth's."""

    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if isinstance(field, forms.CharField) and isinstance(field.widget, forms.PasswordInput):
                field.max_length = LONGEST_PASSWORD
                field.widget.attrs["maxlength"] = str(LONGEST_PASSWORD)


_EMAIL = "Adresse e-mail"
_NEW_PASSWORD = {"password1": "Nouveau mot de passe", "password2": "Nouveau mot de passe, une seconde fois"}
_PASSWORD_HINT = {
    "password1": "Au moins 12 caractères. Une phrase de plusieurs mots convient bien.",
}
_CODE = {"code": "Code reçu par e-mail"}
_CODE_HINT = {"code": "6 chiffres, valables 15 minutes."}


class _CodeField(AccountForm):
    """Codes are typed on a phone: digits, filled in by the system where it can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "maxlength": "20",
        }


class SignInForm(AccountForm, account.LoginForm):
    submit_label = "Me connecter"
    labels = {"login": _EMAIL, "password": "Mot de passe"}
    autocomplete = {"login": "username"}


class AskCodeForm(AccountForm, account.RequestLoginCodeForm):
    """Ask a sign-in code by e-mail: for claimants; nobody learns from it which accounts exist."""

    submit_label = "Recevoir un code"
    labels = {"email": _EMAIL}
    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        # Staff sign in with their password, then their second factor.
        if self._user is not None and access.is_staff_member(self._user):
            self._user = None
        return email


class SignInCodeForm(_CodeField, account.ConfirmLoginCodeForm):
    submit_label = "Me connecter"
    labels, hints = _CODE, _CODE_HINT


class ForgottenPasswordForm(AccountForm, account.ResetPasswordForm):
    submit_label = "Recevoir un code"
    labels = {"email": _EMAIL}


class ResetCodeForm(_CodeField, account.ConfirmPasswordResetCodeForm):
    submit_label = "Continuer"
    labels, hints = _CODE, _CODE_HINT


class NewPasswordForm(AccountForm, account.ResetPasswordKeyForm):
    submit_label = "Enregistrer mon mot de passe"
    labels, hints = _NEW_PASSWORD, _PASSWORD_HINT


class ChangePasswordForm(AccountForm, account.ChangePasswordForm):
    submit_label = "Changer mon mot de passe"
    cancel_url, cancel_label = "/compte/", "Revenir sans changer"
    labels = {"oldpassword": "Mot de passe actuel", **_NEW_PASSWORD}
    hints = _PASSWORD_HINT


class ChoosePasswordForm(AccountForm, account.SetPasswordForm):
    submit_label = "Enregistrer mon mot de passe"
    cancel_url, cancel_label = "/compte/", "Revenir sans enregistrer"
    labels, hints = _NEW_PASSWORD, _PASSWORD_HINT


class ConfirmPasswordForm(AccountForm, account.ReauthenticateForm):
    submit_label = "Continuer"
    labels = {"password": "Votre mot de passe"}


class NewEmailForm(AccountForm, account.AddEmailForm):
    submit_label = "Recevoir un code à cette adresse"
    cancel_url, cancel_label = "/compte/", "Revenir sans changer"
    labels = {"email": "Nouvelle adresse e-mail"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth's view tells its acts apart by the button's name; here there is one act.
        self.fields["action_add"] = forms.CharField(
            widget=forms.HiddenInput, initial="oui", required=False, max_length=10
        )


class EmailCodeForm(_CodeField, account.ConfirmEmailVerificationCodeForm):
    submit_label = "Confirmer ma nouvelle adresse"
    labels, hints = _CODE, _CODE_HINT


# --- the second factor ----------------------------------------------------------------


class _OneUse(_CodeField):
    """A code of the application serves once, even where the clock's drift would let it serve again."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        key = f"second-factor-used:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(key, "used", timeout=_CODE_LIFE_SECONDS):
            raise mfa_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_OneUse, mfa.AuthenticateForm):
    submit_label = "Me connecter"
    labels = {"code": "Code de votre application"}
    hints = {"code": "6 chiffres. Sans votre téléphone, saisissez l’un de vos codes de secours."}


class ConfirmSecondFactorForm(_OneUse, mfa.ReauthenticateForm):
    submit_label = "Continuer"
    labels = {"code": "Code de votre application"}
    hints = {"code": "6 chiffres. Sans votre téléphone, saisissez l’un de vos codes de secours."}


class ActivateSecondFactorForm(_CodeField, totp.ActivateTOTPForm):
    submit_label = "Activer la connexion en deux étapes"
    labels = {"code": "Code affiché par l’application"}
    hints = {"code": "6 chiffres."}
    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()
        # The first code proves the phone as any later one: whoever has just enrolled need not sign in again.
        second_factor.mark_shown(context.request, self.user)
        return code


class RemoveSecondFactorForm(AccountForm, totp.DeactivateTOTPForm):
    submit_label = "Désactiver la deuxième étape"
    cancel_url, cancel_label = "/compte/", "Revenir sans rien changer"


class RenewRecoveryCodesForm(AccountForm, codes.GenerateRecoveryCodesForm):
    submit_label = "Créer de nouveaux codes"
    cancel_url, cancel_label = "/compte/deuxieme-etape/codes-de-secours/", "Garder mes codes actuels"
