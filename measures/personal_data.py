"""What this room holds about a person: procedures up to their end; what the law permits is nobody's."""

from measures.models import (
    BaremeRule,
    BaremeVersion,
    Case,
    Decision,
    Hearing,
    Notice,
    Observations,
    PeriodExtension,
    Piece,
)
from portal.core.personal_data import column, goes_with_the_file, held, kept_out, who
from portal.core.personal_data.declaring import Column

INSIDE = "un numéro interne, qui ne dit rien de la personne"
WHOSE = "c’est la personne elle-même"
ONCE = "sert à ne pas compter deux fois le même envoi"

kept_out(
    "le barème ne parle de personne : il dit ce que la loi permet, et quel administrateur l’a publié",
    BaremeVersion,
    BaremeRule,
)


def _figures() -> list[Column]:
    return [
        column("outcome", "Mesure"),
        column("share", "Part (%)"),
        column("length", "Durée"),
        column("unit", "Unité"),
        column("comply_days", "Jours pour se mettre en règle"),
        column("condition", "Condition confirmée"),
        column("estimate", "Effet estimé (euros)"),
    ]


held(
    Case,
    "procedures",
    "Les procédures à votre sujet",
    lambda person: Case.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("state", "État"),
        column("agency__name", "Agence"),
        column("region", "Région"),
        column("origin", "Origine"),
        column("origin_ref", "Référence d’origine"),
        column("facts_on", "Date des faits"),
        column("report", "Rapport factuel"),
        column("evidence", "Preuves"),
        who("referred_by", "Transmise par"),
        column("referred_at", "Transmise le"),
        column("bareme__code", "Barème"),
        column("breach", "Manquement"),
        column("situation", "Situation au jour des faits"),
        column("rank", "Mesure n°"),
        column("daily_allowance", "Allocation journalière (euros)"),
        who("decider__user", "Examinée par"),
        column("taken_at", "Prise en charge le"),
        column("decide_by", "À décider avant le"),
        column("ended_at", "Close le"),
        who("ended_by", "Close par"),
        column("ending_reasons", "Raisons de la clôture"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE, "origin_id": INSIDE},
)
held(
    Notice,
    "lettres-d-information",
    "Ce dont vous avez été informé avant une décision",
    # What is still being written tells nobody anything.
    lambda person: Notice.objects.filter(case__claimant_id=person, sent_at__isnull=False).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("facts", "Faits reprochés"),
        column("breach", "Manquement"),
        *_figures(),
        column("permitted", "Mesures permises"),
        who("author", "Écrite par"),
        column("prepared_at", "Préparée le"),
        column("sent_at", "Envoyée le"),
        column("received_at", "Reçue le"),
        column("received_how", "Reçue comment"),
        column("observations_until", "Observations jusqu’au"),
        column("content_hash", "Empreinte SHA-256 de ce qui vous a été montré"),
    ],
    left_out={"id": INSIDE},
)
held(
    PeriodExtension,
    "delais-d-observations-prolonges",
    "Le temps qu’une interruption du portail vous a rendu",
    lambda person: PeriodExtension.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("ended_at", "Fin avant"),
        column("ends_at", "Fin maintenant"),
        column("given_at", "Prolongé le"),
        column("outage__reason", "Interruption"),
    ],
    left_out={"id": INSIDE},
)
held(
    Observations,
    "observations",
    "Vos observations",
    lambda person: Observations.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("text", "Observations"),
        column("given_at", "Reçues le"),
        who("given_by", "Données par"),
        column("after_period", "Après le délai"),
        column("content_hash", "Empreinte SHA-256 de l’envoi"),
    ],
    left_out={"id": INSIDE, "form_key": ONCE},
)
held(
    Hearing,
    "auditions",
    "Vos auditions",
    lambda person: Hearing.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("asked_at", "Demandée le"),
        who("asked_by", "Demandée par"),
        column("wishes", "Souhaits"),
        column("assistant", "Personne qui assiste"),
        column("at", "Le"),
        column("place", "Lieu"),
        column("fixed_at", "Fixée le"),
        who("fixed_by", "Fixée par"),
        column("held_at", "Tenue le"),
        column("minutes", "Compte rendu"),
        column("dropped_at", "Non tenue le"),
        column("dropped_for", "Raison"),
    ],
    left_out={"id": INSIDE, "version": "compte les dates fixées, que vos messages disent"},
)
held(
    Piece,
    "pieces",
    "Les documents de vos procédures",
    lambda person: Piece.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("document__ref", "Document"),
        column("observations__given_at", "Envoyé avec les observations du"),
        column("added_at", "Ajoutée le"),
    ],
    left_out={"id": INSIDE},
)
held(
    Decision,
    "decisions",
    "Ce qui a été décidé à votre sujet",
    # One that is not sent, or was put aside before, was never taken as far as the person is concerned.
    lambda person: Decision.objects.filter(case__claimant_id=person, sent_at__isnull=False).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        *_figures(),
        column("reasons_law", "Motifs de droit"),
        column("reasons_fact", "Motifs de fait"),
        column("answer", "Réponse à vos observations"),
        who("author", "Prise par"),
        column("decided_at", "Prise le"),
        who("second_reader", "Relue par"),
        column("second_read_at", "Relue le"),
        column("sent_at", "Envoyée le"),
        column("notified_at", "Reçue le"),
        column("notified_how", "Reçue comment"),
        column("starts_at", "À partir du"),
        column("ends_at", "Jusqu’au"),
        column("content_hash", "Empreinte SHA-256 de ce qui vous a été montré"),
    ],
    left_out={
        "id": INSIDE,
        "set_aside_at": "une décision écartée n’a pas été envoyée",
        "set_aside_for": "une décision écartée n’a pas été envoyée",
    },
)
# What no copy shows goes with the file all the same: a notice being written, a decision put aside.
goes_with_the_file(Notice, lambda person: Notice.objects.filter(case__claimant_id=person))
goes_with_the_file(Decision, lambda person: Decision.objects.filter(case__claimant_id=person))
