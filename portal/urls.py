"""Every address of the product (product.md §16)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.back_office.site import site as back_office
from convocations.web.claimant import calendar
from portal.web import documents
from portal.web.health import views as health

_space: list[URLPattern | URLResolver] = [
    path("", include("portal.web.space.urls")),
    path("", include("convocations.web.claimant.urls")),
    path("", include("measures.web.claimant.urls")),
    path("", include("messaging.web.claimant.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("admin/sante/", health.page, name="health"),
    path("admin/sante/relancer/", health.retry_stuck, name="health_retry"),
    path("", include("accounts.web.urls")),
    path("", include("messaging.web.urls")),
    path("admin/", back_office.urls),
    path("", include("portal.web.public")),
    path("espace/", include((_space, "espace"))),
    path("", include((documents.urlpatterns, "documents"))),
    path("agenda/<str:feed>.ics", calendar.feed, name="calendar_feed"),
    path("conseiller/", include("portal.web.desk.urls")),
    path("conseiller/", include("convocations.web.advisor.urls")),
    path("conseiller/", include("messaging.web.advisor.urls")),
    path("decisions/", include("measures.web.delegate.urls")),
    path("agence/courrier/", include("portal.web.mailroom.urls")),
    path("agence/", include("portal.web.agency.urls")),
]

handler400 = "portal.web.too_long.refused"
handler500 = "portal.web.unavailable.failed"

# The demo's doors do not exist elsewhere: another setting has neither the addresses nor the code behind them.
if settings.DEMO:
    urlpatterns.append(path("", include("portal.web.demo.views")))
