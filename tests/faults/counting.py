"""What happened, counted afterwards: every effect once, every mail, every promise, nothing half-done."""

from collections import Counter

from tests.faults.people import Crowd
from tests.faults.portal import Portal
from tests.faults.seed import ABSENCES, APPOINTMENTS, MOVED, REQUESTS, WAITING

_JOURNAL = "SELECT subject_id FROM core_journalentry WHERE code = {}"
_MAILS = "SELECT subject_id FROM messaging_outboxmessage WHERE kind = {}"
_EVIDENCE = "SELECT convocation_id FROM convocations_deliveryevidence WHERE fact = '{}'"
_CLOSED = "SELECT id FROM convocations_absence WHERE state = 'CLOSED_NO_ACTION'"
_LATE = "SELECT id FROM convocations_convocation WHERE record_escalated_at IS NOT NULL"

# Two things that one process writes together: as many of the one as of the other, row by row.
TOGETHER = {
    "a first opening and its journal": (_EVIDENCE.format("CONSULTED"), _JOURNAL.format(101)),
    "an acknowledgement and its journal": (_EVIDENCE.format("ACKNOWLEDGED"), _JOURNAL.format(102)),
    "an explanation and its journal": (
        "SELECT absence_id FROM convocations_explanation",
        _JOURNAL.format(121),
    ),
    "an explanation and its mail": ("SELECT id FROM convocations_explanation", _MAILS.format(121)),
    "an explanation and its absence": (
        "SELECT DISTINCT absence_id FROM convocations_explanation",
        "SELECT id FROM convocations_absence WHERE explained_at IS NOT NULL",
    ),
    "an absence closed and its journal": (_CLOSED, _JOURNAL.format(123)),
    "an absence closed and its mail": (_CLOSED, _MAILS.format(123)),
    "a late request and its journal": (
        "SELECT id FROM convocations_changerequest WHERE escalated_at IS NOT NULL",
        _JOURNAL.format(158),
    ),
    "a late record and its journal": (_LATE, _JOURNAL.format(112)),
    "an end worked and its appointment": (
        "SELECT subject_id FROM core_deadline WHERE kind = 102 AND state = 1",
        "SELECT id FROM convocations_convocation WHERE state = 'AWAITING_STATUS'",
    ),
}


def every_deadline_had_its_effect_once(portal: Portal) -> None:
    count = portal.number
    assert count("SELECT count(*) FROM core_deadline WHERE state = 5") == 0
    # Every absence ended in its person's favour, told once in the journal and once by mail.
    assert count("SELECT count(*) FROM convocations_absence WHERE state = 'CLOSED_NO_ACTION'") == ABSENCES
    for code in (123, 125, 126):
        told = "SELECT count(*), count(DISTINCT subject_id) FROM core_journalentry WHERE code = %s"
        assert portal.sql(told, code) == [(ABSENCES, ABSENCES)], code
    assert count("SELECT count(*) FROM messaging_outboxmessage WHERE kind = 123") == ABSENCES
    # Every coming appointment ended on its advisor's list, late in the end; none became an absence.
    waiting = """
        SELECT count(*) FROM convocations_convocation
        WHERE state = 'AWAITING_STATUS' AND record_escalated_at IS NOT NULL
    """
    assert count(waiting) == APPOINTMENTS
    assert count("SELECT count(*) FROM convocations_convocation WHERE state = 'ABSENT'") == ABSENCES
    # Every request was chased twice and told late once; still nobody but a person answers it, and it freezes.
    chased = "SELECT count(*), count(DISTINCT subject_id) FROM core_deadline WHERE kind = 125 AND state = 1"
    # Where documents were waited for, the clock rested and began anew: it, too, chased twice.
    asked = REQUESTS + WAITING
    assert portal.sql(chased) == [(2 * asked, asked)]
    # What nobody did in time was told once: answers, calls that were asked for, first interviews after a move.
    for code, number in ((158, asked), (180, MOVED), (179, MOVED)):
        told = "SELECT count(*), count(DISTINCT subject_id) FROM core_journalentry WHERE code = %s"
        assert portal.sql(told, code) == [(number, number)], code
    waits = """
        SELECT count(*) FROM convocations_changerequest AS r
        JOIN convocations_convocation AS c ON c.id = r.convocation_id
        WHERE r.state = %s AND r.escalated_at IS NOT NULL AND c.state = 'RESCHEDULE_PENDING'
    """
    assert portal.sql(waits, "SUBMITTED") == [(REQUESTS,)]
    assert portal.sql(waits, "UNDER_REVIEW") == [(WAITING,)]
    assert count("SELECT count(*) FROM convocations_slothold") == 0
    # Each reminder step was worked once: a mail owed, or closed as too late or moot, never both.
    reminders = """
        SELECT count(*) FROM core_deadline AS d
        LEFT JOIN messaging_outboxmessage AS m
          ON m.kind = 102 AND m.subject_id = d.subject_id AND m.step = d.step AND m.occurrence = d.occurrence
        WHERE d.kind = 100 AND (d.state = 1) <> (m.id IS NOT NULL)
    """
    assert count(reminders) == 0
    calls = """
        SELECT count(*) FROM core_deadline AS d
        LEFT JOIN convocations_calltask AS c ON c.convocation_id = d.subject_id AND c.reason = 'UNREAD'
        WHERE d.kind = 101 AND d.state = 1 AND c.id IS NULL
    """
    assert count(calls) == 0


