"""The one door to a document's content: its owner, and who examines it; for anybody else it is not there."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.access import actor, advisor_of, decision_maker_of, home_path, signed_in
from accounts.models import Role, User
from convocations.justificatifs import reviewing
from measures import reading as of_cases
from messaging.threads import reading
from portal.core import clock
from portal.core.models import Document
from portal.core.safe import delivery

# Each app that puts documents before an advisor says which.
_MAY_READ = (reviewing.may_read, reading.may_read)


@require_safe
def download(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Hand a document over as a file; one that cannot be read says why, calmly."""
    user, now = signed_in(request), clock.now()
    document = _readable(request, user, ref)
    try:
        return delivery.deliver(document, by=actor(request), now=now, headers_only=request.method == "HEAD")
    except delivery.NotReadable as refusal:
        own = document.owner_id == user.pk
        context = {
            "title": document.title,
            "sentence": refusal.sentence,
            # Why a file was not kept is said to whoever sent it.
            "reason": document.rejection if own else "",
            "gone": refusal.gone,
            "back_url": "/espace/documents/" if own else home_path(user),
            "back_label": "Revenir à mes documents" if own else "Revenir à ma liste",
        }
        return render(request, "space/document_closed.html", context, status=410 if refusal.gone else 409)


def _readable(request: HttpRequest, user: User, ref: str) -> Document:
    """Find a document this person may read; another's and a missing one answer the same."""
    try:
        document = Document.objects.filter(ref=ref).first()
    except ValueError:  # the reference of another kind of thing
        document = None
    if document is not None:
        if document.owner_id == user.pk:
            return document
        if user.role == Role.ADVISOR:
            advisor, now = advisor_of(request), clock.now()
            if any(may_read(document, advisor, now=now) for may_read in _MAY_READ):
                return document
        if user.role == Role.DECISION_MAKER and of_cases.may_read(
            document, decision_maker_of(request), now=clock.now()
        ):
            return document
    raise Http404


urlpatterns = [path("documents/<ref:ref>/", download, name="download")]
