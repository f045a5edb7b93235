"""What other pages say of a procedure: the person's first page, the absence, the advisor's file, its documents."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import Case, Origin, Piece
from measures.procedure.outcome import deciding
from tests import factories
from tests.factories import NOW
from tests.measures import stages
from tests.measures.cast import a_delegate, acts
from tests.people import signed_in
from tests.web.claimant.story import document
from tests.web.desk.conftest import absent, explained, period_over

pytestmark = pytest.mark.django_db


def todo(browser) -> list[tuple[str, str]]:
    return [(item.title, item.url) for item in browser.get("/espace/").context["owed"].todo]


def test_the_first_page_says_what_a_procedure_asks(cast, person, at):
    assert todo(person) == []
    case = cast.told().case
    url = f"/espace/procedures/{case.ref}/"
    assert todo(person) == [("Une lettre importante vous attend", url)]
    person.get(url)
    assert todo(person) == [("Répondez à la lettre d’information", url)]
    shown = person.get("/espace/")
    assert "Jeudi 3\u00a0décembre 2026 avant\u00a0minuit" in shown.text
    cast.writes(case)
    assert todo(person) == []


def test_an_unread_decision_and_a_hearing_stand_there_too(cast, person, at):
    made = stages.build(cast, NOW)
    asked = dict(todo(person))
    assert asked["Une décision vous attend"] == f"/espace/procedures/{made['sent'].ref}/"
    assert asked["Vous êtes entendu bientôt"] == f"/espace/procedures/{made['hearing fixed'].ref}/"
    # What is prepared and not sent asks nothing.
    assert all(
        str(made[name].ref) not in "".join(asked.values()) for name in ("decided", "to read", "prepared")
    )


def test_the_first_page_asks_as_much_for_three_procedures_as_for_none(cast, person):
    counts = []
    for _ in range(2):
        person.get("/espace/")
        with CaptureQueriesContext(connection) as asked:
            person.get("/espace/")
        counts.append(len(asked))
        cast.told()
        cast.received()
        cast.due()
    assert counts[0] == counts[1] <= 8, counts


def test_the_advisor_follows_what_they_referred_without_any_form(cast, person, at):
    absence, _ = absent(cast.person)
    explained(absence, absence.recorded_at)
    now = period_over(absence)
    at(now)
    advisor = signed_in(cast.advisor)
    page = f"/conseiller/absences/{absence.ref}/"
    form = advisor.get(page).context["form"]
    advisor.post(
        page,
        {
            "outcome": "REFERRED",
            "reasons": "Pas de motif.",
            "report": "Rendez-vous manqué, sans nouvelles.",
            "form_key": str(form["form_key"].value()),
        },
    )
    case = Case.objects.get(origin=Origin.ABSENCE, origin_id=absence.pk)
    line = f"à examiner (procédure {case.ref})."
    assert line in advisor.get(page).text
    assert line in advisor.get(f"/conseiller/demandeurs/{cast.person.ref}/").text
    assert f"/espace/procedures/{case.ref}/" in person.get(f"/espace/absences/{absence.ref}/").text
    assert advisor.get(f"/decisions/{case.ref}/").status_code == 404
    delegate = signed_in(cast.delegate)
    shown = delegate.get(f"/decisions/{case.ref}/")
    assert "Rendez-vous manqué, sans nouvelles." in shown.text
    assert "Explication de la personne" in shown.text
    # What they said before anything was asked of them is what they say: their own words, before whoever decides.
    assert "Mon train était supprimé." in shown.text
    assert "avant la procédure" in shown.text
    assert "Rien par écrit" not in shown.text


def test_an_advisor_reads_nothing_of_a_decision_that_is_not_sent(cast, at):
    case = cast.due()
    cast.decides(case)
    at(cast.now)
    advisor = signed_in(cast.advisor)
    page = f"/conseiller/demandeurs/{cast.person.ref}/"
    assert "décision préparée" not in advisor.get(page).text
    assert "à décider" in advisor.get(page).text
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    assert str(case.ref) in advisor.get(page).text


def _piece(case, person, **fields) -> str:
    one = document(person, "Certificat", **fields)
    Piece.objects.create(case=case, document=one, added_at=NOW)
    return f"/documents/{one.ref}/"


def test_documents_of_a_case_open_to_delegates_of_its_region(cast, delegate, other):
    case = cast.taken()
    plain, health = _piece(case, cast.person), _piece(case, cast.person, is_health=True)
    elsewhere = signed_in(a_delegate("Occitanie"))
    assert (delegate.head(plain).status_code, other.head(plain).status_code) == (200, 200)
    # One of health opens to who examines alone.
    assert (delegate.head(health).status_code, other.head(health).status_code) == (200, 404)
    assert elsewhere.head(plain).status_code == 404
    stranger = factories.claimant(cast.advisor)
    assert delegate.head(f"/documents/{document(stranger, 'Autre').ref}/").status_code == 404
