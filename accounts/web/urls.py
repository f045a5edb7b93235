"""The addresses of sign-in and of one's own account: allauth's views under our own names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from accounts.web import break_glass, entrance, own_account

urlpatterns = [
    # --- coming in and going out
    path("connexion/", account.login, name="account_login"),
    path("connexion/code/", entrance.ask_code, name="account_request_login_code"),
    path("connexion/code/confirmer/", account.confirm_login_code, name="account_confirm_login_code"),
    path("connexion/deuxieme-etape/", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/acces-ferme/", account.account_inactive, name="account_inactive"),
    path("connexion/mot-de-passe-oublie/", entrance.forgotten_password, name="account_reset_password"),
    path(
        "connexion/mot-de-passe-oublie/code/",
        account.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "connexion/mot-de-passe-oublie/nouveau/",
        account.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path(
        "connexion/mot-de-passe-oublie/termine/",
        account.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
    path("deconnexion/", account.logout, name="account_logout"),
    path("inscription/", entrance.registration, name="account_signup"),
    # --- one's own account
    path("compte/", own_account.overview, name="own_account"),
    path("compte/confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("compte/confirmer/deuxieme-etape/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("compte/adresse-e-mail/", own_account.change_email, name="account_email"),
    path("compte/adresse-e-mail/code/", own_account.confirm_email, name="account_email_verification_sent"),
    path("compte/mot-de-passe/", own_account.change_password, name="account_change_password"),
    path("compte/mot-de-passe/choisir/", own_account.choose_password, name="account_set_password"),
    path("compte/appareils/", own_account.devices, name="usersessions_list"),
    path("compte/deuxieme-etape/", own_account.second_factor_index, name="mfa_index"),
    path("compte/deuxieme-etape/activer/", totp.activate_totp, name="mfa_activate_totp"),
    path("compte/deuxieme-etape/desactiver/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "compte/deuxieme-etape/codes-de-secours/", codes.view_recovery_codes, name="mfa_view_recovery_codes"
    ),
    path(
        "compte/deuxieme-etape/codes-de-secours/nouveaux/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "compte/deuxieme-etape/codes-de-secours/telecharger/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("espace/profil/", own_account.profile, name="profile"),
    # --- a colleague's file, for a reason
    path("conseiller/acces-motive/", break_glass.ask, name="break_glass"),
]
