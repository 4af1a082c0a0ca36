"""Door. Grants of a carbon fund: apply, score, award, pay, measure, list and order by cost."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from departments.organisation.models import Department
from ledger import fund, grant_payments
from ledger.grant_report import curve_json, grant_json, milestone_state
from ledger.management.steps import StepCommand, day, person
from pricing import fund_grants, grant_budgets, grant_lookup, grant_milestones
from pricing.grant_reading import AskedMilestone

Options = dict[str, Any]


def number(text: str) -> Decimal:
    """A decimal, for argparse."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ArgumentTypeError(f"{text!r} is no number") from error


def milestone(text: str) -> AskedMilestone:
    """`2024-03-31=20000.00=Pumps ordered`, for argparse."""
    due_on, _, rest = text.partition("=")
    amount, _, title = rest.partition("=")
    return AskedMilestone(title, day(due_on), number(amount))


class Command(StepCommand):
    help = """Grants of a carbon fund, from the application to what was delivered.

  manage.py grants budget --scheme carbon-fee --from 2023-07-01 --ends-before 2024-07-01 \\
      --amount 1000000 --by analyst
  manage.py grants approve-budget 1 --by approver
  manage.py grants apply --scheme carbon-fee --department SITES-EMEA --by sites-emea-contributor \\
      --title "Heat pumps" --effect abatement --cost 100000 --asked 60000 --tonnes-per-year 1000 \\
      --years 10 --uncertainty 20 --starts-on 2023-09-01 \\
      --milestone "2023-10-31=20000=Pumps ordered" --milestone "2024-03-31=40000=Boilers off"
  manage.py grants score 1 --by analyst [--discount 5] [--note TEXT]
  manage.py grants propose 1 --by analyst --reason TEXT
  manage.py grants approve 1 --by approver          (or decline, withdraw, close, fail)
  manage.py grants show-evidence MILESTONE --evidence TEXT --by sites-emea-contributor
  manage.py grants accept MILESTONE --by analyst
  manage.py grants pay MILESTONE --on 2023-10-31 --by finance
  manage.py grants take-back MILESTONE --on 2024-05-31 --reason TEXT --by finance
  manage.py grants measure 1 --from 2023-09-01 --ends-before 2024-03-01 --tonnes 450 \\
      --uncertainty 5 --evidence TEXT --by sites-emea-contributor
  manage.py grants approve-measurement MEASUREMENT --by analyst
  manage.py grants list [--scheme CODE] [--department CODE] [--json]
  manage.py grants curve --scheme CODE [--json]

Money in whole units of the scheme's currency, tonnes of CO2e. list --json has every grant with its
cost per tonne, milestones and journal entries; curve --json has {"promised", "delivered"}, the
cheapest tonne first.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        for name, (_, numbered, arguments) in STEPS.items():
            sub = steps.add_parser(name)
            if numbered:
                sub.add_argument("number", type=int, metavar=numbered)
            for flag, facts in arguments.items():
                sub.add_argument(flag, **facts)

    def handle(self, *args: Any, **options: Any) -> None:
        take = STEPS[options["step"]][0]
        self.stdout.write(take(options))


def _budget(options: Options) -> str:
    made = grant_budgets.propose_budget(
        scheme_code=options["scheme"],
        starts_on=options["starts_on"],
        ends_before=options["ends_before"],
        amount=options["amount"],
        by=person(options["by"]),
        reason=options["reason"] or "",
    )
    return f"Budget {made.pk} is proposed; another person approves it."


def _approve_budget(options: Options) -> str:
    made = grant_budgets.approve_budget(
        budget_id=options["number"], by=person(options["by"]), at=timezone.now()
    )
    return f"Budget {made.pk} is approved."


def _apply(options: Options) -> str:
    department = Department.objects.filter(code=options["department"]).first()
    if department is None:
        raise CommandError(f"There is no department {options['department']!r}.", returncode=2)
    names = ("title", "effect", "cost", "asked", "tonnes_per_year", "starts_on", "description")
    grant = fund_grants.apply(
        scheme_code=options["scheme"],
        department_id=department.pk,
        lifetime_years=options["years"],
        uncertainty_percent=options["uncertainty"],
        saved_per_year=options["saved_per_year"],
        milestones=options["milestone"] or [],
        by=person(options["by"]),
        at=timezone.now(),
        **{name: options[name] for name in names},
    )
    parts = ", ".join(str(pk) for pk in grant.milestones.values_list("pk", flat=True))
    return f"Grant {grant.pk} is applied for, with the milestones {parts}."


def _grant_step(call: Callable[..., Any], *names: str) -> Callable[[Options], str]:
    """A step of a grant whose number, person, moment and these options are all it needs."""

    def take(options: Options) -> str:
        facts = {name: options[name] for name in names if options[name] is not None}
        grant = call(
            grant_id=options["number"], by=person(options["by"]), at=timezone.now(), **facts
        )
        return f"Grant {grant.pk} is {grant.get_state_display()}."

    return take


def _show_evidence(options: Options) -> str:
    one = grant_milestones.show_evidence(
        milestone_id=options["number"],
        evidence=options["evidence"],
        by=person(options["by"]),
        at=timezone.now(),
    )
    return f"Milestone {one.pk} is shown; another person accepts it."


def _accept(options: Options) -> str:
    one = grant_milestones.accept(
        milestone_id=options["number"], by=person(options["by"]), at=timezone.now()
    )
    return f"Milestone {one.pk} is accepted; finance pays it."


def _pay(options: Options) -> str:
    entry_id = grant_payments.pay(
        milestone_id=options["number"], paid_on=options["on"], by=person(options["by"])
    )
    return f"Milestone {options['number']} is paid by entry {entry_id}."


def _take_back(options: Options) -> str:
    entry_id = grant_payments.take_back(
        milestone_id=options["number"],
        taken_back_on=options["on"],
        reason=options["reason"],
        by=person(options["by"]),
    )
    return f"Milestone {options['number']} is taken back by entry {entry_id}."


def _measure(options: Options) -> str:
    made = grant_milestones.measure(
        grant_id=options["number"],
        starts_on=options["starts_on"],
        ends_before=options["ends_before"],
        tonnes=options["tonnes"],
        uncertainty_percent=options["uncertainty"],
        evidence=options["evidence"],
        by=person(options["by"]),
        at=timezone.now(),
    )
    return f"Measurement {made.pk} of grant {made.grant_id} waits for another person."


def _approve_measurement(options: Options) -> str:
    made = grant_milestones.approve_measurement(
        measurement_id=options["number"], by=person(options["by"]), at=timezone.now()
    )
    return f"Measurement {made.pk} counts."


def _list(options: Options) -> str:
    grants = grant_lookup.list_grants(scheme_code=options["scheme"])
    if options["department"]:
        grants = [one for one in grants if one.department == options["department"]]
    paid = fund.payments_of(grants)
    if options["json"]:
        return json.dumps([grant_json(grant, paid) for grant in grants], indent=2)
    lines = []
    for grant in grants:
        cost = grant.score.whole
        lines.append(
            f"{grant.id:>5}  {grant.state:9}  {grant.department:16}  {grant.asked!s:>20}  "
            f"{cost.middle:>10,f} {grant.currency}/t ({cost.low} to {cost.high})  {grant.title}"
        )
        for one in grant.milestones:
            state = milestone_state(one, paid.get(one.id))
            lines.append(f"         milestone {one.id}: {one.amount}, {state}: {one.title}")
        if grant.delivery is not None and grant.delivery.at_this_rate is not None:
            lines.append(
                f"         delivered {grant.delivery.percent} % of what was promised, at "
                f"{grant.delivery.at_this_rate.middle:,f} {grant.currency}/t"
            )
    return "\n".join(lines) or "Nobody applied for a grant."


def _curve(options: Options) -> str:
    grants = grant_lookup.list_grants(scheme_code=options["scheme"])
    curves = {
        "promised": grant_lookup.promised_curve(grants),
        "delivered": grant_lookup.delivered_curve(grants),
    }
    if options["json"]:
        return json.dumps({name: curve_json(steps) for name, steps in curves.items()}, indent=2)
    lines = []
    for name, steps in curves.items():
        lines.append(f"{name}: cost of a tonne, tonnes up to here")
        lines += [
            f"{step.measure.cost_per_tonne:>14,f} {step.to_tonnes:>20,f}  {step.measure.name}"
            for step in steps
        ]
    return "\n".join(lines)


BY = {"--by": {"required": True, "metavar": "USER", "help": "user name of who takes this step"}}
SCHEME = {"--scheme": {"required": True, "metavar": "CODE"}}
REASON = {"--reason": {"required": True, "metavar": "TEXT"}}
EVIDENCE = {"--evidence": {"required": True, "metavar": "TEXT"}}
ON = {"--on": {"required": True, "type": day, "metavar": "DATE"}}
DAYS = {
    "--from": {"required": True, "type": day, "metavar": "DATE", "dest": "starts_on"},
    "--ends-before": {"required": True, "type": day, "metavar": "DATE"},
}
UNCERTAINTY = {"--uncertainty": {"required": True, "type": number, "metavar": "PERCENT"}}
JSON = {"--json": {"action": "store_true", "help": "for programs"}}
NUMBER = {"required": True, "type": number, "metavar": "N"}

# Name of a step: what it does, what its number is of, what else it asks.
STEPS: dict[str, tuple[Callable[[Options], str], str, dict[str, dict[str, Any]]]] = {
    "budget": (_budget, "", {**SCHEME, **DAYS, "--amount": NUMBER, "--reason": {}, **BY}),
    "approve-budget": (_approve_budget, "BUDGET", BY),
    "apply": (
        _apply,
        "",
        {
            **SCHEME,
            "--department": {"required": True, "metavar": "CODE"},
            "--title": {"required": True},
            "--description": {"default": ""},
            "--effect": {"required": True, "choices": ["abatement", "absorption"]},
            "--cost": NUMBER,
            "--asked": NUMBER,
            "--saved-per-year": {**NUMBER, "required": False, "default": Decimal(0)},
            "--tonnes-per-year": NUMBER,
            "--years": {"required": True, "type": int, "metavar": "N"},
            **UNCERTAINTY,
            "--starts-on": {"required": True, "type": day, "metavar": "DATE"},
            "--milestone": {"action": "append", "type": milestone, "metavar": "DAY=AMOUNT=TITLE"},
            **BY,
        },
    ),
    "score": (
        _grant_step(fund_grants.score, "discount_percent", "note"),
        "GRANT",
        {
            "--discount": {**NUMBER, "required": False, "dest": "discount_percent"},
            "--note": {"metavar": "TEXT"},
            **BY,
        },
    ),
    "propose": (_grant_step(fund_grants.propose_award, "reason"), "GRANT", {**REASON, **BY}),
    "approve": (_grant_step(fund_grants.approve_award), "GRANT", BY),
    "decline": (_grant_step(fund_grants.decline, "reason"), "GRANT", {**REASON, **BY}),
    "withdraw": (_grant_step(fund_grants.withdraw), "GRANT", BY),
    "close": (_grant_step(fund_grants.close, "reason"), "GRANT", {**REASON, **BY}),
    "fail": (_grant_step(fund_grants.fail, "reason"), "GRANT", {**REASON, **BY}),
    "show-evidence": (_show_evidence, "MILESTONE", {**EVIDENCE, **BY}),
    "accept": (_accept, "MILESTONE", BY),
    "pay": (_pay, "MILESTONE", {**ON, **BY}),
    "take-back": (_take_back, "MILESTONE", {**ON, **REASON, **BY}),
    "measure": (
        _measure,
        "GRANT",
        {**DAYS, "--tonnes": NUMBER, **UNCERTAINTY, **EVIDENCE, **BY},
    ),
    "approve-measurement": (_approve_measurement, "MEASUREMENT", BY),
    "list": (
        _list,
        "",
        {"--scheme": {"metavar": "CODE"}, "--department": {"metavar": "CODE"}, **JSON},
    ),
    "curve": (_curve, "", {**SCHEME, **JSON}),
}
