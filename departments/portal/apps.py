from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "departments.portal"
    label = "portal"
    verbose_name = "Department portal"
    default_auto_field = "django.db.models.BigAutoField"
