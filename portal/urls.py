"""Every address of the product (product.md §16)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.web.urls")),
]

# The demo's doors do not exist elsewhere: another setting has neither the addresses nor the code behind them.
if settings.DEMO:
    urlpatterns.append(path("", include("portal.web.demo.views")))
