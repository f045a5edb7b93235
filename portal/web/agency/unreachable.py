"""The agency's people whom no e-mail reaches: letters and calls are owed to them."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import supervisor_required
from accounts.models import Advisor, Claimant, Way
from portal.core import keyset
from portal.core.french import short_date

PAGE = 50


@require_safe
@supervisor_required
def unreachable(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """List them, in the order of their registration; a page at a time."""
    rows = Claimant.objects.of_agency(supervisor.agency_id).filter(
        Q(email_bounced_at__isnull=False) | Q(user__email__isnull=True) | Q(appointments_by=Way.LETTER)
    )
    after = request.GET.get("apres", "")
    if after.isascii() and after.isdigit() and len(after) <= 18:
        rows = rows.filter(pk__gt=int(after))
    page, more = keyset.cut(
        list(rows.select_related("user", "advisor__user").order_by("user")[: PAGE + 1]), PAGE
    )
    zone = supervisor.agency.place.zone
    context = {
        "title": "Joindre autrement que par e-mail",
        "people": [
            {
                "ref": row.ref,
                "name": str(row),
                "advisor": str(row.advisor),
                "phone": row.phone,
                "why": _why(row, zone),
            }
            for row in page
        ],
        "next_url": f"?apres={page[-1].pk}" if more else "",
        "first_url": "?" if after else "",
    }
    return render(request, "web/agency/unreachable.html", context)


def _why(row: Claimant, zone: object) -> str:
    if row.email_bounced_at is not None:
        return f"E-mails refusés depuis le {short_date(row.email_bounced_at.astimezone(zone))}"  # type: ignore[arg-type]
    return "Pas d’adresse e-mail" if not row.user.email else "Préfère le courrier"
