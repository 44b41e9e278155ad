"""Who is asking: what a provider or a proxy says, and what nobody may pretend."""

from __future__ import annotations

import pytest

from dashboards.access.identity import signed_in, vouched_for
from dashboards.access.settings import Settings

OIDC = Settings(mode="oidc")
PROXY = Settings(mode="header", login_header="X-User", secret_header="X-Proxy")
SECRET = "only the proxy knows this"


def test_a_verified_address_is_a_login() -> None:
    login = signed_in(OIDC, {"is_logged_in": True, "email": "a@b.example", "email_verified": True})
    assert (login.name, login.problem) == ("a@b.example", "")


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_is_not_verified_is_anybodys(verified: object) -> None:
    claims = {"is_logged_in": True, "email": "ceo@b.example", "email_verified": verified}
    login = signed_in(OIDC, claims)
    assert login.name == ""
    assert "not verified" in login.problem


def test_who_is_not_signed_in_may_sign_in() -> None:
    login = signed_in(OIDC, {"is_logged_in": False})
    assert (login.name, login.may_sign_in) == ("", True)
    assert not signed_in(OIDC, {"is_logged_in": True, "sub": "7"}).may_sign_in


def test_the_proxy_is_believed_by_its_secret() -> None:
    headers = {"x-user": " ana@b.example ", "x-proxy": SECRET}
    assert vouched_for(PROXY, headers, SECRET).name == "ana@b.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-User": "ana"},
        {"X-User": "ana", "X-Proxy": ""},
        {"X-User": "ana", "X-Proxy": "a guess"},
        {"X-User": "ana", "X-Proxy": SECRET + "é"},
        {"X-Proxy": SECRET},
        {"X-User": "  ", "X-Proxy": SECRET},
    ],
)
def test_a_header_alone_proves_nothing(headers: dict[str, str]) -> None:
    login = vouched_for(PROXY, headers, SECRET)
    assert login.name == ""
    assert login.problem


def test_a_server_without_a_secret_believes_nobody() -> None:
    assert vouched_for(PROXY, {"X-User": "ana", "X-Proxy": ""}, "").name == ""
