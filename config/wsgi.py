"""The web server's way in; it keeps the engines running while it serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import engines
from config.bad_requests import refuse_other_charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["CFL_DATABASE_ROLE"] = "app"
os.environ["CFL_DATABASE_SEES"] = "nothing"

engines.ensure()
application = refuse_other_charsets(get_wsgi_application())
