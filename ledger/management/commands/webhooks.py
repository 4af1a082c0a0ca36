"""Door. Endpoints of webhooks from the command line."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger.management.steps import StepCommand, person
from ledger.models.webhooks import WebhookEndpoint
from ledger.webhooks import delivering, endpoints
from ledger.webhooks.endpoints import OVERLAP_HOURS
from ledger.webhooks.events import TYPES


class Command(StepCommand):
    help = """Tell programs outside what happens: make an endpoint, try it, send again.

  manage.py webhooks add --url https://hooks.example.com/carbon-fee \\
      --event settlement.posted --event period.closed --by finance     # prints the secret, once
  manage.py webhooks list
  manage.py webhooks test --endpoint we_… --by finance
  manage.py webhooks rotate --endpoint we_… --overlap-hours 48 --by finance
  manage.py webhooks replay --endpoint we_… --since 2024-04-02T00:00Z --until 2024-04-03T00:00Z \\
      --by finance                                                     # or --id evt_…
  manage.py webhooks deliver                                           # where no worker runs

Exit codes: 0 done, 1 refused or not taken (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = ["add", "list", "test", "rotate", "off", "on", "replay", "deliver"]
        parser.add_argument("step", choices=steps)
        parser.add_argument("--url", metavar="URL", help="where the program listens")
        parser.add_argument("--description", default="", metavar="TEXT")
        parser.add_argument(
            "--event",
            dest="event_types",
            action="append",
            default=[],
            choices=sorted(TYPES),
            metavar="TYPE",
            help="what it hears of; none: all",
        )
        parser.add_argument(
            "--department",
            dest="departments",
            action="append",
            default=[],
            metavar="CODE",
            help="whose statements it hears of; none: the whole company",
        )
        parser.add_argument("--endpoint", metavar="we_…", help="which endpoint")
        parser.add_argument("--id", metavar="evt_…", help="one event to send again")
        parser.add_argument("--since", type=_moment, metavar="MOMENT", help="RFC 3339, with a zone")
        parser.add_argument("--until", type=_moment, metavar="MOMENT", help="without this moment")
        parser.add_argument("--overlap-hours", type=int, default=OVERLAP_HOURS, metavar="N")
        parser.add_argument("--by", metavar="USER", help="finance or an administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['step']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        self._need(options, "url", "by")
        issued = endpoints.create(
            url=options["url"],
            description=options["description"],
            event_types=options["event_types"],
            departments=options["departments"],
            by=person(options["by"]),
            at=timezone.now(),
        )
        self._say_secret(issued)

    def _rotate(self, options: dict[str, Any]) -> None:
        self._need(options, "endpoint", "by")
        issued = endpoints.rotate(
            code=options["endpoint"],
            overlap_hours=options["overlap_hours"],
            by=person(options["by"]),
            at=timezone.now(),
        )
        self._say_secret(issued)

    def _list(self, options: dict[str, Any]) -> None:
        for endpoint in WebhookEndpoint.objects.order_by("pk"):
            state = f"off: {endpoint.disabled_because}" if endpoint.disabled_at else "on"
            heard = ", ".join(endpoint.event_types) or "all events"
            self.stdout.write(f"{endpoint.code}  {endpoint.url}  {heard}  {state}")

    def _test(self, options: dict[str, Any]) -> None:
        self._need(options, "endpoint", "by")
        event = endpoints.send_test(code=options["endpoint"], by=person(options["by"]))
        self.stdout.write(f"{event.code} is on its way.")
        self._deliver(options)

    def _off(self, options: dict[str, Any]) -> None:
        self._need(options, "endpoint", "by")
        endpoints.turn_off(code=options["endpoint"], by=person(options["by"]), at=timezone.now())
        self.stdout.write("It is off: nothing is sent.")

    def _on(self, options: dict[str, Any]) -> None:
        self._need(options, "endpoint", "by")
        endpoints.turn_on(code=options["endpoint"], by=person(options["by"]))
        self.stdout.write("It is on. `webhooks replay` sends what it missed.")

    def _replay(self, options: dict[str, Any]) -> None:
        self._need(options, "endpoint", "by")
        code, by = options["endpoint"], person(options["by"])
        if options["id"]:
            count = endpoints.send_again(code=code, event=options["id"], by=by)
        else:
            self._need(options, "since", "until")
            count = endpoints.send_window_again(
                code=code, since=options["since"], until=options["until"], by=by
            )
        self.stdout.write(f"{count} on their way.")

    def _deliver(self, options: dict[str, Any]) -> None:
        taken, failed = delivering.deliver_due(clock=timezone.now)
        self.stdout.write(f"{taken} taken, {failed} not.")
        if failed:
            raise CommandError("The endpoint's page in the administration says why.", returncode=1)

    def _say_secret(self, issued: endpoints.Issued) -> None:
        self.stdout.write(
            f"{issued.endpoint.code}\n{issued.secret}\n\nKeep the secret now: it is "
            "shown this once, and stored nowhere here."
        )

    def _need(self, options: dict[str, Any], *names: str) -> None:
        missing = [f"--{name}" for name in names if not options[name]]
        if missing:
            raise CommandError(f"Missing: {', '.join(missing)}.", returncode=2)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment; write 2024-04-02T00:00Z") from error
    if at.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} has no time zone; write 2024-04-02T00:00Z")
    return at
