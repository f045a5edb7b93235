"""A delegate before a case: taken, told, closed, handed over; what is refused keeps what was typed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import Case, Notice
from measures.procedure.opening import examining
from measures.states import CaseState
from portal.core.models import JournalEntry
from tests.measures.cast import FACT, WARNING, a_delegate, acts, fresh

pytestmark = pytest.mark.django_db
_S = CaseState
TOLD = {"facts": FACT, "outcome": "SUSPENSION", "share": "50", "length": "1"}


def at_case(case, rest="") -> str:
    return f"/decisions/{case.ref}/{rest}"


def test_a_case_is_taken_then_told_word_for_word_then_sent(cast, delegate):
    case = cast.refer()
    shown = delegate.get(at_case(case))
    assert "Prendre en main" in shown.text
    assert "Une personne décide." in shown.text
    assert "Barème national depuis le 1er juin 2025" in shown.text
    assert "Première mesure" in shown.text
    taken = delegate.post(at_case(case, "examiner/"), follow=True)
    assert "Vous examinez cette procédure" in taken.text
    preview = delegate.post(at_case(case, "lettre/"), TOLD, follow=True)
    assert preview.redirect_chain[-1][0] == at_case(case, "lettre/apercu/")
    for words in (
        FACT,
        "Suspension de 50\u00a0% de votre allocation",
        "473,85\u00a0€",
        "C’est une estimation",
    ):
        assert words in preview.text, words
    assert not Notice.objects.get(case=case).sent_at
    sent = delegate.post(at_case(case, "lettre/envoyer/"), follow=True)
    assert "La lettre est envoyée" in sent.text
    again = delegate.post(at_case(case, "lettre/envoyer/"), follow=True)
    assert "La lettre est envoyée" in again.text
    assert fresh(case).state == _S.NOTICE_SENT
    assert JournalEntry.objects.filter(subject_id=case.pk, code=315).count() == 1


def test_nothing_is_chosen_beforehand(cast, delegate):
    case = cast.taken()
    form = delegate.get(at_case(case, "lettre/")).context["form"]
    assert [form[name].value() for name in ("facts", "outcome", "share", "length")] == [None] * 4
    assert "Suspension de 30 à 100\u00a0% de l’allocation, pendant 1 à 2\u00a0mois (R5412-1)" in str(
        form["outcome"]
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"share": "20"}, "Le barème permet ceci et rien d’autre"),
        ({"length": "5"}, "Le barème permet ceci et rien d’autre"),
        ({"outcome": "RADIATION"}, "Ce choix n’existe plus"),
        ({"outcome": ""}, "Choisissez une réponse."),
        ({"share": ""}, "Indiquez un nombre."),
        ({"share": "beaucoup"}, "Écrivez un nombre entier"),
        ({"facts": "  "}, "Remplissez ce champ."),
    ],
)
def test_what_the_bareme_does_not_permit_is_refused_and_kept(cast, delegate, typed, sentence):
    case = cast.taken()
    answer = delegate.post(at_case(case, "lettre/"), TOLD | typed)
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert "facts" in typed or FACT in answer.text
    assert not Notice.objects.exists()


def test_a_person_without_benefit_is_warned_with_days_to_comply(cast, delegate):
    cast.person.benefit_status, cast.person.daily_allowance = "NONE", None
    cast.person.save()
    case = cast.taken()
    form = delegate.get(at_case(case, "lettre/")).context["form"]
    assert "share" not in form.fields
    assert "length" not in form.fields
    short = delegate.post(
        at_case(case, "lettre/"), {"facts": FACT, "outcome": "AVERTISSEMENT", "comply_days": "2"}
    )
    assert "au moins 8\u00a0jours" in short.text
    told = delegate.post(
        at_case(case, "lettre/"),
        {"facts": FACT, "outcome": "AVERTISSEMENT", "comply_days": str(WARNING.comply_days)},
        follow=True,
    )
    assert "ne retire rien à votre allocation" in told.text


def test_a_letter_is_written_anew_from_where_it_was_left(cast, delegate):
    case = cast.taken()
    delegate.post(at_case(case, "lettre/"), TOLD)
    form = delegate.get(at_case(case, "lettre/")).context["form"]
    assert (form["facts"].value(), form["share"].value()) == (FACT, 50)


def test_a_case_is_closed_with_reasons_the_person_reads(cast, delegate):
    case = cast.taken()
    assert delegate.post(at_case(case, "clore/"), {"reasons": ""}).status_code == 422
    typed = {"reasons": "Le train était supprimé."}
    for _ in range(2):
        answer = delegate.post(at_case(case, "clore/"), typed, follow=True)
        assert "close sans mesure. La personne reçoit vos raisons" in answer.text
    assert fresh(case).state == _S.CLOSED
    assert JournalEntry.objects.filter(subject_id=case.pk, code=313).count() == 1


def test_of_two_the_second_is_told_and_keeps_the_text(cast, delegate, other):
    case = cast.refer()
    delegate.post(at_case(case, "examiner/"))
    late = other.post(at_case(case, "examiner/"), follow=True)
    assert f"{cast.delegate} examine déjà cette procédure." in late.text
    answer = other.post(at_case(case, "lettre/"), TOLD)
    assert answer.status_code == 409
    assert f"{cast.delegate} examine cette procédure." in answer.text
    assert FACT in answer.text
    assert "examine cette procédure" in other.get(at_case(case, "lettre/"), follow=True).text
    # A second window of the same person, where the case was closed meanwhile.
    examining.close(case.pk, reasons="Rien.", by=acts(cast.delegate), now=cast.now)
    stale = delegate.post(at_case(case, "lettre/"), TOLD)
    assert stale.status_code == 409
    assert "close sans mesure depuis le" in stale.text
    assert FACT in stale.text


def test_a_case_is_handed_to_somebody_of_the_region(cast, delegate, other):
    case = cast.taken()
    a_delegate("Occitanie")
    form = delegate.get(at_case(case, "confier/")).context["form"]
    assert [value for value, _ in form.fields["to"].choices] == ["", str(cast.other.pk)]
    answer = delegate.post(at_case(case, "confier/"), {"to": cast.other.pk, "reason": "Congé"}, follow=True)
    assert "La procédure est confiée" in answer.text
    assert Case.objects.get(pk=case.pk).decider_id == cast.other.pk
    assert "Écrire la lettre d’information" in other.get(at_case(case)).text


def test_a_procedure_is_withdrawn_after_its_notice(cast, delegate):
    case = cast.received()
    assert "Retirer la procédure" in delegate.get(at_case(case)).text
    answer = delegate.post(at_case(case, "retirer/"), {"reasons": "Erreur."})
    assert answer.status_code == 302
    assert fresh(case).state == _S.WITHDRAWN
    assert "n’attend plus cet acte" in delegate.get(at_case(case, "retirer/"), follow=True).text


def test_the_file_of_a_case_tells_all_and_asks_little(cast, delegate, at):
    case = cast.due(says="Mon train était supprimé.")
    at(cast.now)
    counts = []
    for n in range(2):
        delegate.get(at_case(case))
        with CaptureQueriesContext(connection) as asked:
            shown = delegate.get(at_case(case))
        counts.append(len(asked))
        assert "Mon train était supprimé." in shown.text
        cast.writes(case, f"Encore {n}.")
        cast.writes(case, f"Encore et encore {n}.")
    assert "après le délai, compte quand même" in delegate.get(at_case(case)).text
    assert counts[0] == counts[1] <= 14, counts


def test_who_decided_on_the_same_facts_before_does_not_decide_again(cast, delegate):
    first = cast.due()
    cast.decides(first)
    Case.objects.filter(pk=first.pk).move_all(_S.ANNULLED, ended_at=cast.now, ending_reasons="Corrigée.")
    again = cast.refer(origin_id=first.origin_id, facts_on=(cast.now - timedelta(days=1)).date())
    shown = delegate.get(at_case(again))
    assert "Vous avez déjà décidé sur ces faits" in shown.text
    assert "Prendre en main" not in shown.text
