"""The doors where mail servers and providers tell what became of a mail: signed calls only, closed without a secret."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.returns.taking_in import Provider, Taken, take_in
from messaging.web import mailgun_words, relay_words
from messaging.web.incoming import SHORTEST_SECRET, Refused, check_signature, json_body
from portal.core import clock


@login_not_required
@csrf_exempt
@require_POST
def relay(request: HttpRequest) -> HttpResponse:
    """Take in what our own relay, or any provider behind a script, reports."""
    secrets = [secret for secret in settings.RETURNS_SECRETS if len(secret) >= SHORTEST_SECRET]
    if not secrets:
        raise Http404
    try:
        body = json_body(request)
        check_signature(request.headers.get("X-Retours-Signature", ""), body, secrets)
        reported = relay_words.read(body)
    except Refused as refused:
        return refused.answer()
    return _taken(take_in(reported, provider=Provider.RELAY, now=clock.now()))


@login_not_required
@csrf_exempt
@require_POST
def mailgun(request: HttpRequest) -> HttpResponse:
    """Take in what Mailgun reports."""
    if not settings.MAILGUN_WEBHOOK_SIGNING_KEY:
        raise Http404
    now = clock.now()
    try:
        json_body(request)
        reported = mailgun_words.read(request, settings.MAILGUN_WEBHOOK_SIGNING_KEY, now)
    except Refused as refused:
        return refused.answer()
    return _taken(take_in(reported, provider=Provider.MAILGUN, now=now))


def _taken(taken: Taken) -> HttpResponse:
    return JsonResponse({"nouveaux": taken.new, "inconnus": taken.unknown})
