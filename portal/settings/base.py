"""Production settings: everything that differs between deployments comes from the environment.

dev.py (demo) and test.py start from here and relax by name. A missing variable stops the start.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

DEBUG = False
DEMO = False
TESTS = False
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address people type; every link in an e-mail or a letter starts with it.
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)

INSTALLED_APPS = [
    "portal.core",
    "accounts",
    "messaging",
    "measures",
    "convocations",
    "portal.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "portal.web.middleware.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.web.middleware.inputs.InputsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.sign_in.known.WhoAsksMiddleware",
    # In this order: has the session slept too long, is anybody there, did staff show a second factor.
    "accounts.sign_in.middleware.IdleSessionMiddleware",
    "accounts.sign_in.middleware.SignedInMiddleware",
    "accounts.sign_in.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sign_in.middleware.FailClosedMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.navigation.page_frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- data -------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
# Django's own, with an end to waiting for a server that hangs (the pages': portal/wsgi.py).
DATABASES["default"]["ENGINE"] = "portal.core.database"
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A database that does not answer is said to be gone, and soon.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
# One whose machine is gone without a word is noticed within a minute, by workers too.
for _option, _value in {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}.items():
    DATABASES["default"]["OPTIONS"].setdefault(_option, _value)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
# The client's spelling of a socket; Celery's own is CELERY_BROKER_URL.
REDIS_CLIENT_URL = REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
# Where the process of the live pages answers: on the pages' own address, or on one of its own (the demo).
LIVE_URL = env("LIVE_URL", default="").rstrip("/")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CLIENT_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

STORAGES = {
    # Private: never under a public address, served only through a permission check.
    "default": {
        "BACKEND": env("DOCUMENT_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("DOCUMENT_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = env("DOCUMENT_ROOT", default=str(BASE_DIR / "var" / "documents"))
MEDIA_URL = ""
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Nobody else's page has anything to fetch here.
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Above what a form takes (a parameter), so that one file too many is told in words and the rest is kept.
DATA_UPLOAD_MAX_NUMBER_FILES = 40

# The antivirus: clamd's address, or the explicit words of a deployment that has none («accept»).
DOCUMENTS_UNSCANNED = env("DOCUMENTS_UNSCANNED", default="")
CLAMAV_URL = env("CLAMAV_URL", default="none" if DOCUMENTS_UNSCANNED == "accept" else "")
# How long the files of one document may take to be scanned, in seconds.
CLAMAV_SECONDS = env.float("CLAMAV_SECONDS", default=30.0)
# How many workers at once may be looking into documents; the others stay free for reminders and mails.
DOCUMENT_CHECKERS = env.int("DOCUMENT_CHECKERS", default=1)

# --- people -----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.known.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.sign_in.passwords.GuessablePasswordValidator"},
]
# The address is unique by its lower case (a constraint), which the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/connexion/"
CSRF_FAILURE_VIEW = "accounts.web.kept.csrf_failure"
# In PostgreSQL: a lost Redis signs nobody out. The idle time of each role ends a session long before this.
SESSION_ENGINE = "accounts.sign_in.known"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SESSION_REMEMBER = False
# The codes sent by e-mail: to sign in, to choose a new password, to confirm a new address.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
# Whoever asks with an unknown address sees the same pages; nothing is sent to strangers.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# Counted before a password is hashed. A tight count of failures per network address stops guessing over
# many accounts; a code by e-mail still lets honest people of that network in.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "10/h/key,10/h/ip",
    "request_login_code": "30/h/ip,5/h/key",
    "reset_password": "30/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/h/user",
    "change_password": "10/h/user",
    "manage_email": "10/h/user",
    "confirm_email": "5/h/key",
}
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "request_login_code": "accounts.sign_in.forms.AskCodeForm",
    "confirm_login_code": "accounts.sign_in.forms.SignInCodeForm",
    "reset_password": "accounts.sign_in.forms.ForgottenPasswordForm",
    "confirm_password_reset_code": "accounts.sign_in.forms.ResetCodeForm",
    "reset_password_from_key": "accounts.sign_in.forms.NewPasswordForm",
    "change_password": "accounts.sign_in.forms.ChangePasswordForm",
    "set_password": "accounts.sign_in.forms.ChoosePasswordForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmPasswordForm",
    "add_email": "accounts.sign_in.forms.NewEmailForm",
    "confirm_email_verification_code": "accounts.sign_in.forms.EmailCodeForm",
}
MFA_ADAPTER = "accounts.sign_in.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Espace Emploi"
# One step either way for phones whose clock drifts; a used code is refused for all of its life (forms).
MFA_TOTP_TOLERANCE = 1
# Staff addresses are entered by an administrator, not by the person.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.SecondFactorForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmSecondFactorForm",
    "activate_totp": "accounts.sign_in.forms.ActivateSecondFactorForm",
    "deactivate_totp": "accounts.sign_in.forms.RemoveSecondFactorForm",
    "generate_recovery_codes": "accounts.sign_in.forms.RenewRecoveryCodesForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- transport --------------------------------------------------------------
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *([LIVE_URL] if LIVE_URL else [])],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- e-mail -----------------------------------------------------------------
globals().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", default="Espace Emploi <ne-pas-repondre@espace-emploi.invalid>"
)
EMAIL_TIMEOUT = 10
# Where mails come back to (`retours@…`, with «+» addressing): the envelope's sender. Empty: to DEFAULT_FROM_EMAIL.
RETURN_ADDRESS = env("RETURN_ADDRESS", default="")
# Who may tell us what became of a mail: the shared secrets of the relay's webhook (the newest first), Mailgun's key.
RETURNS_SECRETS = env.list("RETURNS_SECRETS", default=[])
MAILGUN_WEBHOOK_SIGNING_KEY = env("MAILGUN_WEBHOOK_SIGNING_KEY", default="")
# How many senders may speak to the mail server at once, over all workers.
OUTBOX_SENDERS = env.int("OUTBOX_SENDERS", default=1)

# --- language and time ------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
# A file that moves the clock of every process (portal.core.clock): the demo's and the tests' only. Read
# here so that a production which names one is refused by `check`, and never obeyed.
CLOCK_FILE = env("CLOCK_FILE", default="")
CLOCK_MAY_MOVE = False

# --- jobs: Celery and Redis carry signals, never truth -----------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
# The worker logs as the web does: by LOGGING below.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For as long as it takes, at an even pace (portal.resuming): None is for ever.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BEAT_SCHEDULER = "portal.resuming:SteadyScheduler"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "portal.settings.logs.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # It says at INFO how its own library was built, once a process.
    "loggers": {"pikepdf": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
