"""Who may open what: a row for every address, so that a new one has to say whom it is for.

An address is found by its name in the resolver. Add a row where its door is: PORTAL and SIGNING_IN
for pages, API for programs, DESK_PAGES for single pages of the desk, DESK_TABLES for a table that
the desk shows (its list, form, page, history and removal come with it).
"""

from __future__ import annotations

from dataclasses import dataclass

STRANGER = "stranger"
OURS = frozenset({"contributor", "cloud-approver"})  # of CLOUD, which owns what addresses name
THEIRS = frozenset({"offices-contributor", "offices-approver"})
DEPARTMENTS = OURS | THEIRS
COMPANY = frozenset({"analyst", "approver", "finance", "auditor", "admin"})
SIGNED_IN = DEPARTMENTS | COMPANY
EVERYBODY = SIGNED_IN | {STRANGER}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Address:
    """What fills its places, whom it lets in, and what it gives them: a page, a file or data.

    Whom it is not for is refused (403), or meets nothing at all (404, `hidden_from`); who has not
    signed in is sent to do so. `leads_to` is where an address leads whom it lets in, `turns_to`
    where it leads the others; `body` is what a program sends, so that nothing else stops it.
    """

    needs: tuple[str, ...] = ()
    opens_to: frozenset[str] = SIGNED_IN
    hidden_from: frozenset[str] = NOBODY
    gives: str = "page"
    method: str = "GET"
    query: str = ""
    body: str = ""
    leads_to: str = ""
    turns_to: str = ""


def own(*needs: str, opens_to: frozenset[str] = OURS | COMPANY, **more: str) -> Address:
    """What belongs to CLOUD: it is not there for people of other departments."""
    return Address(needs, opens_to=opens_to, hidden_from=THEIRS, **more)


def step(*needs: str, opens_to: frozenset[str] = OURS | COMPANY, **more: str) -> Address:
    """A step on what belongs to CLOUD, by POST."""
    return own(*needs, opens_to=opens_to, method="POST", **more)


ENTERS = OURS | {"analyst"}
BILL = ("department", "scheme", "period")
MINE = frozenset({"contributor"})  # who is told of what an address names

PORTAL = {
    "home": Address(),
    "choose_bill": Address(),
    "company": Address(),
    "atmosphere": Address(opens_to=COMPANY, turns_to="/bill/"),
    "method": Address(),
    "grants": Address(),
    "grant": own("grant"),
    "grant_step": step("grant"),
    "grant_begin": Address(),
    "grant_new": own("department", opens_to=ENTERS),
    "quote": Address(query="kind=flight"),
    "team": Address(),
    "notices": Address(),
    "notice_settings": Address(),
    "notices_read": Address(method="POST"),
    "notice": Address(("notice",), MINE, hidden_from=SIGNED_IN - MINE),
    "notice_read": Address(("notice",), MINE, hidden_from=SIGNED_IN - MINE, method="POST"),
    "all_activity": Address(),
    "approvals": Address(),
    "decide": Address(method="POST"),
    "line": own("line"),
    "activity_record": own("record"),
    "activity_edit": own("record", opens_to=ENTERS),
    "activity_correct": own("approved", opens_to=ENTERS),
    "activity_submit": step("record", opens_to=ENTERS),
    "evidence_add": step("record", opens_to=ENTERS),
    "evidence": own("record", "evidence", gives="file"),
    "evidence_remove": step("record", "evidence", opens_to=ENTERS),
    "activity": own("department"),
    "activity_new": own("department", opens_to=ENTERS),
    "activity_submit_chosen": step("department", opens_to=ENTERS),
    "upload": own("department", opens_to=ENTERS),
    "upload_columns": own("department", opens_to=ENTERS),
    "upload_owners": own("department", opens_to=ENTERS),
    "upload_confirm": step("department", opens_to=ENTERS),
    "upload_any": Address(opens_to=DEPARTMENTS | {"analyst"}),
    "upload_any_columns": Address(opens_to=DEPARTMENTS | {"analyst"}),
    "upload_any_owners": Address(opens_to=DEPARTMENTS | {"analyst"}),
    "upload_any_confirm": Address(opens_to=DEPARTMENTS | {"analyst"}, method="POST"),
    "upload_any_errors": Address(  # of a file that was checked; there is none
        opens_to=NOBODY, hidden_from=DEPARTMENTS | {"analyst"}, gives="file"
    ),
    "upload_errors": Address(  # of a file that was checked; there is none
        ("department",), NOBODY, hidden_from=THEIRS | ENTERS, gives="file"
    ),
    "bill": own(*BILL),
    "what_if": own(*BILL),
    "lines": own(*BILL),
    "lines_csv": own(*BILL, gives="file"),
    "statement_pdf": own(*BILL, gives="file"),
    "statement_json": own(*BILL, gives="file"),
    "statement_csv": own(*BILL, gives="file"),
    "disputes": Address(),
    "dispute_new": own("free line", opens_to=ENTERS),
    "dispute_withdraw": step("dispute"),
    "verify": Address(),
    "verify_hash": own("hash"),
}

