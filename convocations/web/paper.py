"""Papers that a person or an advisor takes away."""

from django.http import HttpResponse


def pdf(content: bytes, name: str) -> HttpResponse:
    """Answer with a paper to keep."""
    return file(content, "application/pdf", name)


def file(content: bytes, kind: str, name: str) -> HttpResponse:
    """Answer with a file to keep, of this media type."""
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
