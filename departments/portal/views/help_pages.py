"""Door. How a figure comes about, and what the words mean."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from departments.portal import words
from departments.portal.views.page import PersonRequest, page
from pricing.price_lookup import all_scheme_terms


@page
def show_method(request: PersonRequest) -> HttpResponse:
    """The method in plain words, and the glossary."""
    context = {"schemes": all_scheme_terms(), "categories": words.CATEGORIES}
    return render(request, "portal/method.html", context)
