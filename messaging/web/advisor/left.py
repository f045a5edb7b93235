"""What was typed about somebody whose file left meanwhile: given back to who was shown the page, and to nobody else."""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Advisor, Claimant
from messaging.web.advisor.forms import SayForm

_SALT = "messaging.shown_to"
# As long as somebody may leave a page open and still be told who follows the person.
_SECONDS = 24 * 3600


def proof(advisor: Advisor, person: Claimant, place: str) -> str:
    """Sign that this advisor was shown this page (a thread's reference, a person's) while it was theirs to open."""
    return signing.dumps([advisor.pk, person.pk, place], salt=_SALT)


def told(request: HttpRequest, advisor: Advisor, place: str, form: SayForm) -> HttpResponse | None:
    """Say who follows the person now and give the text back; nothing at all without the proof.

    Whoever comes without it meets what a stranger meets: a page that is not there.
    """
    try:
        owner, person_id, where = signing.loads(
            request.POST.get("shown_to", "")[:300], salt=_SALT, max_age=_SECONDS
        )
    except (signing.BadSignature, TypeError, ValueError):
        return None
    if owner != advisor.pk or where != place:
        return None
    person = Claimant.objects.select_related("user", "advisor__user", "agency").get(pk=person_id)
    form.refused = True
    context = {"title": "Ce dossier n’est plus chez vous", "person": person, "form": form}
    return render(request, "messaging/advisor/left.html", context, status=409)
