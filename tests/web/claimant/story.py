"""Camille's story so far: an appointment in every state, an absence at every stage, documents of every kind."""

import uuid
from datetime import date, datetime, timedelta

from accounts.models import Claimant
from convocations import attendance
from convocations.absences import deciding, explaining, opening
from convocations.calendar import feed
from convocations.evidence import ledger
from convocations.justificatifs import reviewing
from convocations.models import Absence, Bindingness, Convocation, Justificatif, Kind, Modality
from convocations.motives import Motive
from convocations.scheduling import changing
from convocations.states import AbsenceState, ConvocationState, ReviewState
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from tests import factories
from tests.factories import NOW, acting

_S = ConvocationState


def tell(camille: Claimant) -> dict[str, str]:
    """Live through it; each page's name and address."""
    pages = {"home": "/espace/", "journal": "/espace/journal/", "documents": "/espace/documents/"}
    feed.open_feed(camille.pk, by=acting(camille), now=NOW)
    pages |= {"own_data": "/espace/donnees/", "calendar": "/espace/agenda/"}
    pages |= {"coming": "/espace/convocations/", "past": "/espace/convocations/?vue=passes"}
    pages |= {name: _address(convocation) for name, convocation in _appointments(camille).items()}
    return pages | _absences(camille)


def _address(convocation: Convocation) -> str:
    return f"/espace/convocations/{convocation.ref}/"


def document(owner: Claimant, title: str = "Bulletin de retard", **fields) -> Document:
    """A document of the person's safe, checked and readable unless said otherwise."""
    return Document.objects.create(
        **{
            "owner_id": owner.pk,
            "uploaded_by_id": owner.pk,
            "title": title,
            "state": DocumentState.RECEIVED,
            "uploaded_at": NOW,
            "settled_at": NOW,
            "sha256": b"\x01" * 32,
            "size": 240_000,
            "clean_key": uuid.uuid4().hex,
            "scan": "sain",
            "keep_until": date(2028, 1, 1),
        }
        | fields
    )


def _appointments(camille: Claimant) -> dict[str, Convocation]:
    me, advisor = acting(camille), acting(camille.advisor)

    def made(days: float, **fields) -> Convocation:
        return factories.convocation(camille, starts_at=NOW + timedelta(days=days), **fields)

    told = {
        "unread": made(3.2, to_bring="Votre CV et votre pièce d’identité"),
        "acknowledged": made(9),
        "tomorrow": made(16, modality=Modality.PHONE, place=""),
        "video": made(17, modality=Modality.VIDEO, place=""),
        "kiosk": made(18, modality=Modality.KIOSK_VIDEO),
        "written": made(20, modality=Modality.ASYNC_MESSAGE, minutes=3 * 24 * 60, place=""),
        "invited": made(12, bindingness=Bindingness.INVITATION, kind=Kind.WORKSHOP, minutes=120, to_bring=""),
        "accepted": made(13, bindingness=Bindingness.INVITATION, kind=Kind.SERVICE),
        "cancelled": made(14),
        "moved": made(15),
    }
    ledger.acknowledge(told["acknowledged"].pk, by=me, now=NOW)
    changing.answer_invitation(told["accepted"].pk, _S.ACCEPTED, by=me, now=NOW)
    changing.cancel(told["cancelled"].pk, reason="Fermeture de l’agence", by=advisor, now=NOW)
    moved = factories.draft(camille, starts_at=NOW + timedelta(days=25))
    changing.move(told["moved"].pk, moved, reason="Salle prise", form_key=uuid.uuid4(), by=advisor, now=NOW)
    for number, outcome in enumerate((_S.ATTENDED, _S.TECH_INCIDENT, _S.NOT_PROVEN, _S.CANCELLED_BY_AGENCY)):
        then = NOW - timedelta(days=25 + number)
        convocation = factories.convocation(camille, now=then - timedelta(days=10), starts_at=then)
        attendance.record(convocation.pk, outcome, by=advisor, now=then + timedelta(hours=2))
        told[outcome.lower()] = convocation
    return told


def missed(camille: Claimant, then: datetime) -> Absence:
    """An appointment that the person knew of, did not come to, and the advisor noted."""
    convocation = factories.convocation(camille, now=then - timedelta(days=10), starts_at=then)
    ledger.consult(convocation.pk, by=acting(camille), now=then - timedelta(days=9))
    attendance.record(convocation.pk, _S.ABSENT, by=acting(camille.advisor), now=then + timedelta(hours=3))
    return Absence.objects.get(convocation=convocation)


def explained(absence: Absence, *documents: Document, motive: Motive = Motive.TRANSPORT) -> None:
    """The person's own words, with documents."""
    explaining.explain(
        absence.pk,
        motive=motive,
        text="Le train de 8 h 12 a été supprimé. Je suis arrivée à 10 h.",
        sworn=True,
        document_ids=[kept.pk for kept in documents],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=NOW - timedelta(hours=5),
    )


def _absences(camille: Claimant) -> dict[str, str]:
    advisor = acting(camille.advisor)
    stages = {
        name: missed(camille, NOW - timedelta(days=3 + number))
        for number, name in enumerate(
            ("to_explain", "explained", "incomplete", "excused", "closed", "invited_again", "annulled")
        )
    }
    stages["late"] = missed(camille, NOW - timedelta(days=15))
    stages["referred"] = missed(camille, NOW - timedelta(days=16))
    health = document(camille, "Certificat médical", is_health=True)
    DocumentReading.objects.create(document=health, reader_id=camille.advisor_id, at=NOW)
    explained(stages["explained"], health, motive=Motive.HEALTH_SELF)
    broken = document(
        camille,
        "Photo floue",
        state=DocumentState.REJECTED_TECH,
        rejection="Ce fichier est abîmé. Prenez une nouvelle photo.",
        clean_key="",
    )
    checking = document(camille, "Attestation", state=DocumentState.QUARANTINED, clean_key="")
    explained(stages["incomplete"], document(camille), broken, checking)
    piece = Justificatif.objects.get(absence=stages["incomplete"], document__title="Bulletin de retard")
    reviewing.review(
        piece.pk,
        ReviewState.INCOMPLETE,
        remark="La date manque. Envoyez la page où elle se lit.",
        complete_by=(NOW + timedelta(days=2)).date(),
        by=advisor,
        now=NOW,
    )
    document(camille, "Contrat de travail")
    decisions = {
        "excused": (AbsenceState.EXCUSED, {}),
        "closed": (AbsenceState.CLOSED_NO_ACTION, {}),
        "invited_again": (
            AbsenceState.INVITED_TO_REGULARISE,
            {
                "new_appointment": factories.draft(camille, starts_at=NOW + timedelta(days=30)),
                "form_key": uuid.uuid4(),
            },
        ),
        "referred": (AbsenceState.REFERRED, {"report": "L’entretien était prévu. Personne n’est venu."}),
    }
    for name, (outcome, more) in decisions.items():
        reasons = "Le train a bien été supprimé ce jour-là."
        deciding.decide(stages[name].pk, outcome, reasons=reasons, by=advisor, now=NOW, **more)
    opening.correct(stages["annulled"].pk, _S.ATTENDED, reason="Mauvaise ligne.", by=advisor, now=NOW)
    pages = {f"absence_{name}": f"/espace/absences/{absence.ref}/" for name, absence in stages.items()}
    pages["receipt"] = f"{pages['absence_explained']}envois/1/"
    pages["complete"] = f"{pages['absence_incomplete']}justificatifs/{piece.ref}/"
    return pages
