"""Every page × every role × every state, from the URL conf: no barrier that a machine can find."""

import os
from collections import Counter

import pytest
from django.test import Client

from tests.seen import who as who_sees
from tests.seen.looking import together

pytestmark = pytest.mark.django_db(transaction=True)

# A template is coloured, widened and printed alike in each state: in so many of a route all looks are taken, in
# further ones the narrow and light one. `EVERY_LOOK=1` takes all of all.
THOROUGHLY = 3
EVERY_LOOK = os.environ.get("EVERY_LOOK") == "1"

# What is no page of its own, and why: the end of its route. A new address is looked at, or stands here.
NO_PAGE = {
    "only acts, by POST": (
        *("/accuser-reception/", "/repondre/", "/lues/", "/presence/", "/reprendre/", "/relancer/"),
        "/donnees/copie/",
        *("/retirer/", "/quitter/", "/portefeuilles/apercu/", "/demandes/<ref:ref>/corriger/"),
        *("/conseiller/messages/<ref:ref>/regle/", "/saisie/"),
        *("/decisions/<ref:ref>/examiner/", "/decisions/<ref:ref>/lettre/envoyer/"),
        "/decisions/<ref:ref>/decision/envoyer/",
        "/mediation/commencer/",
        "/demo/entrer/<int:user_id>/",
    ),
    "gives a file": (
        "recu.pdf",
        "recu-<int:number>.pdf",
        "/lettre.pdf",
        "/decision.pdf",
        "/dossier.pdf",
        "/lettres.pdf",
        "calendrier.ics",
        "/agenda/<str:feed>.ics",
        ".csv",
        "/telecharger/",
        "/documents/<ref:ref>/",
    ),
    "is for machines": (
        "/healthz",
        "/direct/",
        "/admin/jsi18n/",
        "/admin/autocomplete/",
        "/retours/relais/",
        "/retours/mailgun/",
    ),
    "leads on to another page": (
        *("/compte/deuxieme-etape/", "/admin/login/", "/<path:object_id>/", "/admin/password_change/"),
        *("/admin/password_change/done/", "/admin/r/<path:content_type_id>/<path:object_id>/"),
    ),
    "is shut to everybody: what happened is not added or removed by hand": (
        *("/delete/", "/advisor/add/", "/claimant/add/", "/controller/add/", "/decisionmaker/add/"),
        *("/partner/add/", "/readingalert/add/", "/deadline/add/", "/outboxmessage/add/"),
        *("/deliveryevent/add/", "/stoppedaddress/add/", "/baremeversion/add/"),
    ),
    "catches what is not there": ("/admin/(?P<url>.*)$",),
}
# Met in the middle of something only: tests/seen/test_steps.py looks at them.
STEPS = {
    "/connexion/code/confirmer/",
    "/connexion/deuxieme-etape/",
    "/connexion/mot-de-passe-oublie/code/",
    "/connexion/mot-de-passe-oublie/nouveau/",
    "/compte/adresse-e-mail/code/",
}


def pages_of(client: Client, addresses: list[str]) -> tuple[list[str], list[str]]:
    """Part addresses into pages and what only acts, hands over a file or leads on."""
    pages, others = [], []
    client.raise_request_exception = False
    for address in addresses:
        answer = client.get(address)
        is_page = "text/html" in answer.get("Content-Type", "") and answer.status_code not in (
            301,
            302,
            403,
            405,
        )
        is_page = is_page and (answer.status_code < 404 or address.startswith("/erreur/"))
        (pages if is_page or address.startswith("/erreur/") else others).append(address)
        answer.close()
    return pages, others


@pytest.mark.parametrize("who", who_sees.ROLES)
def test_no_page_of_a_role_has_a_barrier(world, served, eyes, who):
    person = world.people[who]
    pages, _ = pages_of(who_sees.signed_in(person), who_sees.addresses(world, who))
    eye = eyes(person)
    wrong, titles, states = {}, {}, Counter()
    for address in pages:
        eye.open(served + address)
        titles.setdefault(eye.page.title(), set()).add(address)
        route = who_sees.route_of(address)
        states[route] += 1
        thoroughly = who_sees.first_of(route) == who and (EVERY_LOOK or states[route] <= THOROUGHLY)
        if found := eye.wrong(thoroughly=thoroughly):
            wrong[address] = found
    assert wrong == {}, together(wrong)
    assert len(pages) > 4
    # Two pages are never called the same; a list narrowed or turned over is the same page.
    twice = {title: on for title, on in titles.items() if len({one.partition("?")[0] for one in on}) > 1}
    assert who == "admin" or twice == {}, twice


