"""Settings of the tests: production's, over plain HTTP, with fast hashing."""

import os
import re

# The tests' workers share one Redis: a database each, or one would empty the other's cache.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw") or "0"
os.environ["REDIS_URL"] = re.sub(r"(\?db=|:\d+/|\w/)\d+$", rf"\g<1>{_worker}", os.environ["REDIS_URL"])

os.environ.setdefault("SECRET_KEY", "tests-only-never-a-secret")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
os.environ.setdefault("PUBLIC_URL", "http://testserver")
# No antivirus here, in so many words: documents are shown as «non analysés».
os.environ.setdefault("DOCUMENTS_UNSCANNED", "accept")
os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:1")
os.environ.setdefault("TRUSTED_PROXY_COUNT", "0")

from portal.settings.base import *  # noqa: E402, F403

TESTS = True
CLOCK_MAY_MOVE = True
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "session"
CSRF_COOKIE_NAME = "csrf"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Straight from the source folders: nothing is collected here.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
# Each test client would read all of them once more: they are looked up when asked for.
WHITENOISE_AUTOREFRESH = True
