"""Settings of the demo: production's, over plain HTTP on this machine, with the demo's doors open."""

import os

os.environ.setdefault("SECRET_KEY", "demo-only-never-a-secret")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("PUBLIC_URL", "http://127.0.0.1:8000")
# No antivirus here, in so many words: documents are shown as «non analysés».
os.environ.setdefault("DOCUMENTS_UNSCANNED", "accept")
os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:1")
os.environ.setdefault("TRUSTED_PROXY_COUNT", "0")

from portal.settings.base import *  # noqa: F403

CLOCK_MAY_MOVE = True
DEMO = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "session"
CSRF_COOKIE_NAME = "csrf"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Straight from the source folders: nothing is collected here.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True

# What `make demo` keeps, and where programs find it: the mails as files, the demo people as JSON.
MAIL_DIR = env("MAIL_DIR", default=str(BASE_DIR / "var" / "demo" / "mails"))
DEMO_ACCOUNTS = env("DEMO_ACCOUNTS", default=str(BASE_DIR / "var" / "demo" / "accounts.json"))
