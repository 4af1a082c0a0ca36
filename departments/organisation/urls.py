"""Which address opens which door of organisation. The names are those that the library asks for."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import AccountInactiveView, ReauthenticateView
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from departments.organisation import views


def _page(view: Any, template: str) -> Any:
    """One of the library's pages in our own words."""
    return never_cache(view.as_view(template_name=f"organisation/account/{template}.html"))


def _own(view: Any, template: str) -> Any:
    """The same for who has signed in."""
    return login_required(_page(view, template))


def _proven(view: Any, template: str) -> Any:
    """The same for who has just shown that it is them."""
    return login_required(reauthentication_required(app="allauth.mfa")(_page(view, template)))


_LOST = TemplateView.as_view(template_name="organisation/account/not_signed_in.html")

urlpatterns: list[URLPattern] = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", _page(factors.AuthenticateView, "code"), name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.LoginWebAuthnView.as_view(), name="mfa_login_webauthn"),
    path("sign-in/with/<str:provider_id>/", views.to_provider, name="openid_connect_login"),
    path(
        "sign-in/with/<str:provider_id>/callback/",
        views.from_provider,
        name="openid_connect_callback",
    ),
    path("sign-in/cancelled/", _LOST, name="socialaccount_login_cancelled"),
    path("sign-in/inactive/", _page(AccountInactiveView, "inactive"), name="account_inactive"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    path("demo-sign-in/<str:username>/", views.demo_sign_in, name="demo_sign_in"),
    path("confirm/", _own(ReauthenticateView, "confirm"), name="account_reauthenticate"),
    path("confirm/code/", _own(factors.ReauthenticateView, "confirm"), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        _own(passkeys.ReauthenticateWebAuthnView, "confirm_passkey"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/", never_cache(views.Account.as_view()), name="mfa_index"),
    path(
        "account/password/",
        login_required(never_cache(views.ChangePassword.as_view())),
        name="account_change_password",
    ),
    path("account/app/", _own(views.SetUpApp, "app"), name="mfa_activate_totp"),
    path("account/app/remove/", _own(app.DeactivateTOTPView, "remove"), name="mfa_deactivate_totp"),
    path(
        "account/codes/",
        _proven(codes.ViewRecoveryCodesView, "codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/codes/new/",
        _own(codes.GenerateRecoveryCodesView, "codes_new"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/passkeys/", _own(passkeys.ListWebAuthnView, "passkeys"), name="mfa_list_webauthn"
    ),
    path(
        "account/passkeys/new/", _own(passkeys.AddWebAuthnView, "passkey"), name="mfa_add_webauthn"
    ),
    path(
        "account/passkeys/<int:pk>/",
        _own(passkeys.EditWebAuthnView, "passkey_name"),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/remove/",
        _own(passkeys.RemoveWebAuthnView, "remove"),
        name="mfa_remove_webauthn",
    ),
]
