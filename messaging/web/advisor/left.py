"""What was typed about somebody whose file left meanwhile: given back to who was shown the page, and to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Advisor, Claimant
from messaging.web.advisor.forms import PROOF_MAX, SayForm
from portal.core.french import NARROW, NBSP, of

_SALT = "messaging.shown_to"
# As long as somebody may leave a page open and still be told who follows the person.
_SECONDS = 24 * 3600
_SEVERAL = "plusieurs"


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody whose file left while they were being written to: why they get nothing, and what to do."""

    person: Claimant
    reason: str
    way: str

    @property
    def sentence(self) -> str:
        """Say both, where one line is read."""
        return f"{self.reason} {self.way}"


def proof(advisor: Advisor, person: Claimant, place: str) -> str:
    """Sign that this advisor was shown this page (a thread's reference, a person's) while it was theirs to open."""
    return signing.dumps([advisor.pk, person.pk, place], salt=_SALT)


def proof_of_several(advisor: Advisor, people: Sequence[Claimant]) -> str:
    """Sign that this advisor was shown a message to all of these, while each was theirs to write to."""
    return signing.dumps([advisor.pk, [one.pk for one in people], _SEVERAL], salt=_SALT, compress=True)


def of_several(
    advisor: Advisor, token: object, refs: Sequence[str], people: Sequence[Claimant]
) -> list[Gone]:
    """Give those of the people named who are no longer there to write to, and whom the token shows were."""
    found = _read(token, advisor, _SEVERAL)
    if not isinstance(found, list):
        return []
    missing = set(found) - {one.pk for one in people}
    rows = _people().filter(pk__in=missing) if missing else ()
    return [_gone(one) for one in rows if str(one.ref) in refs]


def told(request: HttpRequest, advisor: Advisor, place: str, form: SayForm) -> HttpResponse | None:
    """Say who follows the person now and give the text back; nothing at all without the proof.

    Whoever comes without it meets what a stranger meets: a page that is not there.
    """
    person_id = _read(request.POST.get("shown_to"), advisor, place)
    if not isinstance(person_id, int):
        return None
    gone = _gone(_people().get(pk=person_id))
    form.refused = True
    context = {"title": "Ce dossier n’est plus chez vous", "gone": gone, "form": form}
    return render(request, "messaging/advisor/left.html", context, status=409)


def _read(token: object, advisor: Advisor, place: str) -> Any:
    """Give whom a token is about, if it is this advisor's and of this place."""
    try:
        owner, about, where = signing.loads(str(token or "")[:PROOF_MAX], salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return about if owner == advisor.pk and where == place else None


def _people() -> Any:
    return Claimant.objects.select_related("user", "advisor__user", "agency")


def _gone(person: Claimant) -> Gone:
    who = person.advisor
    phone = (who.phone or person.agency.phone).replace(" ", NBSP)
    if person.archived_at is not None:
        return Gone(
            person,
            f"Le dossier {of(person)} est en archive{NBSP}: il n’a pas servi depuis plusieurs années.",
            "Il est de nouveau suivi quand la personne se connecte, ou quand vous fixez un rendez-vous avec elle.",
        )
    return Gone(
        person,
        f"{who}, {person.agency.name}, suit maintenant {person}.",
        f"Ce que vous vouliez dire compte encore{NARROW}? Appelez {who} au {phone}.",
    )
