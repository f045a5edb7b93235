"""E-mails about who follows a person: another agency, another mode, another advisor; call-backs; the night's digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import Claimant, FollowUpModeChange, NoticeGroup, Transfer
from convocations import deeds
from convocations.desk.people import ahead_after_transfer
from convocations.following import nightly
from convocations.models import CallTask, FollowUpTask
from convocations.states import CallState, FollowUpState
from messaging.emails import Mail, Row, Words, absolute, composes
from messaging.mails.notices import WHY_STAFF
from portal.core import parameters
from portal.core.french import full_date, full_datetime, last_day, plural

_WHY = "vous êtes suivi par le service public de l’emploi."

WEB = Claimant.FollowUpMode.WEB


@composes(
    deeds.MAIL_TRANSFERRED,
    "transferred",
    label="changement d’agence",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def transferred_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person their new agency and advisor, what moved, what stays, and that they owe nothing."""
    moved = _transfers(rows)
    kept = ahead_after_transfer([one.claimant_id for one in moved.values()], now)
    return {row.id: _transferred(moved[row.subject_id], kept, now) for row in rows}


def _transferred(moved: Transfer, kept: Mapping[int, Sequence[str]], now: datetime) -> Mail:
    agency = moved.new_agency
    who = (
        "Le responsable de l’agence choisit votre conseiller et vous le dit."
        if moved.to_assign
        else f"Votre conseiller référent est maintenant {moved.new_advisor}."
    )
    stay = kept.get(moved.claimant_id, ())
    paragraphs = [
        who,
        "Tout votre dossier suit : demandes, documents, absences en examen, compteurs. Vous n’avez rien à renvoyer.",
        f"Un premier entretien vous sera proposé avant {plural(parameters.current().first_interview_days, 'jour')}.",
    ]
    if stay:
        paragraphs.append(
            "Ces rendez-vous restent comme annoncés : " + " ; ".join(stay) + ". "
            "Pour en changer à cause de votre changement d’agence, appelez votre agence. Cela ne compte pour rien."
        )
    return _mail(
        f"Votre dossier est maintenant suivi par {agency.name}",
        preheader="Tout votre dossier suit. Vous n’avez rien à faire.",
        paragraphs=paragraphs,
        path="/espace/profil/demenagement/",
        action="Voir mon agence et mon conseiller",
        help_text=f"Votre agence : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
    )


@composes(deeds.MAIL_TRANSFER_OLD_ADVISOR, "transfer_left", label="dossier parti dans une autre agence")
def transfer_left_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell the former advisor that a file has left; who, behind their second factor."""
    moved = _transfers(rows)
    return {
        row.id: _mail(
            "Un dossier de votre portefeuille change d’agence",
            preheader="Le dossier et ce qui était en cours suivent la personne.",
            paragraphs=[
                f"Le dossier est maintenant suivi par {moved[row.subject_id].new_agency.name}.",
                "Les rendez-vous déjà annoncés avec vous restent avec vous. Le reste n’est plus dans votre liste.",
            ],
            path="/conseiller/portefeuille/",
            action="Ouvrir mon portefeuille",
            why=WHY_STAFF,
        )
        for row in rows
    }


@composes(deeds.MAIL_TRANSFER_NEW_ADVISOR, "transfer_arrived", label="dossier venu d’une autre agence")
def transfer_arrived_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell the new advisor that a file has come, and by when the first interview is due."""
    moved = _transfers(rows)
    days = plural(parameters.current().first_interview_days, "jour")
    return {
        row.id: _mail(
            "Un dossier rejoint votre portefeuille",
            preheader=f"Un premier entretien est à fixer sous {days}.",
            paragraphs=[
                f"Il vient de {moved[row.subject_id].old_agency.name}. Un premier entretien est à fixer sous {days}.",
                "Une ligne vous attend dans votre liste, avec les rendez-vous déjà annoncés.",
                *(
                    ["Aucun conseiller n’a de place : vous gardez le dossier le temps d’en choisir un."]
                    if moved[row.subject_id].to_assign
                    else []
                ),
            ],
            path="/conseiller/?nature=suivis",
            action="Ouvrir ma liste",
            why=WHY_STAFF,
        )
        for row in rows
    }


