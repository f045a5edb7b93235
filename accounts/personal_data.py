"""What accounts hold about a person: who they are, how they sign in, who looked at their file; and how long."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session

from accounts.models import (
    Advisor,
    Agency,
    Availability,
    AvailabilityException,
    BreakGlass,
    Claimant,
    Closure,
    Controller,
    DecisionMaker,
    FileOpening,
    FollowUpModeChange,
    Kiosk,
    Leave,
    OpeningHours,
    Partner,
    ReadingAlert,
    Transfer,
    User,
    WebWish,
)
from accounts.sign_in import sessions
from portal.core import parameters
from portal.core.personal_data import (
    Outcome,
    column,
    days,
    erase,
    goes_with_the_file,
    held,
    kept_out,
    nobodys,
    retained,
    who,
)

INSIDE = "un numéro interne, qui ne dit rien de la personne"
SECRET = "un secret qui protège le compte"  # noqa: S105 - says why one is left out
WHOSE = "c’est la personne elle-même"

held(
    User,
    "compte",
    "Votre compte",
    lambda person: User.objects.filter(pk=person).order_by("pk"),
    [
        column("first_name", "Prénom"),
        column("last_name", "Nom"),
        column("email", "Adresse e-mail"),
        column("role", "Rôle"),
        column("is_active", "Accès ouvert"),
        column("date_joined", "Compte créé le"),
        column("last_login", "Dernière connexion"),
    ],
    left_out={"id": INSIDE, "password": SECRET},
)
held(
    Claimant,
    "dossier",
    "Votre dossier",
    lambda person: Claimant.objects.filter(pk=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("agency__name", "Agence"),
        who("advisor__user", "Conseiller référent"),
        column("benefit_status", "Allocation"),
        column("daily_allowance", "Allocation journalière (euros)"),
        column("follow_up_mode", "Modalité de suivi"),
        column("phone", "Téléphone"),
        column("street", "Adresse"),
        column("postcode", "Code postal"),
        column("city", "Ville"),
        column("registered_on", "Inscription"),
        column("accommodations", "Aménagements pour les rendez-vous"),
        column("accommodation_detail", "Précision sur les aménagements"),
        column("appointments_by", "Prévenu des rendez-vous"),
        column("answers_by", "Prévenu des demandes, absences, documents et procédures"),
        column("follow_up_by", "Prévenu du suivi"),
        column("messages_by", "Prévenu des messages et des appels"),
        column("reminders_by", "Rappelé avant un rendez-vous"),
        column("email_bounced_at", "E-mails refusés depuis le"),
        column("last_contact_at", "Dernier contact"),
        column("news_read_at", "Nouveautés lues le"),
        column("archived_at", "En archive depuis le"),
    ],
    left_out={"user": WHOSE},
)
held(
    EmailAddress,
    "adresses-e-mail",
    "Vos adresses e-mail",
    lambda person: EmailAddress.objects.filter(user_id=person).order_by("pk"),
    [column("email", "Adresse"), column("verified", "Confirmée"), column("primary", "Principale")],
    left_out={"id": INSIDE, "user": WHOSE},
)
held(
    Authenticator,
    "deuxieme-etape",
    "Votre connexion en deux étapes",
    lambda person: Authenticator.objects.filter(user_id=person).order_by("pk"),
    [
        column("type", "Moyen"),
        column("created_at", "Activé le"),
        column("last_used_at", "Utilisé pour la dernière fois le"),
    ],
    left_out={"id": INSIDE, "user": WHOSE, "data": SECRET},
)
held(
    UserSession,
    "appareils",
    "Où vous êtes connecté",
    lambda person: UserSession.objects.filter(user_id=person).order_by("pk"),
    [
        column("created_at", "Depuis le"),
        column("last_seen_at", "Vu pour la dernière fois le"),
        column("ip", "Adresse réseau"),
        column("user_agent", "Navigateur"),
    ],
    left_out={"id": INSIDE, "user": WHOSE, "session_key": SECRET, "data": "toujours vide ici"},
)
held(
    FileOpening,
    "ouvertures-du-dossier",
    "Qui a ouvert votre dossier",
    lambda person: FileOpening.objects.filter(claimant_id=person).order_by("pk"),
    [who("reader", "Ouvert par"), column("at", "Le")],
    left_out={"id": INSIDE, "claimant": WHOSE},
)
held(
    BreakGlass,
    "acces-motives",
    "Qui a ouvert votre dossier en donnant une raison",
    lambda person: BreakGlass.objects.filter(claimant_id=person).order_by("pk"),
    [
        who("advisor__user", "Ouvert par"),
        column("reason", "Raison"),
        column("opened_at", "Le"),
        column("until", "Jusqu’au"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE},
)

held(
    Transfer,
    "changements-d-agence",
    "Vos changements d’agence",
    lambda person: Transfer.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("old_agency__name", "De l’agence"),
        column("new_agency__name", "À l’agence"),
        who("old_advisor__user", "Conseiller avant"),
        who("new_advisor__user", "Conseiller après"),
        column("at", "Le"),
        who("by", "Par"),
        column("reason", "Motif"),
        column("to_assign", "Conseiller à choisir par le responsable"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE},
)
held(
    FollowUpModeChange,
    "changements-de-suivi",
    "Vos changements de suivi",
    lambda person: FollowUpModeChange.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("before", "Avant"),
        column("after", "Après"),
        column("at", "Le"),
        who("by", "Par"),
        column("consent_at", "Accord donné le"),
        column("self_test", "Auto-test"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE},
)
held(
    WebWish,
    "souhait-de-suivi-web",
    "Votre souhait d’un suivi par le web",
    lambda person: WebWish.objects.filter(claimant_id=person),
    [column("wished_at", "Demandé le"), column("self_test", "Auto-test")],
    left_out={"claimant": WHOSE},
)

kept_out("l’état de la visite en cours, effacé quand elle finit ; la clé en est un secret", Session)
kept_out("sert à une preuve par lien, que le portail n’utilise pas", EmailConfirmation)
goes_with_the_file(
    EmailConfirmation, lambda person: EmailConfirmation.objects.filter(email_address__user_id=person)
)
kept_out("les agents du service : ce qu’ils ont fait est dans le journal", Advisor, Controller, DecisionMaker)
kept_out("les agents d’un partenaire : ce qu’ils ont fait est dans le journal", Partner)
kept_out("compte ce que lit un agent, sans dire quels dossiers", ReadingAlert)
kept_out("les gestes des administrateurs ; ceux qui touchent un dossier sont dans son journal", LogEntry)
kept_out(
    "quand un conseiller reçoit et qui le remplace : rien sur la personne",
    Availability,
    AvailabilityException,
    Leave,
)
nobodys(Agency, OpeningHours, Closure, Kiosk, Group, Permission, ContentType)


# --- how long ---------------------------------------------------------------------


def _trace_ends(now: datetime) -> datetime:
    return now - timedelta(days=parameters.current().retention_trace_days)


def _idle() -> str:
    minutes = parameters.current().claimant_idle_minutes
    return f"{minutes} minutes sans activité, 12 heures au plus"


@retained(
    "sessions",
    "Votre connexion en cours, et ce que vous aviez commencé à écrire",
    why="Pour ne pas vous redemander qui vous êtes à chaque page.",
    how_long=_idle,
)
def _sessions(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(sessions.purge(dry_run=dry_run))


@retained(
    "file-openings",
    "Qui a ouvert votre dossier",
    why="Pour voir si quelqu’un lit trop de dossiers.",
    how_long=lambda: days("retention_trace_days"),
)
def _openings(now: datetime, dry_run: bool) -> Outcome:
    over = FileOpening.objects.filter(at__lt=_trace_ends(now))
    alerts = ReadingAlert.objects.filter(hour__lt=_trace_ends(now))
    return Outcome(erase(over, dry_run=dry_run) + erase(alerts, dry_run=dry_run))


@retained(
    "break-glass",
    "Qui a ouvert votre dossier en donnant une raison",
    why="Pour que l’accès prenne fin\u00a0; la raison reste dans votre journal.",
    how_long=lambda: days("retention_trace_days"),
)
def _break_glass(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(erase(BreakGlass.objects.filter(until__lt=_trace_ends(now)), dry_run=dry_run))
