"""Reads. The environment, into Django's settings; every variable is named in docs/operations.md."""

import os
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import engines
from config.logs import LINES, logging_settings
from config.program import program_name
from config.sandbox import places as sandboxes
from config.secret_key import kept_secret_key
from config.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
_engines = engines.here()

# How it runs

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("CFL_DEMO", default=False)
TESTING = env.bool("CFL_TEST_ENGINES", default=False)
EMBEDDED = not env.str("DATABASE_URL", default="")
PRODUCTION = not (DEBUG or EMBEDDED or TESTING)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and PRODUCTION:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. With DATABASE_URL and without DEBUG this is production: put "
        "a long random text into the environment as SECRET_KEY; sessions are signed with it."
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SECRET_KEY = SECRET_KEY or kept_secret_key(_engines.var)

# What it is made of

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the admin site is our own
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "config",
    "departments.organisation",
    "departments.inventory",
    "pricing",
    "ledger",
    "departments.portal",
]

MIDDLEWARE = [
    "config.probes.answer_probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.content_security.admin_policy",
    "config.which_ledger.say_ledger",
    "config.api_version.say_version",
    "config.bad_requests.refuse_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "departments.organisation.middleware.keep_nothing",
    "departments.organisation.middleware.end_old_sessions",
    "config.web_sight.see_as_person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.second_factor.demand_second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Rows

_ROLES = {"app": engines.APP_ROLE, "owner": engines.OWNER_ROLE}
DATABASE_ROLE = env.str(
    "CFL_DATABASE_ROLE", default="app"
)  # manage.py says "owner" for schema commands


# Row-level security shows a connection nothing until it says whose rows it may see. The web says so
# in each transaction; workers and commands, which work for the whole company, when they connect.
DATABASE_SEES = env.str("CFL_DATABASE_SEES", default="nothing")


def _database() -> dict[str, Any]:
    """DATABASE_URL's server (DATABASE_OWNER_URL's for schema commands), else the embedded one."""
    if not EMBEDDED:
        owner_url = DATABASE_ROLE == "owner" and env.str("DATABASE_OWNER_URL", default="")
        return dict(env.db_url("DATABASE_OWNER_URL" if owner_url else "DATABASE_URL"))
    return {
        "NAME": engines.DATABASE,
        "USER": _ROLES[DATABASE_ROLE],
        "HOST": str(_engines.sockets),
        "PORT": "5432",
    }


def _options(given: dict[str, Any]) -> dict[str, Any]:
    named = {"application_name": program_name(sys.argv, os.environ), **given}
    if DATABASE_SEES != "all":
        return named
    return {**named, "options": f"{given.get('options', '')} -c carbon.sees=all".strip()}


_place = _database()
DATABASES = {
    "default": {
        **_place,
        "ENGINE": "config.database",
        "OPTIONS": _options(_place.get("OPTIONS", {})),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}

# People

AUTH_USER_MODEL = "organisation.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# How they sign in; docs/operations.md, "Signing in", has the words

_AT_WORK = not (DEMO or TESTING)
MFA_REQUIRED = env.bool("CFL_MFA_REQUIRED", default=_AT_WORK)
STEP_UP_SECONDS = 60 * env.int("CFL_STEP_UP_MINUTES", default=15 if _AT_WORK else 0)
ACCOUNT_ADAPTER = "departments.organisation.signing_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # asked by a check; none signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # counted by `organisation.sign_in_limit`
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_ADAPTER = "departments.organisation.signing_in.adapters.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "departments.organisation.signing_in.forms.CodeForm",
    "reauthenticate": "departments.organisation.signing_in.forms.CodeAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # thirty seconds, either way

# The company's own provider; in the demo there is none, since its people are not real

OIDC_SERVER_URL = "" if DEMO else env.str("OIDC_SERVER_URL", default="").rstrip("/")
OIDC_PROVIDER_ID = "company"
OIDC_NAME = env.str("OIDC_NAME", default="Company account")
OIDC_CREATES_PEOPLE = env.bool("OIDC_CREATES_PEOPLE", default=False)
OIDC_SECOND_FACTOR_AMR = env.list("OIDC_SECOND_FACTOR_AMR", default=[])
if OIDC_SERVER_URL and PRODUCTION and not OIDC_SERVER_URL.startswith("https://"):
    raise ImproperlyConfigured(
        f"OIDC_SERVER_URL is {OIDC_SERVER_URL!r}. Passwords and tokens travel there: take https."
    )
SOCIALACCOUNT_ADAPTER = "departments.organisation.signing_in.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "departments.organisation.signing_in.company_provider.CompanyProvider",
        "APPS": [
            {
                "provider_id": OIDC_PROVIDER_ID,
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {
                    "server_url": OIDC_SERVER_URL,
                    "token_auth_method": env.str("OIDC_TOKEN_AUTH_METHOD", default="") or None,
                    "verified_email": env.list("OIDC_VERIFIED_DOMAINS", default=[]),
                    "fetch_userinfo": True,
                },
            }
        ],
    }
}

