"""Doors. Verify: recompute every promise of the books and say what was checked."""

from __future__ import annotations

from tempfile import TemporaryFile
from time import perf_counter

from django.contrib import admin
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from ledger import seal, verification
from ledger.admin.pages import person_of
from ledger.audit.pack import write_pack


@require_http_methods(["GET", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """GET explains, POST verifies now. Nothing is kept: the answer is the books' own."""
    found, seconds = None, 0.0
    if request.method == "POST":
        began = perf_counter()
        found = verification.verify()
        seconds = perf_counter() - began
    return TemplateResponse(
        request,
        "ledger/admin/verify.html",
        {
            **admin.site.each_context(request),
            "title": _("Verify"),
            "found": found,
            "rows": sum(found.checked.values()) if found else 0,
            "broken": {finding.check for finding in found.findings} if found else set(),
            "seconds": seconds,
            "verified_at": timezone.now(),
            "chain_head": seal.chain_head(),
            "may_take_pack": may_here(request, Permission.READ_EXPORTS),
        },
    )


@require_POST
def auditor_pack(request: HttpRequest) -> FileResponse:
    """The books with their seals and their own checker, as one file."""
    require_here(request, Permission.READ_EXPORTS)
    file = TemporaryFile()  # noqa: SIM115  closed by the answer, when all of it is sent
    write_pack(into=file, by=person_of(request))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="auditor-pack.zip")
