from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    label = "ledger"
    verbose_name = "Ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Facts that come late ask which days are closed; only the ledger knows."""
        from departments.inventory import closed_days
        from ledger.periods import closed_ranges

        closed_days.tell_by(closed_ranges)
