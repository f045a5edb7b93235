"""The people of the stories, in the portal's own database: an agency, who works there, who is followed."""

import json
import sys
from datetime import time, timedelta
from decimal import Decimal

import django

CLAIMANTS = (
    *("camille", "nour", "sofia", "karim", "lea", "omar", "jeanne", "tomas"),
    *("alma", "hugo", "mila", "zoe", "elsa", "maud"),
    *("noe", "rose", "ugo"),
)
# Who is paid a benefit.
PAID = {"noe", "rose", "ugo"}
# The other agency of the town, where hours, leave and portfolios change: advisor, and whom they follow.
CANAL = {
    "marc": ("Leroux", ("anna", "bilal", "chloe", "dario", "emma")),
    "sara": ("Nguyen", ("fanny", "gael")),
    "theo": ("Blanc", ("hana", "ivan", "jade")),
    "vera": ("Costa", ("kim",)),
}
ACCENTS = {"noe": "Noé", "helene": "Hélène", "lea": "Léa", "theo": "Théo", "chloe": "Chloé", "gael": "Gaël"}


def main() -> None:
    django.setup()
    if sys.argv[1:]:
        deed, email = sys.argv[1:]
        print(json.dumps({"missed": missed, "decided": decided}[deed](email)))
        return
    from accounts.models import DecisionMaker, OpeningHours, Role, User
    from tests import factories
    from tests.people import PASSWORD

    agency = factories.agency(name="Agence des Tilleuls", city="Rennes")
    for weekday in range(5):
        for kind, opens, closes in (("WALK_IN", time(8), time(12)), ("BY_APPOINTMENT", time(12), time(18))):
            OpeningHours.objects.create(agency=agency, kind=kind, weekday=weekday, opens=opens, closes=closes)
    canal = factories.agency(name="Agence du Canal", city="Rennes")
    for weekday in range(4):  # closed on Fridays, as it stands
        OpeningHours.objects.create(
            agency=canal, kind="BY_APPOINTMENT", weekday=weekday, opens=time(9), closes=time(17)
        )
    named = {"nadia": "Benali", "paul": "Keller"}
    people = {name: factories.advisor(agency, **_account(name, last)).user for name, last in named.items()}
    # Where somebody moves to.
    port = factories.agency(name="Agence de la Rade", city="Brest", postcode="29200")
    people["remy"] = factories.advisor(port, **_account("remy", "Kerven")).user
    people["helene"] = factories.advisor(agency, is_supervisor=True, **_account("helene", "Roy")).user
    # Who examines what is referred; nobody else decides a measure.
    for name, last in (("odile", "Le Goff"), ("basile", "Kone")):
        people[name] = User.objects.create_user(role=Role.DECISION_MAKER, **_account(name, last))
        DecisionMaker.objects.create(user=people[name], region=agency.region)
    people["andrea"] = User.objects.create_user(role=Role.ADMIN, **_account("andrea", "Serra"))
    nadia = people["nadia"].advisor
    for name in CLAIMANTS:
        fields = _account(name, "Moreau" if name == "camille" else "Diallo")
        paid = {"benefit_status": "ARE", "daily_allowance": Decimal("31.59")} if name in PAID else {}
        people[name] = factories.claimant(nadia, user_fields=fields, phone="06 11 22 33 44", **paid).user
    people["iris"] = factories.advisor(canal, is_supervisor=True, **_account("iris", "Colin")).user
    for name, (last, followed) in CANAL.items():
        by = factories.advisor(canal, **_account(name, last))
        people[name] = by.user
        for one in followed:
            fields = _account(one, "Diallo")
            people[one] = factories.claimant(by, user_fields=fields, phone="06 11 22 33 44").user
    print(json.dumps({name: _way_in(user, PASSWORD) for name, user in people.items()}))


def _account(name: str, last_name: str) -> dict[str, str]:
    from tests.people import PASSWORD

    return {
        "email": f"{name}@courriel.exemple",
        "first_name": ACCENTS.get(name, name.capitalize()),
        "last_name": last_name,
        "password": PASSWORD,
    }


def _way_in(user, password: str) -> dict:
    """Give what this person knows or holds: password, phone with its codes, codes on paper."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    known = {"id": user.pk, "name": str(user), "email": user.email, "password": password}
    if hasattr(user, "claimant"):
        return known | {"ref": str(user.claimant.ref)}
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return known | {"secret": secret, "paper": RecoveryCodes.activate(user).get_unused_codes()}


def missed(email: str) -> dict:
    """Live through what the main story shows: convoked, told, not come, recorded absent two hours ago."""
    from accounts.models import Claimant
    from convocations import attendance, deeds
    from convocations.evidence import ledger
    from convocations.models import Absence
    from convocations.states import ConvocationState
    from portal.core import clock
    from portal.core.models import Deadline
    from tests import factories

    now = clock.now()
    person = Claimant.objects.get(user__email=email)
    then = now - timedelta(hours=4)
    convocation = factories.convocation(person, now=now - timedelta(days=12), starts_at=then)
    ledger.consult(convocation.pk, by=factories.acting(person), now=now - timedelta(days=11))
    attendance.record(
        convocation.pk,
        ConvocationState.ABSENT,
        by=factories.acting(person.advisor),
        now=now - timedelta(hours=2),
    )
    absence = Absence.objects.get(convocation=convocation)
    last = Deadline.objects.filter(kind=deeds.DUE_DECISION, subject_id=absence.pk).latest("due_at")
    return {
        "escalate": last.due_at.isoformat(),
        "ref": str(absence.ref),
        "convocation": str(convocation.ref),
        "due": absence.explanation_due_at.isoformat(),
        "decide_by": absence.decide_by.isoformat(),
        "closes": absence.closes_at.isoformat(),
    }


def decided(email: str) -> dict:
    """Live through what the story of a procedure shows, up to a measure that has begun."""
    from accounts.models import Claimant, DecisionMaker
    from measures.models import AppealCase
    from portal.core import clock
    from tests.measures.cast import Cast

    person = Claimant.objects.select_related("advisor").get(user__email=email)
    odile, basile = DecisionMaker.objects.filter(region=person.agency.region).order_by("pk")
    began = clock.now() - timedelta(days=20)
    case = Cast(person.advisor, person, odile, basile, now=began).in_force()
    return {"ref": str(case.ref), "appeal": str(AppealCase.objects.get(case=case).ref)}


if __name__ == "__main__":
    main()
