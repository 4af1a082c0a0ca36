"""The web server's way in; it keeps the engines running while it serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import engines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["CFL_DATABASE_ROLE"] = "app"
os.environ["CFL_DATABASE_SEES"] = "nothing"

engines.ensure()
application = get_wsgi_application()
