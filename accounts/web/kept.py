"""A form sent from a page that was open too long: what was typed comes back, if the person is the same."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.sign_in import kept_forms


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid token; give its own person the page again with what they had typed."""
    user = request.user
    # A second window of the sign-in page, or of any page left: nothing was typed there that could be lost.
    if user.is_authenticated and request.path.startswith("/connexion/"):
        return redirect("/")
    if user.is_authenticated and request.path == "/deconnexion/":
        return redirect("account_logout")
    shown_to = kept_forms.owner_of(request)
    if isinstance(user, User) and shown_to == user.pk and kept_forms.keep(request):
        return redirect(request.path)
    if not user.is_authenticated and shown_to is not None and kept_forms.keep(request):
        messages.info(request, "Votre session a pris fin. Reconnectez-vous pour retrouver votre saisie.")
        return redirect(f"/connexion/?next={request.path}")
    return render(request, "403_csrf.html", status=403)
