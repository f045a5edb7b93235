"""Addresses under /espace/ (product §16): appointments and absences of the person signed in."""

from django.urls import path

from convocations.web.claimant import absences, appointments, calendar, call_backs, requests
from convocations.web.claimant.asking import incident, manner, postponing, reframing

urlpatterns = [
    path("convocations/", appointments.index, name="appointments"),
    path("convocations/<ref:ref>/", appointments.detail, name="appointment"),
    path("convocations/<ref:ref>/accuser-reception/", appointments.acknowledge, name="acknowledge"),
    path("convocations/<ref:ref>/repondre/", appointments.answer, name="answer"),
    path("convocations/<ref:ref>/recu.pdf", appointments.receipt, name="appointment_receipt"),
    path("convocations/<ref:ref>/reporter/", postponing.postpone, name="postpone"),
    path("convocations/<ref:ref>/modalite/", manner.change_manner, name="change_manner"),
    path("convocations/<ref:ref>/incident/", incident.incident, name="incident"),
    path("demandes/", requests.index, name="requests"),
    path("demandes/<ref:ref>/", requests.detail, name="request"),
    path("demandes/<ref:ref>/recu.pdf", requests.receipt, name="request_receipt"),
    path("demandes/<ref:ref>/retirer/", requests.withdraw, name="withdraw_request"),
    path("demandes/<ref:ref>/corriger/", requests.correct, name="correct_request"),
    path("convocations/<ref:ref>/calendrier.ics", calendar.appointment, name="appointment_calendar"),
    path("absences/<ref:ref>/", absences.detail, name="absence"),
    path("absences/<ref:ref>/envois/<int:number>/", absences.explanation, name="explanation"),
    path("absences/<ref:ref>/recu.pdf", absences.explanation_receipt, name="explanation_receipt"),
    path("absences/<ref:ref>/justificatifs/<ref:piece>/", absences.complete, name="complete"),
    path("entretien-de-recadrage/", reframing.interview, name="reframing"),
    path("agenda/", calendar.index, name="calendar"),
    path("rappel/", call_backs.index, name="call_backs"),
    path("rappel/<ref:ref>/", call_backs.detail, name="call_back"),
    path("rappel/<ref:ref>/retirer/", call_backs.withdraw, name="withdraw_call_back"),
]
