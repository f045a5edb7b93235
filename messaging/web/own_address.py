"""«Recevoir de nouveau nos e-mails»: a code is sent to one's own address, and typing it proves that it works."""

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.models import Role, User
from accounts.sign_in.proof import proof_required
from messaging.models import StoppedAddress
from messaging.states import AddressState


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def prove_again(request: HttpRequest) -> HttpResponse:
    """Say what became of our mails to the person's address, and send it a code when they ask."""
    user = access.signed_in(request)
    stopped = _stopped(user)
    if request.method == "POST" and stopped and user.email:
        # What came back says that the address is not proven any more: the code will prove it anew.
        EmailAddress.objects.filter(user=user, email__iexact=user.email).update(verified=False)
        EmailVerificationProcess.initiate(request=request, user=user, email=user.email)
        return redirect("account_email_verification_sent")
    return render(request, "account/prove_address_again.html", {"stopped": stopped})


def _stopped(user: User) -> bool:
    if user.role == Role.CLAIMANT and user.claimant.email_bounced_at is not None:
        return True
    return StoppedAddress.objects.filter(
        address=(user.email or "").lower(), state=AddressState.STOPPED
    ).exists()
