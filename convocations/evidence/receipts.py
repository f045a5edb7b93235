"""Receipts: the paper both sides hold, with the fingerprint of what was shown or sent."""

from datetime import datetime
from typing import Any

from convocations.models import (
    Absence,
    ChangeRequest,
    Convocation,
    DeliveryEvidence,
    Explanation,
    Fact,
    Justificatif,
    Modality,
    SwornStatement,
)
from convocations.motives import Motive
from convocations.told import manners
from convocations.told import requests as told
from messaging import letters
from portal.core.french import NBSP, duration, full_date, full_datetime, full_deadline

_FACTS: dict[str, str] = {
    Fact.DEPOSITED: "Déposée dans l’espace personnel",
    Fact.EMAIL_ACCEPTED: "E-mail remis au serveur de messagerie de la personne",
    Fact.EMAIL_DELIVERED: "E-mail arrivé dans la messagerie de la personne, selon son fournisseur",
    Fact.EMAIL_BOUNCED: "E-mail refusé par la messagerie",
    Fact.EMAIL_COMPLAINED: "E-mail signalé comme indésirable",
    Fact.EMAIL_NOT_SENT: "E-mail non envoyé : l’adresse ne marche plus",
    Fact.LETTER_POSTED: "Lettre postée",
    Fact.LETTER_DELIVERED: "Lettre remise",
    Fact.LETTER_RETURNED: "Lettre revenue à l’agence",
    Fact.CONSULTED: "Première consultation par la personne",
    Fact.ACKNOWLEDGED: "Réception confirmée par la personne",
    Fact.PHONE_CONFIRMED: "Confirmée par téléphone",
}


def of_appointment(convocation: Convocation) -> bytes:
    """Make the receipt of a summons or an offer: what was shown, its fingerprint, who was told when.

    The row comes with its agency and its advisor's account. The same ledger gives the same bytes.
    """
    tz = convocation.agency.place.zone
    name = "Convocation" if convocation.is_binding else "Invitation"
    ledger = DeliveryEvidence.objects.filter(convocation=convocation).order_by("at", "id")
    return letters.typeset(
        "receipt",
        {
            "title": f"Reçu{NBSP}: {name.lower()} {convocation.ref}",
            "lead": "Ce document dit ce qui a été montré à la personne, et les faits datés qui le prouvent. "
            "La personne et l’agence ont le même.",
            "facts_title": f"{name} du {full_datetime(convocation.starts_at, tz)}",
            "facts": _shown(convocation),
            "parts": [],
            "ledger_title": "Ce qui est prouvé",
            "ledger": [
                {
                    "date": full_datetime(at, tz),
                    "fact": f"{_FACTS[fact]} ({detail})" if detail else _FACTS[fact],
                }
                for fact, at, detail in ledger.values_list("fact", "at", "detail")
            ],
            "hash": bytes(convocation.content_hash).hex(),
            "foot": f"{convocation.ref} – {convocation.agency.name}, {convocation.agency.phone}",
        },
        dated=convocation.issued_at,
    )


def _shown(convocation: Convocation) -> list[dict[str, str]]:
    agency, tz = convocation.agency, convocation.agency.place.zone
    lasts = (
        manners.when(convocation, tz)
        if convocation.modality == Modality.ASYNC_MESSAGE
        else duration(convocation.minutes)
    )
    return _filled(
        {
            "Pour": str(convocation.claimant.user),
            "Nature": f"{convocation.get_bindingness_display()}, {convocation.get_kind_display()}",
            "Date et heure": full_datetime(convocation.starts_at, tz, zone=True),
            "Durée": lasts,
            "Comment": convocation.get_modality_display(),
            "Que faire": manners.instructions(convocation.modality),
            "Lieu": convocation.place,
            "Avec": f"{convocation.advisor.user}, {agency.name}",
            "Objet": convocation.purpose,
            "À apporter": convocation.to_bring,
            "Envoyée le": full_datetime(convocation.issued_at, tz),
            "Référence": str(convocation.ref),
        }
    )


