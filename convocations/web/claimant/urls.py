"""Addresses under /espace/ (product §16): appointments and absences of the person signed in."""

from django.urls import path

from convocations.web.claimant import absences, appointments, call_backs

urlpatterns = [
    path("convocations/", appointments.index, name="appointments"),
    path("convocations/<ref:ref>/", appointments.detail, name="appointment"),
    path("convocations/<ref:ref>/accuser-reception/", appointments.acknowledge, name="acknowledge"),
    path("convocations/<ref:ref>/repondre/", appointments.answer, name="answer"),
    path("convocations/<ref:ref>/recu.pdf", appointments.receipt, name="appointment_receipt"),
    path("convocations/<ref:ref>/calendrier.ics", appointments.calendar, name="appointment_calendar"),
    path("absences/<ref:ref>/", absences.detail, name="absence"),
    path("absences/<ref:ref>/envois/<int:number>/", absences.explanation, name="explanation"),
    path("absences/<ref:ref>/recu.pdf", absences.explanation_receipt, name="explanation_receipt"),
    path("absences/<ref:ref>/justificatifs/<ref:piece>/", absences.complete, name="complete"),
    path("rappel/", call_backs.index, name="call_backs"),
    path("rappel/<ref:ref>/", call_backs.detail, name="call_back"),
    path("rappel/<ref:ref>/retirer/", call_backs.withdraw, name="withdraw_call_back"),
]
