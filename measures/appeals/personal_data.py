"""What is held about what a person does against a decision, and what follows."""

from measures.models import (
    Annex,
    AppealCase,
    AppealExtension,
    CourtAppeal,
    Effect,
    GraciousAppeal,
    LiftRequest,
    Mediation,
    Stay,
)
from measures.personal_data import INSIDE, ONCE
from portal.core.personal_data import column, held, who
from portal.core.personal_data.declaring import Column

_OF = "appeal__case__claimant_id"


def _left() -> list[Column]:
    return [
        column("share", "Part qui reste (%)"),
        column("length", "Durée qui reste"),
        column("unit", "Unité"),
    ]


held(
    LiftRequest,
    "demandes-de-levee",
    "Vos demandes de levée d’une mesure",
    lambda person: LiftRequest.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("text", "Ce que vous avez fait"),
        column("wants_interview", "Entretien souhaité"),
        column("asked_at", "Demandée le"),
        who("asked_by", "Demandée par"),
        column("content_hash", "Empreinte SHA-256 de l’envoi"),
        column("answer_by", "Réponse attendue avant le"),
        column("decided_at", "Décidée le"),
        who("decided_by", "Décidée par"),
        column("granted", "Acceptée"),
        column("effective_on", "Levée à partir du"),
        column("reasons_law", "Motifs de droit"),
        column("reasons_fact", "Motifs de fait"),
        column("notified_at", "Réponse reçue le"),
        column("notified_how", "Reçue comment"),
    ],
    left_out={"id": INSIDE, "form_key": ONCE},
)
held(
    AppealCase,
    "recours",
    "Votre temps pour agir contre une décision",
    lambda person: AppealCase.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("case__ref", "Procédure"),
        column("decision__decided_at", "Contre la décision du"),
        column("lift__decided_at", "Contre le refus de lever du"),
        column("state", "Délai"),
        column("residence", "Lieu de vie"),
        column("opened_at", "Ouvert le"),
        column("counts_from", "Compté à partir du"),
        column("deadline", "Agir avant le"),
    ],
    left_out={"id": INSIDE},
)
held(
    AppealExtension,
    "delais-de-recours-prolonges",
    "Le temps pour agir qu’une interruption du portail vous a rendu",
    lambda person: AppealExtension.objects.filter(**{_OF: person}).order_by("pk"),
    [
        column("appeal__ref", "Recours"),
        column("ended_at", "Fin avant"),
        column("ends_at", "Fin maintenant"),
        column("given_at", "Prolongé le"),
        column("outage__reason", "Interruption"),
    ],
    left_out={"id": INSIDE},
)
held(
    GraciousAppeal,
    "recours-gracieux",
    "Vos recours gracieux et ce qui vous est répondu",
    lambda person: GraciousAppeal.objects.filter(**{_OF: person}).order_by("pk"),
    [
        column("appeal__ref", "Recours"),
        column("state", "État"),
        column("text", "Ce que vous demandez"),
        column("filed_at", "Reçu le"),
        who("filed_by", "Déposé par"),
        column("content_hash", "Empreinte SHA-256 de l’envoi"),
        column("late", "Après le délai"),
        column("interrupts", "Interrompt le délai"),
        column("implicit_at", "Refus par silence le"),
        who("author", "Répondu par"),
        column("answered_at", "Répondu le"),
        column("reasons_law", "Motifs de droit"),
        column("reasons_fact", "Motifs de fait"),
        *_left(),
        column("notified_at", "Réponse reçue le"),
        column("notified_how", "Reçue comment"),
    ],
    left_out={"id": INSIDE, "form_key": ONCE},
)
held(
    Mediation,
    "mediations",
    "Vos médiations",
    lambda person: Mediation.objects.filter(**{_OF: person}).order_by("pk"),
    [
        column("appeal__ref", "Recours"),
        column("state", "État"),
        column("asked_on", "Demandée le"),
        column("note", "Précisions"),
        column("declared_at", "Notée le"),
        who("declared_by", "Notée par"),
        column("late", "Après le délai"),
        column("interrupts", "Interrompt le délai"),
        column("ended_on", "Finie le"),
        column("end_declared_at", "Fin notée le"),
        who("end_declared_by", "Fin notée par"),
        column("outcome", "Ce qui en est sorti"),
    ],
    left_out={"id": INSIDE, "form_key": ONCE},
)
held(
    CourtAppeal,
    "recours-au-tribunal",
    "Vos recours au tribunal",
    lambda person: CourtAppeal.objects.filter(**{_OF: person}).order_by("pk"),
    [
        column("appeal__ref", "Recours"),
        column("state", "État"),
        column("prepared_at", "Dossier préparé le"),
        column("court", "Tribunal"),
        column("number", "Numéro du recours"),
        column("filed_on", "Déposé le"),
        column("declared_at", "Dépôt noté le"),
        who("declared_by", "Dépôt noté par"),
        column("late", "Après le délai"),
        column("judged_on", "Jugé le"),
        column("judgment", "Ce que le juge a décidé"),
        column("noted_at", "Jugement noté le"),
        who("noted_by", "Jugement noté par"),
        *_left(),
    ],
    left_out={"id": INSIDE},
)
held(
    Stay,
    "mesures-non-appliquees",
    "Les temps où une mesure n’est pas appliquée",
    lambda person: Stay.objects.filter(**{_OF: person}).order_by("pk"),
    [
        column("appeal__ref", "Recours"),
        column("held_by", "Par"),
        column("reason", "Référence"),
        column("since", "À partir du"),
        column("until", "Jusqu’au"),
        column("noted_at", "Notée le"),
        who("noted_by", "Notée par"),
        column("ended_at", "Fin notée le"),
    ],
    left_out={"id": INSIDE},
)
held(
    Effect,
    "effets",
    "Ce qui vous est dû après une levée ou un recours gagné",
    lambda person: Effect.objects.filter(case__claimant_id=person).order_by("pk"),
    [
        column("case__ref", "Procédure"),
        column("appeal__ref", "Après le recours"),
        column("lift__decided_at", "Après la levée du"),
        column("kind", "Effet"),
        column("what", "Ce qui est dû"),
        column("since", "À partir du"),
        column("amount", "Somme (euros)"),
        column("owed_at", "Dû depuis le"),
        column("due_at", "À faire avant le"),
        column("done_at", "Fait le"),
        who("done_by", "Fait par"),
        column("proof", "Preuve"),
    ],
    left_out={"id": INSIDE},
)
held(
    Annex,
    "documents-joints",
    "Les documents de vos demandes de levée et de vos recours",
    lambda person: Annex.objects.filter(document__owner_id=person).order_by("pk"),
    [
        column("document__ref", "Document"),
        column("lift__asked_at", "Avec la demande de levée du"),
        column("gracious__filed_at", "Avec le recours gracieux du"),
        column("mediation__declared_at", "Avec la médiation notée le"),
        column("added_at", "Ajouté le"),
    ],
    left_out={"id": INSIDE},
)