SIGNING_IN = {
    "account_login": Address(opens_to=EVERYBODY),
    "mfa_authenticate": Address(),
    "mfa_login_webauthn": Address(opens_to=EVERYBODY, gives="data", leads_to="/sign-in/"),
    "openid_connect_login": Address(("provider",), opens_to=NOBODY, hidden_from=EVERYBODY),
    "openid_connect_callback": Address(("provider",), opens_to=NOBODY, hidden_from=EVERYBODY),
    "socialaccount_login_cancelled": Address(opens_to=EVERYBODY),
    "account_inactive": Address(opens_to=EVERYBODY),
    "account_logout": Address(opens_to=EVERYBODY, method="POST", leads_to="/sign-in/"),
    "demo_sign_in": Address(("person",), NOBODY, hidden_from=EVERYBODY, method="POST"),
    "account_reauthenticate": Address(),
    "mfa_reauthenticate": Address(),
    "mfa_reauthenticate_webauthn": Address(),
    "mfa_index": Address(),
    "account_change_password": Address(),
    "mfa_activate_totp": Address(),
    "mfa_deactivate_totp": Address(opens_to=NOBODY, hidden_from=SIGNED_IN),
    "mfa_view_recovery_codes": Address(),
    "mfa_generate_recovery_codes": Address(),
    "mfa_list_webauthn": Address(),
    "mfa_add_webauthn": Address(),
    "mfa_edit_webauthn": Address(("passkey",)),
    "mfa_remove_webauthn": Address(("passkey",)),
    "set_language": Address(opens_to=EVERYBODY, method="POST"),
    "api-docs": Address(opens_to=EVERYBODY),
    "openapi": Address(opens_to=EVERYBODY, gives="data"),
}

PROPOSES = frozenset({"analyst"})
DECIDES = frozenset({"approver"})
SETTLES = frozenset({"analyst", "admin"})
EXPORTS = frozenset({"finance", "auditor"})
FINANCE = frozenset({"finance"})
KEYS = frozenset({"admin", "finance"})
ADMIN = frozenset({"admin"})
AUDITS = frozenset({"auditor", "admin"})  # they read the audit trail


def data(*needs: str, opens_to: frozenset[str] = SIGNED_IN, query: str = "") -> Address:
    """What programs read."""
    return Address(needs, opens_to=opens_to, gives="data", query=query)


def sent(*needs: str, opens_to: frozenset[str] = COMPANY, body: str = "") -> Address:
    """What programs send."""
    return Address(needs, opens_to=opens_to, gives="data", method="POST", body=body)


def own_data(*needs: str) -> Address:
    """What programs read of CLOUD."""
    return own(*needs, gives="data")


