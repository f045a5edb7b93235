"""What the page behind an e-mail's button must be: the same facts, for whoever reads the one and opens the other.

`check_mail` calls this for each row it is given: the very address of the button is opened as the person written to.
"""

import re
from datetime import datetime
from unittest.mock import patch

import html5lib
from django.conf import settings
from django.db import transaction

from accounts.models import Claimant
from messaging import emails
from messaging.emails import Kind, Mail
from messaging.models import OutboxMessage
from portal.core import clock
from tests.messaging.on_paper import DATES, FINGERPRINTS, HOURS, REFERENCES, plain, prose
from tests.people import signed_in

# A page gives the whole fingerprint, e-mail and letter its beginning.
WHOLE = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
DAY_FIRST = re.compile(r"\b(?:Lun|Mar|Mercre|Jeu|Vendre|Same|Diman)(?:di|che)\b")
# What leads to no page of its own facts, and why.
WITHOUT_A_PAGE = {
    "account": "codes and words about the account: read before one is signed in, or to be shown to nobody signed in",
    "nobody_reads": "answers an e-mail that somebody wrote; it says where to write instead",
}
# Written to staff, whose pages are their work.
TO_STAFF = {
    "answers_soon",
    "break_glass",
    "cases_to_examine",
    "decisions_soon",
    "effects_late",
    "effects_of_region",
    "first_interview_late",
    "following_digest",
    "in_person_to_propose",
    "joined_rejected",
    "late_call_backs",
    "late_decisions",
    "late_decisions_agency",
    "late_messages",
    "late_messages_agency",
    "late_messages_deputy",
    "late_records",
    "late_requests",
    "late_requests_agency",
    "mass_reading",
    "portfolio_joined",
    "portfolio_left",
    "transfer_arrived",
    "transfer_left",
}
# In no group that one chooses a way of, and to a claimant all the same.
TO_A_PERSON_TOO = {"calendar_feed"}


def has_a_page(kind: Kind) -> bool:
    """Whether a mail of this kind leads a claimant to a page that must say the same."""
    return kind.group is not None or kind.name in TO_A_PERSON_TOO


def check_page(mail: Mail, mail_text: str, owed: OutboxMessage, now: datetime | None) -> None:
    """Open the page as the person written to, at the hour of the mail; all the mail says stands there.

    What opening it writes (a first reading is evidence) is undone: the test goes on as if nobody had looked.
    """
    if not has_a_page(emails.kinds()[owed.kind]):
        return
    assert now is not None, "the page is opened at the hour of the mail: say which"
    person = Claimant.objects.select_related("user").get(pk=owed.person_id)
    address = mail.context["action_url"].removeprefix(settings.PUBLIC_URL)
    with transaction.atomic(), patch.object(clock, "now", lambda: now):
        response = signed_in(person).get(address)
        transaction.set_rollback(True)
    assert response.status_code == 200, f"{address} answers {response.status_code}"
    page = shown_on(response.content.decode())
    missing = facts_of(prose(mail_text)) - facts_of(page)
    assert not missing, f"the e-mail says {missing}, {address} does not: {page}"


def facts_of(text: str) -> set[str]:
    """Give each date, hour, reference and fingerprint of a text."""
    return {fact for facts in (DATES, HOURS, REFERENCES, FINGERPRINTS) for fact in facts.findall(text)}


def shown_on(html: str) -> str:
    """The words of a page's own part, without head, menu and foot; a date that begins a line is like any other."""
    main = html5lib.parse(html, namespaceHTMLElements=False).find(".//main")
    assert main is not None, "a page has a main part"
    words = WHOLE.sub(r"\1 \g<0>", plain(" ".join(main.itertext())))
    return DAY_FIRST.sub(lambda day: day[0].lower(), words)
