from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "departments.organisation"
    label = "organisation"
    verbose_name = "Organisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from departments.organisation.signing_in import factors  # noqa: F401  listens
