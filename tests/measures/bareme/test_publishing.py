"""Publishing ahead, closing the one before, taking back: each refusal, and two administrators at once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from measures import deeds
from measures.bareme import drafting, publishing, shipped
from measures.bareme.publishing import ChangedMeanwhile, MayNotPublish, MayNotWithdraw, NoReason
from measures.models import BaremeRule, BaremeVersion
from portal.core.models import JournalEntry
from tests.factories import NOW
from tests.measures.bareme import scale
from tests.measures.bareme.scale import AHEAD, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def publish(row: BaremeVersion, **options) -> BaremeVersion:
    return publishing.publish(row.pk, **{"by": scale.administrator(), "now": NOW} | options)


def withdraw(row: BaremeVersion, reason: str = "Erreur de saisie.", now: datetime = NOW) -> BaremeVersion:
    return publishing.withdraw(row.pk, reason=reason, by=scale.administrator(), now=now)


def lines(code) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(code=code.number))


# --- drafting ------------------------------------------------------------------------------


def test_a_draft_is_a_copy_with_its_rules_and_the_journal_says_so():
    row = scale.draft("fr-2027-01-01")
    copied = scale.shipped()
    assert (row.state, row.title, row.source, row.valid_from, row.valid_to) == (
        "DRAFT",
        copied.title,
        copied.source,
        AHEAD,
        None,
    )
    assert row.rules.count() == copied.rules.count() > 20
    (line,) = lines(deeds.BAREME_DRAFTED)
    assert line.data == {"code": "fr-2027-01-01", "copied": "fr-2025-06-01"}


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("fr-2025-06-01", drafting.CodeTaken),
        ("", drafting.WrongCode),
        ("Été", drafting.WrongCode),
        ("a b", drafting.WrongCode),
        ("x" * 41, drafting.WrongCode),
    ],
)
def test_a_code_is_plain_and_its_own(code, refusal):
    with pytest.raises(refusal):
        scale.draft(code)


# --- publishing ----------------------------------------------------------------------------


def test_publishing_closes_the_version_before_it_the_day_before():
    row = publish(scale.draft())
    before = scale.shipped()
    row.refresh_from_db()
    assert (row.state, row.published_at) == ("PUBLISHED", NOW)
    assert row.published_by.role == "ADMIN"
    assert (before.valid_to, before.closed_by) == (AHEAD - DAY, row)
    (line,) = lines(deeds.BAREME_PUBLISHED)
    assert line.data["from"] == "mercredi 23\u00a0décembre 2026"
    assert (
        line.data["closes"] == "La version «\u00a0fr-2025-06-01\u00a0» finit le mardi 22\u00a0décembre 2026."
    )


def test_publishing_for_a_territory_closes_nothing_elsewhere():
    publish(scale.draft(territory="MAYOTTE"))
    assert scale.shipped().valid_to is None
    row = publish(scale.draft("mayotte-2", AHEAD + 9 * DAY, territory="MAYOTTE"))
    first = BaremeVersion.objects.get(code="suivante")
    assert (first.valid_to, first.closed_by) == (AHEAD + 8 * DAY, row)


def refused(row: BaremeVersion, words: str, now: datetime = NOW) -> None:
    with pytest.raises(MayNotPublish) as refusal:
        publish(row, now=now)
    assert words in refusal.value.sentence
    assert scale.shipped().valid_to is None
    assert not lines(deeds.BAREME_PUBLISHED)


@pytest.mark.parametrize("day", [TODAY, TODAY - DAY, date(2025, 1, 1)])
def test_a_version_is_not_published_backwards(day):
    refused(scale.draft(valid_from=day), "Choisissez un premier jour à partir du mardi 24\u00a0novembre 2026")


def test_everywhere_waits_for_the_day_that_has_begun_nowhere():
    """In the afternoon of Paris the next day has begun in the Pacific."""
    afternoon = datetime(2026, 11, 23, 15, tzinfo=UTC)
    refused(scale.draft(valid_from=TODAY + DAY), "à partir du mercredi 25\u00a0novembre 2026", afternoon)
    publish(scale.draft("guyane", TODAY + DAY, territory="GUYANE"), now=afternoon)
    publish(scale.draft("partout", TODAY + 2 * DAY), now=afternoon)


def test_a_version_without_a_source_or_without_rules_says_both():
    row = scale.draft(source="  ")
    BaremeRule.objects.filter(version=row).delete()
    refused(row, "Écrivez la source")
    refused(row, "elle ne contient aucune mesure")


def test_an_overlap_with_a_version_to_come_is_refused():
    scale.published("loin", AHEAD + 100 * DAY)
    with pytest.raises(MayNotPublish, match="vaut déjà du dimanche.*retirez d’abord la version «\u00a0loin"):
        publish(scale.draft())
    with pytest.raises(MayNotPublish, match="loin\u00a0» vaut déjà à partir du.*ou retirez-la d’abord"):
        publish(scale.draft("apres", AHEAD + 100 * DAY))


def test_an_overlap_with_what_has_begun_and_ends_by_itself_asks_for_other_days():
    own = scale.published("mayotte", territory="MAYOTTE", valid_to=AHEAD + 20 * DAY)
    row = scale.draft("mayotte-2", AHEAD + 9 * DAY, territory="MAYOTTE")
    with pytest.raises(MayNotPublish, match=r"Changez vos dates\.$"):
        publish(row, now=datetime(AHEAD.year, AHEAD.month, AHEAD.day, 12, tzinfo=UTC))
    assert own.closed_by is None


def test_an_end_that_leaves_nothing_after_it_is_refused():
    refused(
        scale.draft(valid_to=AHEAD + 9 * DAY),
        "À partir du samedi 2\u00a0janvier 2027, aucune version ne serait en vigueur (partout)",
    )


def test_days_without_a_version_between_two_are_refused():
    # A passing version of Mayotte, and nothing for everywhere: only by hand.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE measures_baremeversion SET valid_to = '2026-12-31' WHERE code = 'fr-2025-06-01'"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    late = scale.draft(valid_from=date(2027, 1, 11))
    with pytest.raises(MayNotPublish) as refusal:
        publish(late)
    assert (
        "en vigueur du vendredi 1er\u00a0janvier 2027 au dimanche 10\u00a0janvier 2027. Commencez le vendredi 1er"
        in refusal.value.sentence
    )
    publish(scale.draft("juste", date(2027, 1, 1)))


def test_days_that_the_version_for_everywhere_covers_are_no_gap():
    publish(scale.draft("mayotte", territory="MAYOTTE", valid_to=AHEAD + 9 * DAY))
    publish(scale.draft("mayotte-2", AHEAD + 50 * DAY, territory="MAYOTTE"))


def test_what_is_published_is_not_published_again():
    row = publish(scale.draft())
    with pytest.raises(drafting.NoLongerADraft, match="est publiée"):
        publish(row)


def test_what_changed_since_the_page_was_read_is_not_published_unread():
    row = scale.draft()
    seal = publishing.plan(row, BaremeVersion.objects.all(), NOW).seal
    row.rules.filter(outcome="AVERTISSEMENT").delete()
    with pytest.raises(ChangedMeanwhile):
        publish(row, seal=seal)
    publish(row, seal=publishing.plan(row, BaremeVersion.objects.all(), NOW).seal)


def test_the_portal_publishes_nothing_by_itself():
    from portal.core.journal import PORTAL

    with pytest.raises(ValueError, match="a person does this"):
        publish(scale.draft(), by=PORTAL)


# --- withdrawing ------------------------------------------------------------------------------


def test_withdrawing_gives_the_version_before_its_open_end_back():
    row = withdraw(publish(scale.draft()))
    before = scale.shipped()
    assert (row.state, row.withdrawn_at, row.withdrawal_reason) == ("WITHDRAWN", NOW, "Erreur de saisie.")
    assert (before.valid_to, before.closed_by) == (None, None)
    (line,) = lines(deeds.BAREME_WITHDRAWN)
    assert line.data["reopens"] == "La version «\u00a0fr-2025-06-01\u00a0» n’a plus de fin."
    # And it can be closed anew.
    publish(scale.draft("encore"))


def test_an_end_of_its_own_stays_when_the_next_is_withdrawn():
    publish(scale.draft("mayotte", territory="MAYOTTE", valid_to=AHEAD + 9 * DAY))
    row = publish(scale.draft("mayotte-2", AHEAD + 10 * DAY, territory="MAYOTTE"))
    withdraw(row)
    assert BaremeVersion.objects.get(code="mayotte").valid_to == AHEAD + 9 * DAY


def test_what_has_begun_is_not_withdrawn():
    row = publish(scale.draft())
    for one, now in ((scale.shipped(), NOW), (row, NOW + 30 * DAY)):
        with pytest.raises(MayNotWithdraw, match="elle ne se retire plus"):
            withdraw(one, now=now)


def test_only_the_last_one_is_withdrawn():
    first = publish(scale.draft())
    publish(scale.draft("derniere", AHEAD + 9 * DAY))
    with pytest.raises(MayNotWithdraw, match="Retirez d’abord la version «\u00a0derniere"):
        withdraw(first)


def test_a_draft_or_a_version_already_withdrawn_is_not_withdrawn():
    row = scale.draft()
    with pytest.raises(MayNotWithdraw, match="est en préparation"):
        withdraw(row)
    withdraw(publish(row))
    with pytest.raises(MayNotWithdraw, match="est retirée"):
        withdraw(row)


def test_a_withdrawal_has_a_reason():
    row = publish(scale.draft())
    with pytest.raises(NoReason):
        withdraw(row, reason=" ")


# --- two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_publish_at_once_one_is_told():
    shipped.put_in_place(None, "default")
    rows = [scale.draft("une"), scale.draft("autre"), scale.draft("mayotte", territory="MAYOTTE")]
    admins = [scale.administrator() for _ in rows]
    answers: dict[str, str] = {}
    start = threading.Barrier(len(rows))

    def click(row, by) -> None:
        start.wait()
        try:
            publishing.publish(row.pk, by=by, now=NOW)
            answers[row.code] = "published"
        except MayNotPublish as refused:
            answers[row.code] = refused.sentence
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=pair) for pair in zip(rows, admins, strict=True)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers["mayotte"] == "published"
    (won,) = [code for code in ("une", "autre") if answers[code] == "published"]
    (lost,) = {"une", "autre"} - {won}
    assert f"« {won} » vaut déjà à partir du" in answers[lost].replace("«\u00a0", "« ").replace(
        "\u00a0»", " »"
    )
    assert scale.shipped().closed_by.code == won


@pytest.mark.django_db(transaction=True)
def test_a_rule_slipped_in_while_a_version_is_published_waits_and_is_refused():
    from django.db import IntegrityError, transaction

    shipped.put_in_place(None, "default")
    row, by = scale.draft(), scale.administrator()
    met: list[str] = []

    def slip() -> None:
        late = scale.rule(rank=9)
        late.version_id = row.pk
        try:
            late.save()
        except IntegrityError as refused:
            met.append(refused.__cause__.diag.constraint_name)
        finally:
            connection.close()

    with transaction.atomic():
        publishing.publish(row.pk, by=by, now=NOW)
        slipping = threading.Thread(target=slip)
        slipping.start()
        slipping.join(0.5)
        assert slipping.is_alive()  # it waits for us
    slipping.join()
    assert met == ["bareme_rule_keeps_its_word"]