def test_nothing_is_forgotten(world):
    """Each address of the URL conf was looked at by somebody, or says why it is no page."""
    seen: set[str] = set()
    for who in who_sees.ROLES:
        # Seen once is seen: nobody asks again for a page somebody has had, or for one that says it is none.
        addresses = [
            address
            for address in who_sees.addresses(world, who)
            if (route := who_sees.route_of(address)) not in seen and (route in STEPS or not _no_page(route))
        ]
        pages, _ = pages_of(who_sees.signed_in(world.people[who]), addresses)
        seen |= {who_sees.route_of(address) for address in pages}
    missing = {route for route in set(who_sees.every_route()) - seen - STEPS if not _no_page(route)}
    assert missing == set(), f"new addresses that nobody looks at: {sorted(missing)}"
    assert not seen & STEPS


def _no_page(route: str) -> bool:
    return any(route.endswith(end) for ends in NO_PAGE.values() for end in ends)


@pytest.mark.parametrize("who", who_sees.EMPTY)
def test_no_page_has_a_barrier_when_nothing_has_happened_yet(camille, served, eyes, who):
    eye = eyes(who_sees.empty_handed(who))
    wrong = {}
    for address in who_sees.EMPTY[who]:
        assert eye.open(served + address).status == 200
        if found := eye.wrong():
            wrong[address] = found
    assert wrong == {}, together(wrong)


# Leaves every required answer blank; False when the page asks for nothing. (Django's list asks for lines to
# act on and says so in a message.)
BLANK = """() => {
  const form = [...document.querySelectorAll("main form, #content-main form")]
    .find(f => f.method === "post" && f.id !== "changelist-form" && f.querySelector("[required]:not([type=hidden])"));
  if (!form) return false;
  for (const field of form.querySelectorAll("input, textarea, select")) {
    if (["hidden", "submit", "button"].includes(field.type)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = "";
  }
  form.noValidate = true;
  form.dataset.blank = "yes";
  return true;
}"""
SEND = "() => { setTimeout(() => document.querySelector('form[data-blank]').requestSubmit(), 0) }"

# The summary of errors has the focus and each of its lines leads to a field.
SUMMARY = """() => {
  const summary = document.querySelector(".error-summary");
  if (!summary) return ["no summary of errors"];
  const wrong = [];
  if (!summary.contains(document.activeElement)) wrong.push("the summary has no focus");
  for (const a of summary.querySelectorAll("a")) {
    const to = document.getElementById(decodeURIComponent(a.getAttribute("href").slice(1)));
    if (!to) wrong.push(`leads nowhere: ${a.textContent}`);
  }
  return wrong;
}"""


@pytest.mark.parametrize("who", ["nobody", "claimant", "advisor", "supervisor", "decision maker", "admin"])
def test_no_refused_form_has_a_barrier(world, served, eyes, who):
    """Each form sent blank comes back with its points to correct: focused, named in the title, linked."""
    person = world.people[who]
    # Whoever may open a page first sends its form.
    theirs = [
        address
        for address in who_sees.addresses(world, who)
        if who_sees.first_of(route := who_sees.route_of(address)) == who
        and not route.startswith(("/demo/", "/erreur/"))
    ]
    pages, _ = pages_of(who_sees.signed_in(person), theirs)
    eye, wrong, refused = eyes(person), {}, set()
    for address in pages:
        route = who_sees.route_of(address)
        if route in refused:
            continue
        eye.open(served + address)
        if not eye.page.evaluate(BLANK):
            continue
        with eye.page.expect_navigation():
            eye.page.evaluate(SEND)
        refused.add(route)
        found = eye.wrong(thoroughly=False)
        if not eye.page.title().startswith("Erreur"):
            found.append(f"title: {eye.page.title()}")
        found += eye.page.evaluate(SUMMARY)
        if found:
            wrong[address] = found
    assert wrong == {}, together(wrong)
    assert len(refused) > 1 or who == "supervisor"