def own_sent(*needs: str, opens_to: frozenset[str], body: str = "") -> Address:
    """What programs send about CLOUD."""
    return step(*needs, opens_to=opens_to, gives="data", body=body)


REASON = '{"reason": "It is not ours"}'
MIRROR = '{"reason": "It is not ours", "entry_date": "2023-07-15"}'

API = {
    "me": data(),
    "departments": data(),
    "activities": data(),
    "activity-batch": sent(opens_to=SIGNED_IN),
    "imports": sent(opens_to=SIGNED_IN),
    "activity": own_data("record"),
    "activity-submit": own_sent("record", opens_to=ENTERS),
    "activity-approve": own_sent("handed in", opens_to=frozenset({"cloud-approver", "approver"})),
    "activity-return": own_sent(
        "handed in", opens_to=frozenset({"cloud-approver", "approver"}), body=REASON
    ),
    "activity-evidence": own_data("record"),
    "activity-evidence-file": own("record", "evidence", gives="file"),
    "emission-records": data(),
    "factors": data(),
    "shared-emissions": data(opens_to=COMPANY, query="pool=CLOUD"),
    "sites": data(),
    "site-indicators": own_data("site"),
    "prices": data(),
    "quotes": sent(opens_to=SIGNED_IN),
    "schemes": data(),
    "journal-lines": data(),
    "journal-entry": own_data("entry"),
    "journal-line-trace": data("row ledger.journalline", opens_to=COMPANY),
    "audit-sample": data(opens_to=COMPANY, query="period=2023Q1&size=2&seed=7"),
    "audit-events": data(opens_to=AUDITS),
    "access-review": data(opens_to=AUDITS),
    "key-review": data(opens_to=AUDITS),
    "separation-of-duties": data(opens_to=AUDITS),
    "accounts": data(),
    "balances": data(query="period=2023Q1"),
    "reconciliation": data(query="period=2023Q1"),
    "jobs": data(opens_to=COMPANY),
    "job": data("job", opens_to=COMPANY),
    "trial-balance": data(opens_to=COMPANY),
    "atmosphere": data(opens_to=COMPANY),
    "charges": data(),
    "disclosures": data(opens_to=COMPANY),
    "disclosure": data("esrs", opens_to=COMPANY, query="year=2023"),
    "disclosure-file": data("esrs", opens_to=COMPANY, query="year=2023"),
    "periods": data(),
    "verification": data(opens_to=COMPANY),
    "statements": data(query="scheme=fee&period=2023Q1"),
    "statement": own_data("scheme", "period", "department"),
    "settlements": data(opens_to=COMPANY),
    "settlement": data("settlement", opens_to=COMPANY),
    "settlement-approve": sent("settlement", opens_to=DECIDES),
    "settlement-post": sent("settlement", opens_to=DECIDES | FINANCE),
    "settlement-cancel": sent("settlement", opens_to=SETTLES),
    "exports": data(opens_to=EXPORTS),
    "export-job": data("export job", opens_to=EXPORTS),
    "export-file": data("sequence", opens_to=EXPORTS),
    "export-validate": sent(opens_to=EXPORTS),
    "export-reject": sent("sequence", opens_to=FINANCE, body=REASON),
    "export-replace": sent("sequence", opens_to=FINANCE),
    "export-reconciliations": data("sequence", opens_to=EXPORTS),
    "export-acknowledge": sent("sequence", opens_to=FINANCE),
    "fund": data(opens_to=COMPANY, query="scheme=fee"),
    "grants": data(),
    "grant": own_data("grant"),
    "manual-entries": data(opens_to=COMPANY),
    "manual-entry": data("manual entry", opens_to=COMPANY),
    "manual-entry-approve": sent("manual entry", opens_to=DECIDES | FINANCE),
    "manual-entry-reject": sent("manual entry", opens_to=DECIDES | FINANCE, body=REASON),
    "manual-entry-withdraw": sent("manual entry", opens_to=PROPOSES),  # the very proposer
    "manual-entry-reverse": sent("manual entry", opens_to=PROPOSES | FINANCE, body=MIRROR),
    "webhook-endpoints": data(opens_to=COMPANY),
    "webhook-endpoint": data("webhook", opens_to=COMPANY),
    "webhook-endpoint-rotate": sent("webhook", opens_to=KEYS),
    "webhook-endpoint-test": sent("webhook", opens_to=KEYS),
    "webhook-endpoint-turn-off": sent("webhook", opens_to=KEYS),
    "webhook-endpoint-turn-on": sent("webhook", opens_to=KEYS),
    "webhook-endpoint-replay": sent("webhook", opens_to=KEYS),
    "webhook-endpoint-deliveries": data("webhook", opens_to=COMPANY),
    "events": data(opens_to=COMPANY),
    "event": data("event", opens_to=COMPANY),
}


