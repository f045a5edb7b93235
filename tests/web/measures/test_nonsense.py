"""Nonsense in each form of a procedure, in each state that has one: a sentence, never an error."""

import pytest
from django.db import transaction

from tests.access.test_nonsense import NONSENSE, USUAL, Forms, quiet
from tests.factories import NOW
from tests.measures import stages

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
__all__ = ["quiet"]
DESK = {
    "referred": [""],
    "taken": ["lettre/", "clore/", "confier/"],
    "prepared": ["lettre/", "lettre/apercu/"],
    "due": ["decider/", "retirer/"],
    "decided": ["decision/", "decision/reprendre/"],
    "to read": ["decision/relecture/"],
    "hearing asked": ["audition/"],
    "hearing passed": ["audition/compte-rendu/", "audition/non-tenue/"],
}
SPACE = {
    "received": ["", "audition/"],
    "answered": [""],
    "hearing asked": ["audition/assistance/", "audition/renoncer/"],
}


def test_nonsense_in_a_form_of_a_procedure_is_never_an_error(cast, delegate, other, person):
    made = stages.build(cast, NOW)
    pages = [
        (f"/decisions/{made[name].ref}/{rest}", other if name == "to read" else delegate)
        for name, rests in DESK.items()
        for rest in rests
    ]
    pages += [
        (f"/espace/procedures/{made[name].ref}/{rest}", person)
        for name, rests in SPACE.items()
        for rest in rests
    ]
    broken, bare = [], []
    for address, browser in pages:
        browser.raise_request_exception = False
        shown = browser.get(address)
        parser = Forms()
        parser.feed(shown.content.decode())
        forms = [form for form in parser.forms if form[1] == "post" and "deconnexion" not in form[0]]
        if shown.status_code != 200 or not forms:
            bare.append((address, shown.status_code))
        for action, _, fields in forms:
            tries = [dict.fromkeys(fields, value) for value in NONSENSE]
            tries += [{**fields, name: "\x00"} for name in fields if name not in USUAL]
            tries += [{**fields, name: "9" * 30} for name in fields if name not in USUAL]
            for values in tries:
                sent = {name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
                with transaction.atomic():
                    answer = browser.post(action or address, sent)
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    broken.append(f"{address} {str(values)[:80]}: {answer.status_code}")
    assert (bare, broken) == ([], [])
