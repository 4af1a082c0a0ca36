"""Facts. How the admin looks and what its sidebar lists; read once, by the settings."""

from typing import Any

from django.templatetags.static import static
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

_static = lazy(static, str)

# (title, [(title, icon, admin page)]); a page is shown to whoever may open it
NAVIGATION: list[tuple[Any, list[tuple[Any, str, str]]]] = [
    ("", [(_("Overview"), "space_dashboard", "index")]),
    (
        _("Facts"),
        [
            (_("Activity records"), "inbox", "inventory_activityrecord_changelist"),
            (_("Emission records"), "factory", "inventory_emissionrecord_changelist"),
            (_("Restatements"), "published_with_changes", "restatement"),
            (_("Instruments"), "energy_savings_leaf", "inventory_instrument_changelist"),
            (_("Absorption"), "forest", "inventory_absorptionproject_changelist"),
            (_("Measurements"), "satellite_alt", "inventory_absorptionmeasurement_changelist"),
            (_("Take in a file"), "upload_file", "portal:upload_any"),
            (_("Imports"), "inbox", "inventory_importbatch_changelist"),
            (_("Allocation keys"), "pie_chart", "inventory_allocationkey_changelist"),
            (_("Sites"), "apartment", "inventory_site_changelist"),
            (_("Site readings"), "water_drop", "inventory_sitereading_changelist"),
            (_("Factor sets"), "library_books", "inventory_factorset_changelist"),
            (_("Emission factors"), "function", "inventory_emissionfactor_changelist"),
            (
                _("Global warming potentials"),
                "thermostat",
                "inventory_globalwarmingpotential_changelist",
            ),
        ],
    ),
    (
        _("Policy"),
        [
            (_("Schemes"), "policy", "pricing_scheme_changelist"),
            (_("Prices"), "sell", "pricing_carbonprice_changelist"),
            (_("Incentive rates"), "volunteer_activism", "pricing_incentiverate_changelist"),
            (_("Baselines"), "straighten", "pricing_baseline_changelist"),
            (_("Abatement rates"), "trending_down", "pricing_abatementrate_changelist"),
            (_("Incentive caps"), "vertical_align_top", "pricing_incentivecap_changelist"),
            (_("Event rates"), "flight", "pricing_eventrate_changelist"),
            (_("Contributions"), "savings", "pricing_contribution_changelist"),
            (_("Scheme texts"), "description", "pricing_schemetext_changelist"),
            (_("Grant budgets"), "account_balance_wallet", "pricing_grantbudget_changelist"),
            (_("Exchange rates"), "currency_exchange", "pricing_exchangerate_changelist"),
            (_("Aims"), "flag", "ledger_climateaim_changelist"),
            (_("Scenarios"), "alt_route", "ledger_scenariorun_changelist"),
            (_("Fairness"), "balance", "fairness"),
            (_("Sweet spots"), "target", "ledger_sweetspotrun_changelist"),
            (_("Grants and the fund"), "handshake", "portal:grants"),
        ],
    ),
    (
        _("Money"),
        [
            (_("Settlements"), "calculate", "ledger_settlement_changelist"),
            (_("Periods"), "event_available", "ledger_accountingperiod_changelist"),
            (_("Statement lines"), "receipt_long", "ledger_settlementline_changelist"),
            (_("Disputes"), "gavel", "ledger_dispute_changelist"),
            (_("Journal entries"), "menu_book", "ledger_journalentry_changelist"),
            (_("Journal lines"), "format_list_numbered", "ledger_journalline_changelist"),
            (_("Manual entries"), "edit_note", "ledger_manualentry_changelist"),
            (_("Accounts"), "account_balance", "ledger_account_changelist"),
            (_("Exports"), "output", "ledger_journalexport_changelist"),
            (_("Export jobs"), "hourglass_top", "ledger_exportrun_changelist"),
            (_("GL mappings"), "swap_horiz", "ledger_glmapping_changelist"),
            (_("Seals"), "verified_user", "ledger_periodseal_changelist"),
            (_("Outgoing messages"), "outgoing_mail", "ledger_outboxmessage_changelist"),
            (_("Webhooks"), "webhook", "ledger_webhookendpoint_changelist"),
            (_("Disclosures"), "summarize", "disclosures"),
        ],
    ),
    (
        _("Audit"),
        [
            (_("Samples"), "colorize", "samples"),
            (_("Audit trail"), "history", "organisation_auditevent_changelist"),
            (_("Access review"), "badge", "access_review"),
            (_("Separation of duties"), "call_split", "duties"),
            (_("Verify"), "fact_check", "verify"),
        ],
    ),
    (
        _("People"),
        [
            (_("People"), "person", "organisation_user_changelist"),
            (_("Departments"), "account_tree", "organisation_department_changelist"),
            (_("Legal entities"), "domain", "organisation_legalentity_changelist"),
            (_("Cost centres"), "payments", "organisation_costcentre_changelist"),
            (_("API keys"), "key", "organisation_apikey_changelist"),
            (_("Mails"), "mail", "organisation_noticemail_changelist"),
        ],
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Carbon Fee Ledger"),
    "SITE_HEADER": _("Carbon Fee Ledger"),
    "SITE_SUBHEADER": _("Sustainability and finance"),
    "SITE_SYMBOL": "eco",
    "ENVIRONMENT": "config.desk.sandbox_label",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _static("portal/mark.svg")},
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [_static("config/desk.css")],
    "SCRIPTS": [_static("config/desk.js")],
    "COLORS": {
        "primary": {
            "50": "#f1f9f6",
            "100": "#e3f2ec",
            "200": "#c4e5d9",
            "300": "#95d1bb",
            "400": "#6fd3b1",
            "500": "#45b893",
            "600": "#0b6b53",
            "700": "#095844",
            "800": "#084737",
            "900": "#073b2e",
            "950": "#04211a",
        },
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.admin.sidebar",
    },
}
