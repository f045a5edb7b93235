"""An administrator reads, prepares, compares, publishes and takes back versions; nobody else comes in."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from measures import deeds
from measures.bareme import drafting, publishing, shipped
from measures.models import BaremeRule, BaremeVersion
from measures.procedure.opening import examining
from portal.core import clock
from tests import factories, people
from tests.accounts.back_office.reading import entries, form_of
from tests.factories import NOW
from tests.measures.bareme import scale
from tests.measures.bareme.scale import AHEAD
from tests.measures.cast import Cast, acts

pytestmark = pytest.mark.django_db
PAGES = ("change", "prepare", "compare", "publish", "drop", "withdraw")
LIST = "/admin/measures/baremeversion/"


def at(page: str, row: BaremeVersion | int) -> str:
    return reverse(f"admin:measures_baremeversion_{page}", args=[getattr(row, "pk", row)])


def text(answer) -> str:
    content = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", content.replace("&nbsp;", " "))


def seal(answer) -> str:
    return re.search(r'name="seal" value="([0-9a-f]{64})"', answer.content.decode()).group(1)


# --- the door ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["claimant", "advisor", "supervisor", "decision_maker", "controller", "partner"]
)
def test_only_administrators_come_in(role):
    row = scale.draft()
    client = people.signed_in(getattr(people, f"make_{role}")())
    addresses = [LIST, *(at(page, row) for page in PAGES)]
    for method in ("get", "post"):
        answers = {address: getattr(client, method)(address).status_code for address in addresses}
        assert answers == dict.fromkeys(addresses, 404)
    assert BaremeVersion.objects.get(pk=row.pk).state == "DRAFT"


def test_a_stranger_is_sent_to_the_portals_door(client):
    for page in PAGES:
        assert client.get(at(page, scale.shipped())).status_code == 302


@pytest.mark.parametrize("page", PAGES[1:])
@pytest.mark.parametrize("number", ["999999", "x", "-1", "9" * 40])
def test_a_version_that_is_not_there_answers_404(office, page, number):
    assert office.get(f"{LIST}{number}/{publishing_word(page)}/").status_code == 404


def publishing_word(page: str) -> str:
    from measures.back_office.pages import ADDRESSES

    return {name: word for word, name in ADDRESSES.items()}[page]


# --- the list --------------------------------------------------------------------------------


def test_versions_are_found_by_words_state_and_territory(office):
    own = scale.draft("mayotte-1", territory="MAYOTTE")
    for query, wanted in (
        ({"q": "2025-478"}, {"fr-2025-06-01", "progressif", "mayotte-1"}),
        ({"q": "mayotte"}, {"mayotte-1"}),
        ({"state__exact": "DRAFT"}, {"mayotte-1"}),
        ({"territory__exact": "MAYOTTE"}, {"mayotte-1"}),
        ({"q": "rien"}, set()),
    ):
        rows = office.get(LIST, query).context["cl"].result_list
        assert {row.code for row in rows} == wanted, query
    assert "Mayotte" in text(office.get(LIST))
    assert own.code in text(office.get(LIST))


def test_the_list_costs_as_much_for_three_versions_as_for_six(office, django_assert_max_num_queries):
    for number in range(3):
        scale.draft(f"v{number}")
        with django_assert_max_num_queries(10):
            office.get(LIST)


# --- reading ------------------------------------------------------------------------------------


def test_a_published_version_is_read_in_sentences_and_never_changed(office):
    row = scale.shipped()
    page = office.get(at("change", row))
    assert "première mesure : suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-1)" in text(
        page
    ).replace("\u00a0", " ")
    assert "version livrée avec le portail" in text(page)
    assert "Exemple" not in text(page)
    assert 'name="title"' not in page.content.decode()
    assert "Publier" not in text(page)
    assert "Retirer" not in text(page)
    assert office.post(at("change", row), {"title": "Autre"}).status_code == 403
    assert scale.shipped().title == row.title


def test_a_version_is_neither_added_by_hand_nor_removed(office):
    row = scale.draft()
    assert office.get(f"{LIST}add/").status_code == 403
    assert office.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


# --- preparing -------------------------------------------------------------------------------------


def test_the_next_version_is_prepared_changed_and_the_journal_keeps_it(office, admin):
    address = at("prepare", scale.shipped())
    assert "Rien ne change tant que" in text(office.get(address))
    answer = office.post(address, {"code": "fr-2027-01-01", "valid_from": "01/01/2027"})
    row = BaremeVersion.objects.get(code="fr-2027-01-01")
    assert answer["Location"] == at("change", row)
    (line,) = entries(deeds.BAREME_DRAFTED.number)
    assert (line.actor_id, line.subject_id, line.at) == (admin.pk, row.pk, NOW)
    data = form_of(office.get(at("change", row)))
    number = next(
        name.split("-")[1]
        for name, value in data.items()
        if name.endswith("-breach") and (value, data[name.replace("breach", "rank")]) == ("ASSIDUITY", 1)
    )
    data |= {"title": "Barème 2027", f"rules-{number}-article": "R5412-1, I", f"rules-{number}-DELETE": ""}
    assert office.post(at("change", row), data).status_code == 302
    row.refresh_from_db()
    assert row.title == "Barème 2027"
    assert row.rules.filter(article="R5412-1, I").count() == 1
    (line,) = entries(31)
    assert {"field": "title", "before": scale.shipped().title, "after": "Barème 2027"} in line.data["changes"]
    assert any("changed" in change for change in line.data["changes"])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"code": "fr-2025-06-01", "valid_from": "01/01/2027"}, "déjà celui d’une autre version"),
        ({"code": "Été 2027", "valid_from": "01/01/2027"}, "en minuscules sans accent"),
        ({"code": "fr-2027", "valid_from": "demain"}, "date"),
        ({"code": ""}, "obligatoire"),
    ],
)
def test_a_next_version_that_makes_no_sense_is_refused_and_kept(office, data, sentence):
    answer = office.post(at("prepare", scale.shipped()), data)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert data.get("code", "") in answer.content.decode()
    assert BaremeVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("share_max", "10", "La part va du minimum au maximum"),
        ("length_max", "0", "La durée va du minimum au maximum"),
        ("article", "", "obligatoire"),
        ("rank", "0", "dit son rang"),
        ("share_min", "0", "Un avertissement ne prend rien"),
    ],
)
def test_a_measure_that_makes_no_sense_is_said_beside_it(office, field, value, sentence):
    row = scale.draft()
    data = form_of(office.get(at("change", row)))
    number = next(
        name.split("-")[1] for name, said in data.items() if name.endswith("outcome") and said == "SUSPENSION"
    )
    answer = office.post(at("change", row), data | {f"rules-{number}-{field}": value})
    assert answer.status_code == 200
    assert sentence in text(answer)


def test_the_same_measure_twice_is_refused(office):
    row = scale.draft()
    data = form_of(office.get(at("change", row)))
    total = row.rules.count()
    same = {
        name[8:]: value for name, value in data.items() if name.startswith("rules-0-") and "-id" not in name
    }
    answer = office.post(
        at("change", row), data | {f"rules-{total}-{name}": value for name, value in same.items()}
    )
    assert answer.status_code == 200
    assert row.rules.count() == total


def test_a_draft_published_meanwhile_is_not_changed_by_who_still_had_its_page(office, monkeypatch):
    row = scale.draft()
    data = form_of(office.get(at("change", row)))
    from measures.back_office.versions import BaremeVersionAdmin

    # The page asked before somebody else published: what it may do was read then.
    publishing.publish(row.pk, by=scale.administrator(), now=NOW)
    monkeypatch.setattr(BaremeVersionAdmin, "has_change_permission", lambda *args: True)
    monkeypatch.setattr(BaremeVersionAdmin, "get_fields", lambda self, *args: self.fields)
    monkeypatch.setattr(BaremeVersionAdmin, "get_inlines", lambda self, *args: self.inlines)
    answer = office.post(at("change", row), data | {"title": "Trop tard"}, follow=True)
    assert "elle ne change plus" in text(answer)
    row.refresh_from_db()
    assert row.title != "Trop tard"
    assert not entries(31)


def test_a_draft_is_written_for_one_territory_or_for_everywhere(office):
    row = scale.draft()
    page = office.get(at("change", row))
    assert '<option value="" selected>partout</option>' in page.content.decode()
    data = form_of(page) | {"territory": "MAYOTTE", "valid_to": "31/12/2027"}
    assert office.post(at("change", row), data).status_code == 302
    row.refresh_from_db()
    assert (row.territory, row.valid_to.isoformat()) == ("MAYOTTE", "2027-12-31")
    office.post(at("change", row), data | {"territory": "", "valid_to": ""})
    row.refresh_from_db()
    assert (row.territory, row.valid_to) == ("", None)


# --- comparing ---------------------------------------------------------------------------------------


def test_a_draft_is_laid_beside_the_version_before_it_or_another(office):
    row = scale.draft()
    row.rules.filter(breach="FRAUD", outcome="RADIATION").delete()
    row.rules.filter(breach="ASSIDUITY", situation="BENEFIT", rank=1).update(share_max=50)
    page = text(office.get(at("compare", row)))
    assert "Par rapport à « fr-2025-06-01 »" in page
    assert "Mesures qui ne sont plus permises Fausse déclaration" in page
    assert "de 30 à 50" in page
    other = office.get(at("compare", row), {"avec": scale.shipped("progressif").pk})
    assert "Par rapport à « progressif »" in text(other)
    for nonsense in ("", "x", "999999", str(row.pk)):
        assert office.get(at("compare", row), {"avec": nonsense}).status_code == 200


# --- publishing -----------------------------------------------------------------------------------------


def test_publishing_says_what_it_closes_and_measures_then_asks(office, admin):
    row = scale.draft()
    page = office.get(at("publish", row))
    said = text(page).replace("\u00a0", " ")
    assert "La version « fr-2025-06-01 » finira le mardi 22 décembre 2026." in said
    assert (
        "Partout, à partir du mercredi 23 décembre 2026 : « suivante » au lieu de « fr-2025-06-01 »." in said
    )
    assert BaremeVersion.objects.get(pk=row.pk).state == "DRAFT"
    answer = office.post(at("publish", row), {"seal": seal(page)})
    assert answer["Location"] == at("change", row)
    row.refresh_from_db()
    assert (row.state, row.published_by, row.published_at) == ("PUBLISHED", admin, NOW)
    assert len(entries(deeds.BAREME_PUBLISHED.number)) == 1
    assert f"par {admin}" in text(office.get(at("change", row)))
    assert "elle ne change plus" in text(office.get(at("publish", row), follow=True))


def test_publishing_says_which_cases_keep_their_version(office):
    row = scale.draft()
    assert "Aucune procédure n’est en cours." in text(office.get(at("publish", row)))
    cast = Cast()
    cast.refer()
    cast.told(person=factories.claimant(cast.advisor, benefit_status="ARE"))
    closed = cast.taken(person=factories.claimant(cast.advisor, benefit_status="ARE"))
    examining.close(closed.pk, reasons="Vu.", by=acts(cast.delegate), now=cast.now)
    page = text(office.get(at("publish", row)))
    assert "Aucune ne change" in page
    assert "(fr-2025-06-01) : 2 procédures." in page.replace("\u00a0", " ")


def test_what_stands_against_publishing_is_said_and_there_is_no_button(office):
    row = scale.draft(valid_from=NOW.date(), source="")
    page = office.get(at("publish", row))
    assert "Une version ne vaut pas pour le passé" in text(page)
    assert "Écrivez la source" in text(page)
    assert "Publier cette version" not in page.content.decode()
    answer = office.post(at("publish", row), {"seal": seal(page)})
    assert answer.status_code == 409
    assert BaremeVersion.objects.get(pk=row.pk).state == "DRAFT"


@pytest.mark.parametrize("said", ["", "0" * 64, "x" * 500])
def test_nothing_is_published_unread(office, said):
    row = scale.draft()
    answer = office.post(at("publish", row), {"seal": said})
    assert answer.status_code == 409
    assert "a changé depuis que vous avez ouvert cette page" in text(answer)
    assert BaremeVersion.objects.get(pk=row.pk).state == "DRAFT"


# --- taking back ---------------------------------------------------------------------------------------------


def test_a_version_is_taken_back_with_a_reason_before_its_first_day(office):
    row = scale.published()
    page = text(office.get(at("withdraw", row)))
    assert "La version « fr-2025-06-01 » n’aura plus de fin." in page
    assert "Retirer" in text(office.get(at("change", row)))
    assert office.post(at("withdraw", row), {"reason": " "}).status_code == 422
    assert office.post(at("withdraw", row), {"reason": "Mauvaise date."}).status_code == 302
    shown = text(office.get(at("change", row)))
    assert "Mauvaise date." in shown
    assert "retirée" in shown
    assert scale.shipped().valid_to is None
    assert len(entries(deeds.BAREME_WITHDRAWN.number)) == 1


def test_a_draft_is_dropped_after_its_page_was_read_and_the_journal_keeps_it(office, admin):
    row = scale.draft()
    assert at("drop", row) in office.get(at("change", row)).content.decode()
    page = text(office.get(at("drop", row))).replace("\u00a0", " ")
    assert f"les {row.rules.count()} mesures qu’il contient" in page
    assert "livrée avec le portail" not in page
    assert BaremeVersion.objects.filter(pk=row.pk).exists()
    answer = office.post(at("drop", row), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Le brouillon « suivante » est supprimé." in text(answer).replace("\u00a0", " ")
    assert not BaremeVersion.objects.filter(code="suivante").exists()
    assert not BaremeRule.objects.filter(version_id=row.pk).exists()
    (line,) = entries(deeds.BAREME_DROPPED.number)
    assert (line.actor_id, line.subject_id, line.data) == (admin.pk, row.pk, {"code": "suivante"})
    # Its name is free again.
    assert scale.draft("suivante").pk != row.pk


def test_dropping_says_when_a_version_came_with_the_product(office, monkeypatch):
    row = scale.draft()
    monkeypatch.setattr(shipped, "codes", lambda: {row.code})
    assert "elle reviendra à la prochaine mise à jour" in text(office.get(at("drop", row)))


@pytest.mark.parametrize("make", [scale.shipped, scale.published])
def test_what_was_published_is_not_dropped(office, make):
    row = make()
    assert "Supprimer" not in text(office.get(at("change", row)))
    for answer in (office.get(at("drop", row), follow=True), office.post(at("drop", row), follow=True)):
        assert "elle ne change plus" in text(answer)
    assert BaremeVersion.objects.filter(pk=row.pk).exists()
    assert not entries(deeds.BAREME_DROPPED.number)


@pytest.mark.parametrize(
    "late",
    [
        lambda pk: drafting.drop(pk, by=scale.administrator(), now=NOW),
        lambda pk: drafting.hold(pk),
        lambda pk: publishing.publish(pk, by=scale.administrator(), now=NOW),
        lambda pk: publishing.withdraw(pk, reason="Tard.", by=scale.administrator(), now=NOW),
        lambda pk: drafting.draft_from(pk, code="autre", valid_from=AHEAD, by=scale.administrator(), now=NOW),
    ],
)
def test_who_comes_after_a_draft_was_dropped_is_told_so(late):
    row = scale.draft()
    drafting.drop(row.pk, by=scale.administrator(), now=NOW)
    with transaction.atomic(), pytest.raises(drafting.NoLongerThere):
        late(row.pk)


def test_a_draft_dropped_while_its_page_is_being_saved_is_said(office, monkeypatch):
    row = scale.draft()
    data = form_of(office.get(at("change", row)))

    def dropped_first(number):
        monkeypatch.undo()
        drafting.drop(number, by=scale.administrator(), now=NOW)
        return drafting.hold(number)

    monkeypatch.setattr(drafting, "hold", dropped_first)
    answer = office.post(at("change", row), data | {"title": "Trop tard"}, follow=True)
    assert "Ce brouillon n’existe plus" in text(answer)
    assert not entries(31)


def test_a_version_that_has_begun_is_not_taken_back(office, monkeypatch):
    row = scale.published()
    assert "elle ne se retire plus" in text(office.get(at("withdraw", scale.shipped()), follow=True))
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=31))
    answer = people.signed_in(people.make_admin()).post(at("withdraw", row), {"reason": "Trop tard."})
    assert answer.status_code == 422
    assert "elle ne se retire plus" in text(answer)
    assert BaremeVersion.objects.get(pk=row.pk).valid_from == AHEAD
