"""Who is asking in this run of the page: signed in, vouched for by a proxy, or trying a role."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from dashboards.access.settings import PROXY_SECRET_VARIABLE, Settings


@dataclass(frozen=True)
class Login:
    """A login and what the provider claims of it; ``problem`` says why there is none."""

    name: str = ""
    claims: Mapping[str, object] | None = None
    problem: str = ""
    may_sign_in: bool = False


def who(settings: Settings) -> Login:
    """Return who is asking; only for modes in which somebody signs in."""
    if settings.mode == "oidc":
        return signed_in(settings, dict(st.user))
    if settings.mode == "header":
        return vouched_for(settings, st.context.headers, os.environ.get(PROXY_SECRET_VARIABLE, ""))
    return Login(problem=f"'{settings.mode}' is no mode in which somebody signs in.")


def signed_in(settings: Settings, claims: Mapping[str, object]) -> Login:
    """Return the login that an OpenID provider vouches for.

    An address that the provider says is not verified is anybody's, so it counts for nothing.
    """
    if not claims.get("is_logged_in"):
        return Login(problem="Sign in to see these pages.", may_sign_in=True)
    name = str(claims.get(settings.login_claim) or "")
    if not name:
        return Login(problem=f"Your provider does not say who you are ({settings.login_claim}).")
    if settings.login_claim == "email" and claims.get("email_verified") in (False, "false"):
        return Login(problem="Your provider has not verified your e-mail address.")
    return Login(name, claims)


def vouched_for(settings: Settings, headers: Mapping[str, str], secret: str) -> Login:
    """Return the login that the trusted proxy names.

    Anybody can send a header; only the proxy knows the secret that it sends beside it.
    """
    lower = {key.lower(): value for key, value in headers.items()}
    given = lower.get(settings.secret_header.lower(), "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        return Login(problem="These pages answer only through the proxy that signs people in.")
    name = lower.get(settings.login_header.lower(), "").strip()
    if not name:
        return Login(problem=f"The proxy does not say who you are ({settings.login_header}).")
    return Login(name)
