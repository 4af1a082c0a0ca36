"""Which address opens which page of the portal."""

from django.urls import path

from departments.portal.views import (
    activity,
    bills,
    disputes,
    evidence,
    grants,
    help_pages,
    notices,
    quote,
    statements,
    team,
    upload,
    what_if,
)

app_name = "portal"

urlpatterns = [
    path("", bills.home, name="home"),
    path("bill/", bills.choose_bill, name="choose_bill"),
    path("company/", bills.show_company, name="company"),
    path("atmosphere/", bills.show_atmosphere, name="atmosphere"),
    path("lines/<int:line_id>/", bills.show_line, name="line"),
    path("lines/<int:line_id>/dispute/", disputes.open_dispute, name="dispute_new"),
    path("disputes/", disputes.show_disputes, name="disputes"),
    path("disputes/<int:dispute_id>/withdraw/", disputes.withdraw_dispute, name="dispute_withdraw"),
    path("method/", help_pages.show_method, name="method"),
    path("verify/", statements.verify, name="verify"),
    path("verify/<str:sha256>/", statements.verify_hash, name="verify_hash"),
    path("team/", team.show_team, name="team"),
    path("quote/", quote.show_quote, name="quote"),
    path("notices/", notices.show_notices, name="notices"),
    path("notices/settings/", notices.show_settings, name="notice_settings"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:notice_id>/", notices.open_notice, name="notice"),
    path("notices/<int:notice_id>/read/", notices.read_one, name="notice_read"),
    path("grants/", grants.show_grants, name="grants"),
    path("grants/new/", grants.begin, name="grant_begin"),
    path("grants/<int:grant_id>/", grants.show_grant, name="grant"),
    path("grants/<int:grant_id>/step/", grants.take_step, name="grant_step"),
    path("departments/<str:department>/grants/new/", grants.apply, name="grant_new"),
    path("activity/", activity.show_all, name="all_activity"),
    path("activity/<int:record_id>/", activity.show_record, name="activity_record"),
    path("activity/<int:record_id>/edit/", activity.edit, name="activity_edit"),
    path("activity/<int:record_id>/correct/", activity.correct, name="activity_correct"),
    path("activity/<int:record_id>/submit/", activity.submit, name="activity_submit"),
    path("activity/<int:record_id>/evidence/", evidence.attach, name="evidence_add"),
    path(
        "activity/<int:record_id>/evidence/<int:evidence_id>/", evidence.download, name="evidence"
    ),
    path(
        "activity/<int:record_id>/evidence/<int:evidence_id>/remove/",
        evidence.remove,
        name="evidence_remove",
    ),
    path("approvals/", activity.show_approvals, name="approvals"),
    path("approvals/decide/", activity.decide, name="decide"),
    path("departments/<str:department>/activity/", activity.show_list, name="activity"),
    path("departments/<str:department>/activity/new/", activity.record_new, name="activity_new"),
    path(
        "departments/<str:department>/activity/submit/",
        activity.submit_chosen,
        name="activity_submit_chosen",
    ),
    path("activity/upload/", upload.check, name="upload_any"),
    path("activity/upload/columns/", upload.columns, name="upload_any_columns"),
    path("activity/upload/owners/", upload.owners, name="upload_any_owners"),
    path("activity/upload/confirm/", upload.confirm, name="upload_any_confirm"),
    path("activity/upload/errors.csv", upload.errors, name="upload_any_errors"),
    path("departments/<str:department>/activity/upload/", upload.check, name="upload"),
    path(
        "departments/<str:department>/activity/upload/confirm/",
        upload.confirm,
        name="upload_confirm",
    ),
    path(
        "departments/<str:department>/activity/upload/columns/",
        upload.columns,
        name="upload_columns",
    ),
    path(
        "departments/<str:department>/activity/upload/owners/", upload.owners, name="upload_owners"
    ),
    path(
        "departments/<str:department>/activity/upload/errors.csv",
        upload.errors,
        name="upload_errors",
    ),
    path("departments/<str:department>/<slug:scheme>/<str:period>/", bills.show_bill, name="bill"),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/what-if/",
        what_if.show_what_if,
        name="what_if",
    ),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/lines/",
        bills.show_lines,
        name="lines",
    ),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/lines.csv",
        bills.download_lines,
        name="lines_csv",
    ),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/statement.pdf",
        statements.download_pdf,
        name="statement_pdf",
    ),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/statement.json",
        statements.download_json,
        name="statement_json",
    ),
    path(
        "departments/<str:department>/<slug:scheme>/<str:period>/statement.csv",
        statements.download_csv,
        name="statement_csv",
    ),
]