def of_explanation(explanation: Explanation) -> bytes:
    """Make the acknowledgement of an explanation (CRPA L112-11 and R112-11-1): when, to whom, what, fingerprint.

    The row comes with its absence, the absence's agency, appointment and claimant.
    """
    absence = explanation.absence
    agency, tz = absence.agency, absence.agency.place.zone
    sent = Justificatif.objects.filter(explanation=explanation).order_by("id")
    facts = _filled(
        {
            "Reçue le": full_datetime(explanation.given_at, tz, zone=True),
            "De": str(absence.claimant.user),
            "Au sujet de": "l’absence au rendez-vous du " + full_datetime(absence.convocation.starts_at, tz),
            "Raison": Motive(explanation.motive).label,
            "Explication": explanation.text,
            "Déclaration sur l’honneur": "oui" if explanation.sworn else "",
            "Documents": ", ".join(sent.values_list("document__title", flat=True)),
        }
    )
    who = [
        f"{agency.name}, {agency.address}. Téléphone{NBSP}: {agency.phone}.",
        f"Votre conseiller{NBSP}: {absence.advisor.user}.",
        "Vous pouvez aussi appeler le 3949.",
    ]
    then = [
        "Votre conseiller lit votre explication et vous répond par écrit, avec ses raisons. "
        f"Il a jusqu’au {full_date(absence.decide_by.astimezone(tz))}.",
        "Sans réponse le "
        f"{full_date(absence.closes_at.astimezone(tz))}, l’absence est close en votre faveur.",
    ]
    return _acknowledgement(
        absence,
        of="explication pour l’absence",
        lead="Votre explication est bien reçue.",
        facts_title="Ce que vous avez envoyé",
        facts=facts,
        parts=[("Qui examine", who), ("La suite", then)],
        content_hash=bytes(explanation.content_hash),
        dated=explanation.given_at,
    )


def of_request(row: ChangeRequest) -> bytes:
    """Make the acknowledgement of a request (CRPA L112-11 and R112-11-1): when, to whom, what, fingerprint.

    The row comes with its agency, its advisor's account, its claimant and its appointment with its agency.
    """
    agency, tz = row.agency, row.agency.place.zone
    sent = Justificatif.objects.filter(request=row).order_by("id")
    signed = SwornStatement.objects.filter(request=row).first()
    received = {
        "Reçue le": full_datetime(row.submitted_at, tz, zone=True),
        "De": str(row.claimant.user),
        "Comment": row.get_channel_display(),
    }
    who = [
        f"{agency.name}, {agency.address}. Téléphone{NBSP}: {agency.phone}.",
        f"Votre conseiller{NBSP}: {row.advisor.user}. Vous pouvez aussi appeler le 3949.",
    ]
    then = [
        told.rule_sentence(row)
        or f"Votre conseiller répond par écrit au plus tard le {full_deadline(row.decide_by, tz)}.",
        "Tant qu’une demande attend, aucune absence ne peut être notée à ce rendez-vous.",
    ]
    parts = [("Qui répond", who), ("La suite", then)]
    if signed is not None:
        when = full_datetime(signed.signed_at, tz)
        printed = f"Empreinte{NBSP}: {bytes(signed.content_hash).hex()}."
        sworn = [signed.text, f"Signée {signed.signed_name}, le {when}. {printed}"]
        parts.append(("Votre déclaration sur l’honneur", sworn))
    return _acknowledgement(
        row,
        of="demande",
        lead="Votre demande est bien reçue.",
        facts_title=told.TITLES[row.kind],
        facts=[
            *_filled(received),
            *told.facts(row, row.convocation, row.convocation.agency.place.zone),
            *_filled({"Documents": ", ".join(sent.values_list("document__title", flat=True))}),
        ],
        parts=parts,
        content_hash=bytes(row.content_hash),
        dated=row.submitted_at,
    )


def _acknowledgement(
    about: Absence | ChangeRequest,
    *,
    of: str,
    lead: str,
    facts_title: str,
    facts: list[dict[str, Any]],
    parts: list[tuple[str, list[str]]],
    content_hash: bytes,
    dated: datetime,
) -> bytes:
    """Set the paper that proves what a person sent: what, who answers and by when, its fingerprint."""
    agency = about.agency
    return letters.typeset(
        "receipt",
        {
            "title": f"Reçu{NBSP}: {of} {about.ref}",
            "lead": f"{lead} Gardez ce document\u00a0: il le prouve.",
            "facts_title": facts_title,
            "facts": facts,
            "parts": [{"title": title, "sentences": sentences} for title, sentences in parts],
            "ledger_title": "",
            "ledger": [],
            "hash": content_hash.hex(),
            "foot": f"{about.ref} – {agency.name}, {agency.phone}",
        },
        dated=dated,
    )


def _filled(rows: dict[str, str]) -> list[dict[str, Any]]:
    return [{"label": label, "value": value} for label, value in rows.items() if value]
