"""Addresses under /espace/ (product §16): a person's own procedures."""

from django.urls import path

from measures.web.claimant import answering, pages, proofs
from measures.web.claimant.appeals import lifting, ways
from measures.web.claimant.appeals import pages as appeals
from measures.web.claimant.appeals import proofs as appeal_proofs

urlpatterns = [
    path("procedures/", pages.index, name="procedures"),
    path("procedures/<ref:ref>/", pages.detail, name="procedure"),
    path("procedures/<ref:ref>/audition/", answering.ask_hearing, name="ask_hearing"),
    path("procedures/<ref:ref>/audition/assistance/", answering.name_assistant, name="name_assistant"),
    path("procedures/<ref:ref>/audition/renoncer/", answering.give_up, name="give_up_hearing"),
    path("procedures/<ref:ref>/levee/", lifting.ask, name="ask_lift"),
    path("procedures/<ref:ref>/envois/<int:number>/", proofs.observations, name="observations"),
    path("procedures/<ref:ref>/recu.pdf", proofs.receipt, name="observations_receipt"),
    path("procedures/<ref:ref>/lettre.pdf", proofs.letter, name="notice_paper"),
    path("procedures/<ref:ref>/decision.pdf", proofs.decision, name="decision_paper"),
    path("recours/<ref:ref>/", appeals.detail, name="appeal"),
    path("procedures/<ref:ref>/levee/recu-<int:number>.pdf", appeal_proofs.lift, name="lift_receipt"),
    path("recours/<ref:ref>/recu-<int:number>.pdf", appeal_proofs.gracious, name="gracious_receipt"),
    path("recours/<ref:ref>/dossier.pdf", appeal_proofs.court_file, name="court_file"),
    path("recours/<ref:ref>/gracieux/", ways.file_gracious, name="file_gracious"),
    path("recours/<ref:ref>/mediation/", ways.ask_mediation, name="ask_mediation"),
    path("recours/<ref:ref>/mediation/fin/", ways.end_mediation, name="end_mediation"),
    path("recours/<ref:ref>/tribunal/", ways.declare_court, name="declare_court"),
    path("recours/<ref:ref>/domicile/", ways.live_elsewhere, name="live_elsewhere"),
]