def nothing_is_half_done(portal: Portal) -> None:
    for what, (one, other) in TOGETHER.items():
        apart = portal.sql(f"(({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one})) LIMIT 5")
        assert apart == [], (what, apart)
    assert portal.number("SELECT count(*) FROM messaging_outboxmessage WHERE leased_until IS NOT NULL") == 0


def every_mail_is_in_the_books_once_and_at_the_sink(portal: Portal, kills: int) -> str:
    # A Message-ID begins with its row's number.
    copies = Counter(
        {int(name[1:].split(".")[0]): number for name, number in portal.sink.box.copies().items()}
    )
    state = dict(portal.sql("SELECT id, state FROM messaging_outboxmessage WHERE channel = 1"))
    # What goes on paper is in the day's letters.
    assert portal.sql("SELECT DISTINCT state FROM messaging_outboxmessage WHERE channel = 2") == [(6,)]
    accepted = {key for key in state if state[key] == 1}
    extra = copies.total() - len(copies)
    # Taken by the server, but its sender was killed before it knew; and its purpose was over before another
    # looked. The books say «moot» then, and never «sent».
    unknown = copies.keys() - accepted
    figures = (
        f"{len(accepted)} mails accepted, {len(accepted & copies.keys())} of them at the sink,"
        f" {extra} extra copies, {len(unknown)} more whose sender was killed before it knew"
    )
    assert {state.get(key) for key in state} <= {1, 2}, Counter(state.values())
    assert accepted <= copies.keys(), figures
    assert {state.get(key) for key in unknown} <= {2}, figures
    assert extra + len(unknown) <= kills, figures
    # The test is about mails that left: most reminders and unread notices did, in time.
    reminded = "SELECT count(*) FROM messaging_outboxmessage WHERE state = 1 AND kind IN (102, 103)"
    assert portal.number(reminded) > APPOINTMENTS / 2, figures
    # What the server took is evidence, once a mail.
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM messaging_outboxmessage WHERE state = 1 AND kind IN (100, 101, 102, 103)),
               (SELECT count(*) FROM convocations_deliveryevidence WHERE fact = 'EMAIL_ACCEPTED')
        """
    )
    assert row[0] == row[1]
    return figures


def nothing_promised_is_lost(portal: Portal, crowd: Crowd) -> None:
    for deed, fact in (("open", "CONSULTED"), ("acknowledge", "ACKNOWLEDGED")):
        keys = [person.pk for person, _, _ in crowd.promised if person.deed == deed]
        kept = portal.sql(
            "SELECT convocation_id FROM convocations_deliveryevidence WHERE fact = %s AND convocation_id = ANY(%s)",
            fact,
            keys,
        )
        assert sorted(pk for (pk,) in kept) == sorted(keys), deed
    # Each person sent one form, perhaps several times: it counts once.
    sent = {(person.pk, form_key) for person, _, form_key in crowd.promised if person.deed == "explain"}
    rows = portal.sql("SELECT absence_id, form_key::text FROM convocations_explanation")
    assert len(rows) == len({absence for absence, _ in rows})
    assert sent <= set(rows)
