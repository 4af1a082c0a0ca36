"""Which address opens which door of the ledger's API."""

from django.urls import path

from ledger.api import (
    atmosphere_views,
    audit_views,
    balance_views,
    book_views,
    charge_views,
    disclosure_views,
    export_views,
    grant_views,
    job_views,
    manual_entry_views,
    settlement_views,
    statement_views,
    trace_views,
    webhook_views,
)

urlpatterns = [
    path("access-review/", audit_views.AccessReview.as_view(), name="access-review"),
    path("audit-events/", audit_views.AuditEventList.as_view(), name="audit-events"),
    path("audit-sample/", trace_views.AuditSample.as_view(), name="audit-sample"),
    path("key-review/", audit_views.KeyReview.as_view(), name="key-review"),
    path(
        "separation-of-duties/",
        audit_views.SeparationOfDuties.as_view(),
        name="separation-of-duties",
    ),
    path(
        "journal-lines/<int:line_id>/trace/",
        trace_views.JournalLineTrace.as_view(),
        name="journal-line-trace",
    ),
    path("journal-lines/", book_views.JournalLineList.as_view(), name="journal-lines"),
    path(
        "journal-entries/<int:entry_id>/",
        book_views.JournalEntryDetail.as_view(),
        name="journal-entry",
    ),
    path("accounts/", book_views.AccountList.as_view(), name="accounts"),
    path("balances/", balance_views.BalanceList.as_view(), name="balances"),
    path("reconciliation/", balance_views.Reconciliation.as_view(), name="reconciliation"),
    path("jobs/", job_views.JobList.as_view(), name="jobs"),
    path("jobs/<str:code>/", job_views.JobDetail.as_view(), name="job"),
    path("trial-balance/", book_views.TrialBalance.as_view(), name="trial-balance"),
    path("atmosphere/", atmosphere_views.AtmosphereDoor.as_view(), name="atmosphere"),
    path("charges/", charge_views.ChargeList.as_view(), name="charges"),
    path("disclosures/", disclosure_views.DisclosureList.as_view(), name="disclosures"),
    path(
        "disclosures/<str:framework>/",
        disclosure_views.DisclosureDetail.as_view(),
        name="disclosure",
    ),
    path(
        "disclosures/<str:framework>/file/",
        disclosure_views.DisclosureFile.as_view(),
        name="disclosure-file",
    ),
    path("periods/", book_views.PeriodList.as_view(), name="periods"),
    path("verification/", book_views.Verify.as_view(), name="verification"),
    path("statements/", statement_views.StatementList.as_view(), name="statements"),
    path(
        "statements/<str:scheme>/<str:period>/<str:department>/",
        statement_views.StatementDetail.as_view(),
        name="statement",
    ),
    path("settlements/", settlement_views.SettlementList.as_view(), name="settlements"),
    path(
        "settlements/<int:settlement_id>/",
        settlement_views.SettlementDetail.as_view(),
        name="settlement",
    ),
    path(
        "settlements/<int:settlement_id>/approve/",
        settlement_views.SettlementApprove.as_view(),
        name="settlement-approve",
    ),
    path(
        "settlements/<int:settlement_id>/post/",
        settlement_views.SettlementPost.as_view(),
        name="settlement-post",
    ),
    path(
        "settlements/<int:settlement_id>/cancel/",
        settlement_views.SettlementCancel.as_view(),
        name="settlement-cancel",
    ),
    path("exports/", export_views.ExportList.as_view(), name="exports"),
    path("exports/jobs/<int:job_id>/", export_views.ExportJob.as_view(), name="export-job"),
    path("exports/<int:sequence>/file/", export_views.ExportFile.as_view(), name="export-file"),
    path("exports/validate/", export_views.ExportValidation.as_view(), name="export-validate"),
    path(
        "exports/<int:sequence>/reject/", export_views.ExportReject.as_view(), name="export-reject"
    ),
    path(
        "exports/<int:sequence>/replace/",
        export_views.ExportReplace.as_view(),
        name="export-replace",
    ),
    path(
        "exports/<int:sequence>/reconciliations/",
        export_views.ExportReconciliations.as_view(),
        name="export-reconciliations",
    ),
    path(
        "exports/<int:sequence>/acknowledge/",
        export_views.ExportAcknowledge.as_view(),
        name="export-acknowledge",
    ),
    path("fund/", grant_views.FundDetail.as_view(), name="fund"),
    path("grants/", grant_views.GrantList.as_view(), name="grants"),
    path("grants/<int:grant_id>/", grant_views.GrantDetail.as_view(), name="grant"),
    path("manual-entries/", manual_entry_views.ManualEntryList.as_view(), name="manual-entries"),
    path(
        "manual-entries/<int:manual_entry_id>/",
        manual_entry_views.ManualEntryDetail.as_view(),
        name="manual-entry",
    ),
    path(
        "manual-entries/<int:manual_entry_id>/approve/",
        manual_entry_views.ManualEntryApprove.as_view(),
        name="manual-entry-approve",
    ),
    path(
        "manual-entries/<int:manual_entry_id>/reject/",
        manual_entry_views.ManualEntryReject.as_view(),
        name="manual-entry-reject",
    ),
    path(
        "manual-entries/<int:manual_entry_id>/withdraw/",
        manual_entry_views.ManualEntryWithdraw.as_view(),
        name="manual-entry-withdraw",
    ),
    path(
        "manual-entries/<int:manual_entry_id>/reverse/",
        manual_entry_views.ManualEntryReverse.as_view(),
        name="manual-entry-reverse",
    ),
    path("webhook-endpoints/", webhook_views.EndpointList.as_view(), name="webhook-endpoints"),
    path(
        "webhook-endpoints/<str:code>/",
        webhook_views.EndpointDetail.as_view(),
        name="webhook-endpoint",
    ),
    path(
        "webhook-endpoints/<str:code>/rotate/",
        webhook_views.EndpointRotate.as_view(),
        name="webhook-endpoint-rotate",
    ),
    path(
        "webhook-endpoints/<str:code>/test/",
        webhook_views.EndpointTest.as_view(),
        name="webhook-endpoint-test",
    ),
    path(
        "webhook-endpoints/<str:code>/turn-off/",
        webhook_views.EndpointTurnOff.as_view(),
        name="webhook-endpoint-turn-off",
    ),
    path(
        "webhook-endpoints/<str:code>/turn-on/",
        webhook_views.EndpointTurnOn.as_view(),
        name="webhook-endpoint-turn-on",
    ),
    path(
        "webhook-endpoints/<str:code>/replay/",
        webhook_views.EndpointReplay.as_view(),
        name="webhook-endpoint-replay",
    ),
    path(
        "webhook-endpoints/<str:code>/deliveries/",
        webhook_views.EndpointDeliveries.as_view(),
        name="webhook-endpoint-deliveries",
    ),
    path("events/", webhook_views.EventList.as_view(), name="events"),
    path("events/<str:code>/", webhook_views.EventDetail.as_view(), name="event"),
]
