"""The addresses of a delegate's work (product §16)."""

from django.urls import path

from measures.web.delegate import case, listing
from measures.web.delegate.acts import deciding, hearing, telling, ways
from measures.web.delegate.appeals import answering, noting
from measures.web.delegate.appeals import file as appeal_file
from measures.web.delegate.appeals import listing as appeals

app_name = "decisions"

urlpatterns = [
    path("", listing.index, name="list"),
    path("recours/", appeals.index, name="appeals"),
    path("recours/<ref:ref>/", appeal_file.appeal, name="appeal"),
    path("recours/<ref:ref>/repondre/", answering.answer, name="answer"),
    path("recours/<ref:ref>/mediation/commencer/", noting.begin_mediation, name="begin_mediation"),
    path("recours/<ref:ref>/mediation/fin/", noting.end_mediation, name="end_mediation"),
    path("recours/<ref:ref>/jugement/", noting.judgment, name="judgment"),
    path("recours/<ref:ref>/suspendre/", noting.hold_off, name="hold_off"),
    path("recours/<ref:ref>/reprendre/", noting.apply_again, name="apply_again"),
    path("recours/<ref:ref>/sans-delai/", noting.find_remedies_missing, name="find_remedies_missing"),
    path("effets/<int:owed>/", noting.prove, name="prove"),
    path("<ref:ref>/levee/", answering.lift, name="lift"),
    path("<ref:ref>/", case.case, name="case"),
    path("<ref:ref>/examiner/", ways.take, name="take"),
    path("<ref:ref>/confier/", ways.hand_over, name="hand_over"),
    path("<ref:ref>/clore/", ways.close, name="close"),
    path("<ref:ref>/retirer/", ways.withdraw, name="withdraw"),
    path("<ref:ref>/lettre/", telling.write, name="notice"),
    path("<ref:ref>/lettre/apercu/", telling.preview, name="preview"),
    path("<ref:ref>/lettre/envoyer/", telling.send, name="send"),
    path("<ref:ref>/audition/", hearing.fix, name="fix_hearing"),
    path("<ref:ref>/audition/compte-rendu/", hearing.minutes, name="minutes"),
    path("<ref:ref>/audition/non-tenue/", hearing.not_held, name="not_held"),
    path("<ref:ref>/decider/", deciding.write, name="decide"),
    path("<ref:ref>/decision/", deciding.decision, name="decision"),
    path("<ref:ref>/decision/envoyer/", deciding.send, name="send_decision"),
    path("<ref:ref>/decision/reprendre/", deciding.reconsider, name="reconsider"),
    path("<ref:ref>/decision/relecture/", deciding.second_reading, name="second_reading"),
]
