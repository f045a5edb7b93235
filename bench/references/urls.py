"""The product's addresses, and beside them: its templates from memory, a plain admin, django-postman."""

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import include, path

from bench.references.bare import (
    from_memory,
    from_memory_signed_in,
    from_memory_with_dates,
    from_memory_with_statements,
)
from convocations.models import Convocation
from portal.urls import urlpatterns as product


class PlainList(ModelAdmin):  # type: ignore[type-arg]
    """The list a project gets by registering the model and naming its columns, fifty a page."""

    list_display = ("ref", "claimant", "advisor", "kind", "modality", "starts_at", "state")
    list_select_related = ("claimant__user", "advisor__user")
    list_per_page = 50
    ordering = ("-id",)


plain_admin = AdminSite(name="plain_admin")
plain_admin.register(Convocation, PlainList)

urlpatterns = [
    path("bench/memory/<str:name>/", from_memory),
    path("bench/asked/<str:name>/", from_memory_with_statements),
    path("bench/dated/<str:name>/", from_memory_with_dates),
    path("bench/signed-in/<str:name>/", from_memory_signed_in),
    path("bench/admin/", plain_admin.urls),
    *product,
]
if settings.HAS_POSTMAN:
    urlpatterns.append(path("bench/messages/", include("postman.urls", namespace="postman")))