@composes(
    deeds.MAIL_ADVISOR_CHANGED,
    "advisor_changed",
    label="changement de conseiller référent",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def advisor_changed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person who follows them now."""
    people = _people([row.subject_id for row in rows])
    return {
        row.id: _mail(
            f"Votre conseiller référent est maintenant {people[row.subject_id].advisor}",
            preheader="Votre dossier suit. Vos rendez-vous restent comme annoncés.",
            paragraphs=[
                "Votre dossier suit, avec tout ce qui était en cours. Vous n’avez rien à faire.",
                "Vos rendez-vous restent comme annoncés, avec la personne qui y est nommée.",
            ],
            path="/espace/",
            action="Ouvrir mon espace",
            help_text=_help(people[row.subject_id]),
        )
        for row in rows
    }


@composes(
    deeds.MAIL_MODE_CHANGED,
    "mode_changed",
    label="changement de suivi",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def mode_changed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Confirm in writing that a person took or left the web follow-up, and how to change again."""
    changes = FollowUpModeChange.objects.in_bulk({row.subject_id for row in rows})
    people = _people([change.claimant_id for change in changes.values()])
    return {
        row.id: _mode(changes[row.subject_id], people[changes[row.subject_id].claimant_id]) for row in rows
    }


def _mode(change: FollowUpModeChange, person: Claimant) -> Mail:
    if change.after == WEB:
        return _mail(
            "Votre suivi 100 % web commence",
            preheader="Vous pouvez le quitter à tout moment, sans donner de raison.",
            paragraphs=[
                f"Vous êtes suivi par {person.advisor}, en vidéo et par écrit.",
                "Vous pouvez quitter ce suivi à tout moment, sans donner de raison. Rien ne vous sera reproché.",
            ],
            path="/espace/suivi/",
            action="Voir mon suivi",
            help_text=_help(person),
        )
    return _mail(
        "Vous n’êtes plus suivi à 100 % par le web",
        preheader="Vous n’avez pas à dire pourquoi, et rien ne vous est reproché.",
        paragraphs=[
            f"Votre suivi est maintenant : {change.get_after_display()}. Votre conseiller est {person.advisor}.",
            "S’il vous reste des rendez-vous en vidéo, votre conseiller va vous les proposer en agence. "
            "D’ici là, aucune absence ne peut être retenue à ces rendez-vous.",
        ],
        path="/espace/suivi/",
        action="Voir mon suivi",
        help_text=_help(person),
    )


@composes(
    deeds.MAIL_IN_PERSON_TO_PROPOSE, "in_person_to_propose", label="rendez-vous vidéo à proposer en agence"
)
def in_person_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Ask an advisor to propose in person what was planned by video; nothing when it is done already."""
    changes = FollowUpModeChange.objects.in_bulk({row.subject_id for row in rows})
    open_ = FollowUpTask.objects.filter(
        claimant__in={change.claimant_id for change in changes.values()},
        reason=FollowUpTask.Reason.IN_PERSON,
        state=FollowUpState.OPEN,
    )
    waiting = set(open_.values_list("claimant_id", flat=True))
    return {
        row.id: _mail(
            "Des rendez-vous vidéo sont à proposer en agence",
            preheader="Une personne a quitté le suivi 100 % web.",
            paragraphs=[
                "Une personne que vous suivez a quitté le suivi 100 % web. C’est son droit, sans raison à donner.",
                "Proposez-lui en agence ce qui était prévu en vidéo. D’ici là, aucune absence n’y est possible.",
            ],
            path="/conseiller/?nature=suivis",
            action="Ouvrir ma liste",
            why=WHY_STAFF,
        )
        for row in rows
        if changes[row.subject_id].claimant_id in waiting
    }


@composes(
    deeds.MAIL_CALL_BACK_ASKED,
    "call_back_asked",
    label="demande de rappel reçue",
    group=NoticeGroup.MESSAGES,
    by_post=True,
)
def call_back_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give the receipt of a request to be called back, without what it is about."""
    return {
        row.id: _mail(
            "Nous avons reçu votre demande de rappel",
            preheader=f"Nous vous appelons au plus tard le {_by_when(call)}.",
            paragraphs=[
                f"Reçue le {full_datetime(call.opened_at, call.claimant.agency.place.zone)}. Référence : {call.ref}.",
                f"{call.advisor} vous appelle au plus tard le {_by_when(call)}, jusqu’à trois fois.",
                "Si vous manquez l’appel, rien ne vous est reproché.",
            ],
            path=f"/espace/rappel/{call.ref}/",
            action="Voir ou retirer ma demande",
            help_text=_help(call.claimant),
        )
        for row, call in _calls(rows)
        if call.state == CallState.OPEN
    }


@composes(
    deeds.MAIL_CALL_BACK_UNREACHED,
    "call_back_unreached",
    label="rappel sans réponse",
    group=NoticeGroup.MESSAGES,
    by_post=True,
)
def unreached_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person whom three calls did not reach that nothing is held against them, and what to do."""
    return {
        row.id: _mail(
            "Nous n’avons pas réussi à vous joindre",
            preheader="Rien ne vous est reproché. Vous pouvez demander un autre appel.",
            paragraphs=[
                "Vous aviez demandé à être rappelé. Nous avons appelé trois fois, sans réponse. "
                "Rien ne vous est reproché.",
                "Vous pouvez demander un autre appel, à un autre moment ou à un autre numéro. "
                "Vous pouvez aussi appeler le 3949, ou venir à l’agence.",
            ],
            path="/espace/rappel/",
            action="Demander un autre appel",
            help_text=_help(call.claimant),
        )
        for row, call in _calls(rows)
    }


@composes(deeds.MAIL_FOLLOWING_DIGEST, "following_digest", label="suivis à regarder dans l’agence")
def digest_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor once a day what the night found in the agency; nothing when it is all done."""
    mails = {}
    for row in rows:
        found = nightly.counts(row.subject_id, now)
        if not any(found.values()):
            continue
        mails[row.id] = _mail(
            "Des suivis de l’agence sont à regarder",
            preheader="La vérification de la nuit a trouvé des dossiers à regarder.",
            paragraphs=[
                " ".join(
                    f"{plural(count, one, many)}."
                    for (one, many), count in zip(_FOUND, found.values(), strict=True)
                    if count
                ),
                "Rien n’est retenu contre ces personnes.",
            ],
            path="/agence/suivis/",
            action="Voir ces dossiers",
            why=WHY_STAFF,
        )
    return mails


_FOUND = (
    ("personne sans conseiller actif", "personnes sans conseiller actif"),
    ("ligne de travail sans responsable", "lignes de travail sans responsable"),
    ("personne sans contact depuis longtemps", "personnes sans contact depuis longtemps"),
    ("dossier dont le conseiller est à choisir", "dossiers dont le conseiller est à choisir"),
    ("premier entretien en retard", "premiers entretiens en retard"),
    ("souhait de suivi web sans volontaire", "souhaits de suivi web sans volontaire"),
)


@composes(deeds.MAIL_FIRST_INTERVIEW_LATE, "first_interview_late", label="premier entretien en retard")
def first_interview_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many people who changed agency have no first interview in time."""
    mails = {}
    for row in rows:
        late = nightly.counts(row.subject_id, now)["late"]
        if not late:
            continue
        headline = plural(late, "premier entretien est en retard", "premiers entretiens sont en retard")
        mails[row.id] = _mail(
            headline,
            preheader="Ces personnes ont changé d’agence et attendent un premier rendez-vous.",
            paragraphs=["Ces personnes ont changé d’agence et attendent un premier rendez-vous."],
            path="/agence/suivis/",
            action="Voir ces dossiers",
            why=WHY_STAFF,
        )
    return mails


# --- reading and writing --------------------------------------------------------


def _transfers(rows: Sequence[Row]) -> dict[int, Transfer]:
    found = Transfer.objects.select_related("old_agency", "new_agency", "new_advisor__user")
    return found.in_bulk({row.subject_id for row in rows})


def _people(ids: Sequence[int]) -> dict[int, Claimant]:
    return Claimant.objects.select_related("agency", "advisor__user").in_bulk(set(ids))


def _calls(rows: Sequence[Row]) -> list[tuple[Row, CallTask]]:
    found = CallTask.objects.select_related("claimant__agency", "advisor__user").in_bulk(
        {row.subject_id for row in rows}
    )
    return [(row, found[row.subject_id]) for row in rows]


def _by_when(call: CallTask) -> str:
    return full_date(last_day(call.due_at, call.claimant.agency.place.zone))


def _help(person: Claimant) -> str:
    agency = person.agency
    return f"Votre agence : {agency.name}, {agency.address}. Téléphone : {agency.phone}."


def _mail(
    subject: str,
    *,
    preheader: str,
    paragraphs: Sequence[str],
    path: str,
    action: str,
    why: str = _WHY,
    help_text: str = "",
    on_paper: Sequence[str] | None = None,
) -> Mail:
    """Write one mail; `on_paper`: what a letter says instead, where the mail leads to the space."""
    return Mail(
        "notice",
        subject,
        {
            "title": subject,
            "preheader": preheader,
            "body": "\n\n".join(paragraphs),
            "action_url": absolute(path),
            "action_label": action,
            "why": why,
            "help_text": help_text,
        },
        letter=lambda: Words(subject, on_paper or paragraphs),
    )
