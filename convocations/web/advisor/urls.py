"""The addresses of an advisor's work on what is due (product §16)."""

from django.urls import path

from convocations.web.advisor import calling, following
from convocations.web.advisor.appointments import amending, recording
from convocations.web.advisor.convoking import pages as convoking
from convocations.web.advisor.examining import deciding, hearing, reviewing
from convocations.web.advisor.requests import answering

app_name = "advisor"

urlpatterns = [
    path("convocations/nouvelle/", convoking.new, name="new"),
    path("convocations/nouvelle/modele.csv", convoking.example_csv, name="example_csv"),
    path("convocations/envois/<uuid:key>/", convoking.batch, name="batch"),
    path("convocations/envois/<uuid:key>/resultats.csv", convoking.batch_csv, name="batch_csv"),
    path("convocations/<ref:ref>/", recording.appointment, name="appointment"),
    path("convocations/<ref:ref>/recu.pdf", recording.receipt, name="receipt"),
    path("convocations/<ref:ref>/presence/", recording.record, name="record"),
    path("convocations/<ref:ref>/reprendre/", recording.undo, name="undo"),
    path("convocations/<ref:ref>/demande/", answering.note, name="note_request"),
    path("demandes/<ref:ref>/", answering.request_page, name="request"),
    path("convocations/<ref:ref>/corriger/", amending.reopen, name="reopen"),
    path("convocations/<ref:ref>/annuler/", amending.cancel, name="cancel"),
    path("convocations/<ref:ref>/deplacer/", amending.move, name="move"),
    path("convocations/<ref:ref>/lettre/", amending.letter, name="letter"),
    path("convocations/<ref:ref>/telephone/", amending.phone, name="phone"),
    path("absences/<ref:ref>/", deciding.absence, name="absence"),
    path("absences/<ref:ref>/corriger/", deciding.correct, name="correct_absence"),
    path("absences/<ref:ref>/explications/", hearing.explanation, name="note_explanation"),
    path("justificatifs/<ref:ref>/", reviewing.justificatif, name="justificatif"),
    path("appels/<ref:ref>/", calling.call, name="call"),
    path("suivis/<ref:ref>/", following.line, name="follow_up"),
    path("suivis/<ref:ref>/proposer/", following.propose, name="propose_in_person"),
]