# Words and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# Files that pages load

STATIC_URL = "/static/"
# Only production collects; elsewhere files are served from where they lie.
STATIC_ROOT = env.path("STATIC_ROOT", default=_engines.var / "static") if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# What browsers are told

_OVER_TLS = not (DEBUG or DEMO or TESTING)
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: who signs in in the morning does so again tomorrow
SESSION_IDLE_SECONDS = 60 * env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _OVER_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _OVER_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0)
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Mails about notices; without EMAIL_URL notices stand on the pages alone

SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
_EMAIL_URL = env.str("EMAIL_URL", default="")
SENDS_MAIL = bool(_EMAIL_URL) or DEMO or TESTING
_mail = env.email_url("EMAIL_URL", default="consolemail://")
if DEMO and not _EMAIL_URL:  # the demo's mails are files, to be looked at
    _mail = {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(_engines.var / "mail"),
    }
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 30  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Carbon Fee Ledger <carbon-fee@localhost>")

# API

# Tests of many requests send them all with one key.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=0 if TESTING else 600)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "departments.organisation.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["departments.organisation.api.throttling.RequestsPerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["departments.organisation.api.strict.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.problem_schema.ProblemSchema",
    "EXCEPTION_HANDLER": "config.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,  # `Accept` says it; `format` is a filter of exports
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Carbon Fee Ledger",
    "DESCRIPTION": "Internal carbon pricing: facts, then policy, then money.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.problem_schema.add_shared_answers",
        "config.api_examples.add_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AccountKindEnum": "ledger.models.accounts.AccountKind",
        "JobKindEnum": "ledger.jobs.KINDS",
        "JobStateEnum": "ledger.jobs.STATES",
        "PeriodStateEnum": "ledger.models.periods.PeriodState",
        "RecordStateEnum": "departments.inventory.models.activity.RecordState",
        "SiteKindEnum": "departments.inventory.models.sites.SiteKind",
        "SettlementStateEnum": "ledger.models.settlements.SettlementState",
    },
}

# Where the company wants to be with what it emits, and which scenarios are shown beside it

CARBON_NEGATIVE_FROM = env.int("CARBON_NEGATIVE_FROM", default=2030 if DEMO else 0)
LIFETIME_ZERO_BY = env.int("LIFETIME_ZERO_BY", default=2050 if DEMO else 0)
SCENARIOS_FILE = env.str(
    "SCENARIOS_FILE",
    default=str(BASE_DIR / "fixtures" / "demo" / "scenarios.toml") if DEMO else "",
)

# Work

BROKER_URL = env.str("BROKER_URL", default="") or _engines.broker_url
SEAL_HEADS_FILE = env.path("SEAL_HEADS_FILE", default=_engines.var / "seal-heads.txt")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
WEBHOOK_KEY = env.str("WEBHOOK_KEY", default="") or SECRET_KEY
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])
DATAPOINT_MAPS = env.str("DATAPOINT_MAPS", default=str(BASE_DIR / "fixtures" / "disclosure"))
INVENTORY_VIEWS = env.str(
    "INVENTORY_VIEWS",
    default=str(
        BASE_DIR / "fixtures" / ("demo" if DEMO else "inventory_views") / "inventory_views.toml"
    ),
)
EXPORT_PROFILES = env.str("EXPORT_PROFILES", default=str(BASE_DIR / "fixtures" / "export_profiles"))
PDF_FONTS = env.str("PDF_FONTS", default="")
WATCHED_FOLDER = env.str("WATCHED_FOLDER", default="")
WATCHED_FOLDER_USER = env.str("WATCHED_FOLDER_USER", default="")
BEAT_SCHEDULE_FILE = _engines.var / "beat-schedule"

LOGGING = logging_settings(
    form=env.str("LOG_FORMAT", default=LINES), level=env.str("LOG_LEVEL", default="WARNING")
)

# A sandbox of these books, if one is named: other rows, another clock, and nothing of it leaves

SANDBOX = env.str(sandboxes.VARIABLE, default="")
if SANDBOX:
    globals().update(sandboxes.settings_of(SANDBOX, settings=globals(), var=_engines.var))
