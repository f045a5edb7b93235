"""Security headers on every response: pages, static files, downloads, redirects and errors alike."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_FEATURES = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock"),
    *("serial", "usb", "xr-spatial-tracking"),
)


def permissions(*own: str) -> str:
    """Write a Permissions-Policy that asks nothing of a browser, but for these features, on our pages alone."""
    return ", ".join(f"{feature}=({'self' if feature in own else ''})" for feature in _FEATURES)


_EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": permissions(),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class HeadersMiddleware:
    """Stands first, around all the others: what whitenoise or an early refusal answers passes here too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _EVERYWHERE.items():
            response.headers.setdefault(name, value)
        # Whatever does not say itself public is somebody's: a shared computer must not keep it.
        if "public" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
        return response
