"""Door. What if: a bill at another price, with fewer tonnes, or with something done another way."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from departments.inventory.errors.entering import TrialRefused
from departments.inventory.sentences import told
from departments.organisation.access import visible_department_ids
from departments.portal.views.page import PersonRequest, page, visible_department
from departments.portal.what_if_form import RAIL, WhatIfForm
from departments.portal.what_if_table import categories, steps_chart
from ledger import statements
from ledger.bill_facts import BillFacts, facts_of_bill
from ledger.bill_scenario import BillScenario, what_if
from ledger.bill_shares import keeps_shares


@page
def show_what_if(request: PersonRequest, department: str, scheme: str, period: str) -> HttpResponse:
    """The settings of the address, and the bill under them; without any, the bill as it is."""
    statement = statements.statement_of(
        department_code=department,
        scheme_code=scheme,
        period_code=period,
        department_ids=visible_department_ids(request.user),
    )
    facts = facts_of_bill(statement=statement, department=visible_department(request, department))
    form = WhatIfForm(request.GET, facts=facts)
    scenario = _answer(form, facts) if form.is_valid() else None
    context: dict[str, Any] = {
        "statement": statement,
        "facts": facts,
        "form": form,
        "scenario": scenario,
        "keeps_shares": keeps_shares(facts),
    }
    if scenario is not None:
        context |= {
            "rows": categories(scenario),
            "changed": [each for each in scenario.lines if each.is_changed],
            "steps": [step for step in scenario.steps if step[1]],
            "steps_chart": steps_chart(scenario, exponent=facts.terms.currency_exponent),
        }
    status = 422 if scenario is None else 200
    return render(request, "portal/what_if.html", context, status=status)


def _answer(form: WhatIfForm, facts: BillFacts) -> BillScenario | None:
    try:
        return what_if(facts, form.settings())
    except TrialRefused as refusal:
        for problem in refusal.field_problems:
            form.add_error(RAIL, told(problem.reason))
        return None
