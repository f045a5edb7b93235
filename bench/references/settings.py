"""Production's settings over plain HTTP on this machine, and the references beside the product's pages."""

import os
from importlib.util import find_spec

os.environ.setdefault("SECRET_KEY", "bench-only-never-a-secret")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("PUBLIC_URL", "http://127.0.0.1:8000")
os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:1")
os.environ.setdefault("TRUSTED_PROXY_COUNT", "0")

from portal.settings.base import *  # noqa: F403

CLOCK_MAY_MOVE = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "session"
CSRF_COOKIE_NAME = "csrf"
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}

# The references: bare views, a plain admin, and django-postman when it could be installed.
ROOT_URLCONF = "bench.references.urls"
HAS_POSTMAN = find_spec("postman") is not None
if HAS_POSTMAN:
    INSTALLED_APPS = [*INSTALLED_APPS, "postman"]
    POSTMAN_AUTO_MODERATE_AS = True
