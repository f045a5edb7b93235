"""A delegate decides: inside the barème, no heavier than told, shown word for word, read twice where it takes all."""

from datetime import timedelta

import pytest

from measures.models import Decision
from measures.states import CaseState
from portal.core.models import JournalEntry
from tests.measures.cast import ALL_OF_IT, FACT, LAW, fresh

pytestmark = pytest.mark.django_db
_S = CaseState
DECIDED = {
    "outcome": "SUSPENSION",
    "share": "50",
    "length": "1",
    "reasons_fact": FACT,
    "reasons_law": LAW,
    "answer": "Le train circulait ce jour-là.",
}
NONE = {"outcome": "NONE", "reasons_fact": "Le motif est légitime."}


@pytest.fixture
def due(cast, at):
    case = cast.due(says="Mon train était supprimé.")
    at(cast.now)
    return case


def desk(case, rest="") -> str:
    return f"/decisions/{case.ref}/{rest}"


def test_a_measure_is_shown_word_for_word_then_sent(due, delegate):
    form = delegate.get(desk(due, "decider/"))
    assert "Mesure annoncée dans la lettre" in form.text
    assert "Mon train était supprimé." in form.text
    assert form.context["form"]["outcome"].value() is None
    for _ in range(2):
        shown = delegate.post(desk(due, "decider/"), DECIDED, follow=True)
        assert shown.redirect_chain[-1][0] == desk(due, "decision/")
    for words in (FACT, LAW, "Le train circulait", "Recours gracieux", "Médiation", "473,85\u00a0€"):
        assert words in shown.text, words
    assert Decision.objects.get().sent_at is None
    for _ in range(2):
        assert "La décision est envoyée" in delegate.post(desk(due, "decision/envoyer/"), follow=True).text
    assert JournalEntry.objects.filter(subject_id=due.pk, code=329).count() == 1
    assert "Décision non lue" in delegate.get(desk(due)).text
    assert delegate.get(desk(due, "decision/"), follow=True).redirect_chain


def test_no_measure_is_shown_once_more_then_closes(due, delegate):
    shown = delegate.post(desk(due, "decider/"), NONE)
    assert "Relire avant de clore sans mesure" in shown.text
    assert "Le motif est légitime." in shown.text
    assert fresh(due).state == _S.DECISION_DUE
    back = delegate.post(desk(due, "decider/"), NONE | {"etape": "modifier"})
    assert back.context["form"]["reasons_fact"].value() == "Le motif est légitime."
    for _ in range(2):
        closed = delegate.post(desk(due, "decider/"), NONE | {"etape": "confirmer"}, follow=True)
        assert "close sans mesure. La personne reçoit vos raisons" in closed.text
    assert fresh(due).state == _S.CLOSED
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"share": "100"}, "n’a pas été informée d’une mesure aussi lourde"),
        ({"length": "2"}, "n’a pas été informée d’une mesure aussi lourde"),
        ({"share": "10"}, "Le barème permet ceci et rien d’autre"),
        ({"reasons_law": ""}, "Écrivez vos raisons, en droit et en fait"),
        ({"answer": ""}, "Dites ce que vous retenez de ses observations"),
        ({"reasons_fact": ""}, "Remplissez ce champ."),
    ],
)
def test_what_is_not_allowed_is_refused_and_kept(due, delegate, typed, sentence):
    answer = delegate.post(desk(due, "decider/"), DECIDED | typed)
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert "reasons_fact" in typed or FACT in answer.text
    assert not Decision.objects.exists()


def test_a_late_decision_is_refused_with_its_date(cast, due, delegate, at):
    at(cast.now + timedelta(days=20))
    answer = delegate.post(desk(due, "decider/"), DECIDED)
    assert answer.status_code == 409
    assert "La décision était attendue jusqu’au" in answer.text
    assert FACT in answer.text


def test_a_decision_is_taken_up_again_before_it_goes(due, delegate):
    delegate.post(desk(due, "decider/"), DECIDED)
    answer = delegate.post(desk(due, "decision/reprendre/"), {"reason": "À préciser."}, follow=True)
    assert "Vous pouvez décider à nouveau" in answer.text
    assert fresh(due).state == _S.DECISION_DUE


def test_another_delegate_does_not_decide_in_ones_place(due, cast, other):
    answer = other.post(desk(due, "decider/"), DECIDED)
    assert answer.status_code == 409
    assert f"{cast.delegate} examine cette procédure." in answer.text
    assert FACT in answer.text
    assert "examine cette procédure" in other.post(desk(due, "decision/envoyer/"), follow=True).text


@pytest.fixture
def takes_all(cast, at, delegate):
    """From the second measure on the barème permits a radiation, under a condition."""
    cast.in_force()
    cast.now += timedelta(days=2)
    case = cast.due(ALL_OF_IT, facts_on=cast.now.date())
    at(cast.now)
    typed = DECIDED | {"outcome": "RADIATION", "share": "100", "length": "4"}
    unconfirmed = delegate.post(desk(case, "decider/"), typed)
    assert "Confirmez la condition du barème" in unconfirmed.text
    delegate.post(desk(case, "decider/"), typed | {"condition": "on"})
    return case


def test_what_takes_all_waits_for_a_second_reader(takes_all, delegate, other):
    shown = delegate.get(desk(takes_all, "decision/"))
    assert "Une deuxième personne relit" in shown.text
    assert "attend la relecture" in delegate.post(desk(takes_all, "decision/envoyer/"), follow=True).text
    refused = delegate.post(desk(takes_all, "decision/relecture/"), {"verdict": "oui"})
    assert "Elle n’en est pas l’auteur." in refused.text
    assert FACT in other.get(desk(takes_all, "decision/relecture/")).text
    assert other.post(desk(takes_all, "decision/relecture/"), {"remark": ""}).status_code == 422
    for _ in range(2):
        read = other.post(desk(takes_all, "decision/relecture/"), {"verdict": "oui"}, follow=True)
        assert "Son auteur peut envoyer la décision" in read.text
    assert "La décision est envoyée" in delegate.post(desk(takes_all, "decision/envoyer/"), follow=True).text


def test_a_second_reader_sends_it_back_with_a_reason(takes_all, delegate, other):
    missing = other.post(desk(takes_all, "decision/relecture/"), {"verdict": "non"})
    assert missing.status_code == 422
    back = other.post(
        desk(takes_all, "decision/relecture/"), {"verdict": "non", "remark": "Disproportionné."}, follow=True
    )
    assert "La décision est à reprendre" in back.text
    assert fresh(takes_all).state == _S.DECISION_DUE
    assert "Disproportionné." in delegate.get(desk(takes_all)).text