def desk(
    *needs: str, opens_to: frozenset[str] = COMPANY, gives: str = "page", query: str = ""
) -> Address:
    """A page of the desk; the people of departments are sent away from all of it."""
    return Address(needs, opens_to=opens_to, gives=gives, query=query)


def desk_step(*needs: str, opens_to: frozenset[str]) -> Address:
    """A step at the desk, by POST."""
    return Address(needs, opens_to=opens_to, method="POST")


DESK_PAGES = {
    "index": desk(),
    "login": Address(opens_to=COMPANY | {STRANGER}, leads_to="/sign-in/"),
    "logout": Address(opens_to=EVERYBODY, method="POST", leads_to="/"),
    "password_change": desk(),
    "auth_user_password_change": desk("row organisation.user", opens_to=ADMIN),
    "search": desk(gives="file", query="s=cloud"),
    "password_change_done": desk(),
    "autocomplete": desk(opens_to=NOBODY, gives="data"),
    "jsi18n": desk(gives="file"),
    "view_on_site": Address(("type", "any"), NOBODY, hidden_from=COMPANY),
    "app_list": desk("app"),
    "fairness": desk(),
    "samples": desk(query="period=2023Q1&size=2&seed=7&method=random&side=debit"),
    "access_review": desk(opens_to=AUDITS),
    "duties": desk(opens_to=AUDITS),
    "restatement": desk(),
    "disclosures": desk(),
    "disclosure_file": desk(gives="file"),
    "verify": desk(),
    "auditor_pack": desk(gives="file"),
    "inventory_evidencefile_download": desk("evidence", gives="file"),
    "ledger_dispute_step": desk("dispute", "reject", opens_to=COMPANY - {"auditor", "admin"}),
    "ledger_journalexport_acknowledge": desk("export", opens_to=FINANCE),
    "ledger_journalexport_reject": desk("export", opens_to=FINANCE),
    "ledger_journalexport_replace": desk_step("export", opens_to=FINANCE),
    "ledger_journalexport_reconcile": desk("export", opens_to=FINANCE),
    "ledger_exportrun_progress": desk("export job", gives="file"),
    "ledger_manualentry_step": desk("manual entry", "reject", opens_to=DECIDES | FINANCE),
    "ledger_outboxmessage_release": desk_step("message", opens_to=KEYS),
    "ledger_accountingperiod_close": desk("open period", opens_to=FINANCE),
    "ledger_accountingperiod_open_calendar": desk(opens_to=SETTLES | FINANCE),
    "ledger_scenariorun_answer": desk("scenario", gives="file"),
    "ledger_scenariorun_path": desk("scenario", gives="file"),
    "ledger_settlement_progress": desk("settlement", gives="file"),
    "ledger_settlement_release": desk_step("settlement", "shard", opens_to=SETTLES),
    "ledger_settlement_step": desk("settlement", "approve", opens_to=DECIDES),
    "ledger_sweetspotrun_panel": desk("estimate", gives="file"),
    "ledger_webhook_rotate": desk("webhook", opens_to=KEYS),
    "ledger_webhook_again": desk("webhook", opens_to=KEYS),
    "ledger_webhook_event_again": desk_step("webhook", "event", opens_to=KEYS),
    "ledger_webhook_step": desk_step("webhook", "test", opens_to=KEYS),
}


