"""Procedures whose time runs under fire: to answer, to decide, to read, to act; and what must have become of them."""

from datetime import datetime, timedelta

from tests.faults.people import Crowd
from tests.faults.portal import Portal

# Told and read today: nobody decides, so each ends in its person's favour. Told and never opened. Measures that
# run, each with a gracious appeal that nobody answers.
READ, UNREAD, CONTESTED = 80, 30, 30

_ONCE = "SELECT count(*), count(DISTINCT subject_id) FROM core_journalentry WHERE code = %s"
_MAILED = "SELECT count(*), count(DISTINCT subject_id) FROM messaging_outboxmessage WHERE kind = %s"


def write(advisor, now: datetime) -> list[tuple[int, str, int]]:
    """Bring them where the clock takes over; who may answer: user, reference, key."""
    from measures.models import AppealCase
    from measures.procedure.contradiction import receiving
    from measures.procedure.outcome import deciding
    from portal.core.journal import Actor
    from tests import factories
    from tests.measures.appeals.court_of import files
    from tests.measures.cast import Cast, acts, work
    from tests.measures.stages import TWO_MONTHS

    region = advisor.agency.region
    cast = Cast(advisor, delegate=_delegate(region), other=_delegate(region))

    def person():
        home = {"street": "3 allée des Tilleuls", "postcode": "35000", "city": "Rennes"}
        return factories.claimant(advisor, benefit_status="ARE", **home)

    # Decided two months ago, received six weeks ago: the ordinary processes at the instants they would have had.
    cast.now = now - timedelta(days=58)
    told = [cast.received(TWO_MONTHS, person=person()) for _ in range(CONTESTED)]
    cast.now += timedelta(days=12)
    work(cast.now)
    for case in told:
        cast.decides(case, TWO_MONTHS)
        deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
        receiving.consult(case.pk, by=Actor(case.claimant_id, "CLAIMANT"), now=cast.now)
    cast.now += timedelta(days=1)
    work(cast.now)
    for appeal in AppealCase.objects.select_related("case__claimant__user"):
        cast.person = appeal.case.claimant
        files(cast, appeal)
    cast.now = now
    for _ in range(UNREAD):
        cast.told(person=person())
    read = [cast.received(person=person()) for _ in range(READ)]
    return [(case.claimant_id, str(case.ref), case.pk) for case in read]


def _delegate(region: str):
    from tests.measures.cast import a_delegate

    return a_delegate(region)


def every_time_had_its_effect_once(portal: Portal) -> None:
    """Hold each state, line and mail against what the law gives: each once, nothing decided by a machine."""
    states = dict(portal.sql("SELECT state, count(*) FROM measures_case GROUP BY 1"))
    assert states == {"LAPSED": READ, "NOTICE_SENT": UNREAD, "EXPIRED": CONTESTED}
    # Lapsed, never opened, measure ended, refused by silence.
    for code, number in ((333, READ), (317, UNREAD), (332, CONTESTED), (358, CONTESTED)):
        assert portal.sql(_ONCE, code) == [(number, number)], code
    silent = "SELECT count(*) FROM measures_graciousappeal WHERE state = 'IMPLICIT_REJECTION'"
    assert portal.number(silent) == CONTESTED
    # Silence begins the whole time anew, and it runs.
    running = "SELECT count(*) FROM measures_appealcase WHERE state = 'RUNNING' AND counts_from > opened_at"
    assert portal.number(running) == CONTESTED
    calls = "SELECT count(*) FROM convocations_calltask WHERE reason = 'PROCEDURE' AND state = 'OPEN'"
    assert portal.number(calls) == UNREAD
    # Told once: that it lapsed, on paper what was not opened, what silence means.
    for kind, number in ((318, READ), (311, UNREAD), (353, CONTESTED)):
        assert portal.sql(_MAILED, kind) == [(number, number)], kind
    # Each on paper stands in the day's letters once.
    letters = """
        SELECT count(*), count(l.id) FROM messaging_outboxmessage AS m
        LEFT JOIN messaging_letter AS l ON l.message_id = m.id WHERE m.kind = 311 AND m.channel = 2
    """
    assert portal.sql(letters) == [(UNREAD, UNREAD)]


def nothing_written_is_lost(portal: Portal, crowd: Crowd) -> None:
    """Each person sent one form, perhaps several times: what they wrote is there once, and so is its line."""
    sent = {(person.pk, form_key) for person, _, form_key in crowd.promised if person.deed == "answer"}
    rows = portal.sql("SELECT case_id, form_key::text FROM measures_observations")
    assert len(rows) == len({case for case, _ in rows})
    assert sent <= set(rows)
    lines = portal.sql("SELECT subject_id FROM core_journalentry WHERE code = 318")
    assert sorted(pk for (pk,) in lines) == sorted(case for case, _ in rows)