@dataclass(frozen=True)
class Table:
    """A table at the desk: whose list and pages it shows, and who may open its form."""

    read_by: frozenset[str] = COMPANY
    entered_by: frozenset[str] = NOBODY
    removed_by: frozenset[str] = NOBODY


RULES = Table(entered_by=PROPOSES)

DESK_TABLES = {
    "organisation.user": Table(ADMIN, ADMIN),
    "organisation.legalentity": Table(entered_by=ADMIN),
    "organisation.department": Table(entered_by=ADMIN),
    "organisation.costcentre": Table(entered_by=ADMIN),
    "organisation.apikey": Table(KEYS, KEYS),
    "organisation.noticemail": Table(),
    "organisation.auditevent": Table(AUDITS),
    "inventory.absorptionproject": RULES,
    "inventory.absorptionmeasurement": RULES,
    "inventory.allocationkey": Table(),
    "inventory.factorset": RULES,
    "inventory.emissionfactor": Table(),
    "inventory.globalwarmingpotential": Table(),
    "inventory.importbatch": Table(),
    "inventory.emissionrecord": Table(),
    "inventory.activityrecord": Table(entered_by=PROPOSES),
    "inventory.evidencefile": Table(entered_by=PROPOSES),
    "inventory.instrument": RULES,
    "inventory.site": Table(),
    "inventory.sitereading": Table(),
    "pricing.scheme": RULES,
    "pricing.carbonprice": RULES,
    "pricing.grantbudget": RULES,
    "pricing.schemetext": RULES,
    "pricing.exchangerate": Table(),
    "pricing.incentiverate": RULES,
    "pricing.baseline": RULES,
    "pricing.eventrate": RULES,
    "pricing.contribution": RULES,
    "pricing.abatementrate": RULES,
    "pricing.incentivecap": RULES,
    "ledger.climateaim": RULES,
    "ledger.account": Table(),
    "ledger.journalentry": Table(),
    "ledger.journalline": Table(),
    "ledger.settlementline": Table(),
    "ledger.periodseal": Table(),
    "ledger.dispute": Table(),
    "ledger.journalexport": Table(entered_by=FINANCE),
    "ledger.exportrun": Table(),
    "ledger.glmapping": Table(),
    "ledger.manualentry": Table(entered_by=PROPOSES | FINANCE),
    "ledger.outboxmessage": Table(),
    "ledger.accountingperiod": Table(entered_by=SETTLES | FINANCE),
    "ledger.scenariorun": Table(entered_by=PROPOSES | DECIDES | FINANCE),
    "ledger.settlement": Table(entered_by=SETTLES),
    "ledger.sweetspotrun": Table(entered_by=PROPOSES | DECIDES),
    "ledger.webhookendpoint": Table(entered_by=KEYS),
}


def _of_table(label: str, table: Table) -> dict[str, Address]:
    name, row = f"admin:{label.replace('.', '_')}", (f"row {label}",)
    return {
        f"{name}_changelist": desk(opens_to=table.read_by),
        f"{name}_add": desk(opens_to=table.entered_by),
        f"{name}_change": desk(*row, opens_to=table.read_by),
        f"{name}_history": desk(*row, opens_to=AUDITS),  # it leads into the audit trail
        f"{name}_delete": desk(*row, opens_to=table.removed_by),
    }


ADDRESSES: dict[str, Address] = {
    **{f"portal:{name}": address for name, address in PORTAL.items()},
    **SIGNING_IN,
    **API,
    **{f"admin:{name}": address for name, address in DESK_PAGES.items()},
}
for _label, _table in DESK_TABLES.items():
    ADDRESSES |= _of_table(_label, _table)
