"""The section ``access``: what is refused before anybody can open a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.access import settings as pages
from dashboards.access.roles import PAGES, Role
from halftime.access import ROLES, is_loopback, read_access, refuse_open_demo
from halftime.config import load_access
from halftime.errors import UsageError
from halftime.serve import COOKIE_SECRET, PROXY_SECRET, _toml, secret

HEADER = "{mode: header, people: people.csv, header: {login: X-User, secret: X-P}}"
OIDC = "mode: oidc, oidc: {client_id: a, metadata: 'https://id.example/m', redirect: '%s'}"


def load(tmp_path: Path, section: str):
    (tmp_path / "people.csv").write_text("login,role,person\nana@acme.example,manager,\n")
    path = tmp_path / "halftime.yml"
    path.write_text(f"version: 1\nsources: {{tabular: {{}}}}\naccess: {section}\n")
    return load_access(path)


def test_without_a_section_nobody_signs_in_and_only_this_machine_is_served(tmp_path: Path) -> None:
    access = load(tmp_path, "{}")
    assert (access.mode, access.address, access.people) == ("demo", "127.0.0.1", None)


def test_a_demonstration_at_another_address_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 3: .*no sign-in.*everybody who can reach"):
        load(tmp_path, "{address: 0.0.0.0}")
    with pytest.raises(UsageError, match="no sign-in"):
        refuse_open_demo("demo", "192.168.1.4")
    refuse_open_demo("header", "192.168.1.4")


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("", False)],
)
def test_what_only_this_machine_can_reach(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


def test_the_pages_read_what_the_command_tells_them_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = load(tmp_path, HEADER)
    monkeypatch.setenv(pages.VARIABLE, access.to_json())
    told = pages.from_environment()
    assert (told.mode, told.login_header, told.secret_header) == ("header", "X-User", "X-P")
    assert pages.listed_grants(told.people) == [pages.Grant("ana@acme.example", Role.MANAGER)]
    assert "secret_file" not in json.loads(access.to_json())


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ("{mode: open}", "'mode' is 'open'"),
        ("{mode: header, people: people.csv}", "needs 'header.login'"),
        ("{mode: header, header: {login: X-User, secret: X-P}}", "needs 'people'"),
        ("{mode: header, people: no.csv, header: {login: X, secret: Y}}", "there is no file"),
        ("{mode: oidc, people: people.csv}", "needs 'oidc.client_id'"),
        ("{" + OIDC % "https://h.example/oauth2callback" + "}", "nothing says who has which role"),
        ("{people: people.csv, " + OIDC % "https://h.example/" + "}", "'redirect' is"),
        ("{roles: {sales: boss}}", "'boss' is no role"),
        ("{log_days: 0}", "'log_days' is '0'"),
        ("{enablement_persons: initials}", "'enablement_persons' is"),
        ("{header: {login: 7}}", "'login' is '7'"),
        ("{moed: demo}", "unknown key 'access.moed'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, section: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, section)
    assert why in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("login,person\na,b\n", "has no column 'role'"),
        ("login,role\nana,boss\n", "line 2: 'boss' is no role"),
        ("login,role\n,admin\n", "line 2: there is no login"),
        ("login,role\nana,rep\nANA,rep\n", "'ana' is rep twice"),
    ],
)
def test_a_broken_list_lets_nobody_in(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(pages.AccessError, match=why):
        pages.listed_grants(str(path))


def test_claims_give_the_roles_that_are_mapped_and_no_other() -> None:
    told = pages.Settings(
        mode="oidc", roles_claim="groups", roles={"managers": "manager", "audit": "auditor"}
    )
    grants = pages.claimed_grants(told, "Ana", {"groups": ["audit", "managers", "admin"]})
    assert [grant.role for grant in grants] == [Role.MANAGER, Role.AUDITOR]
    assert pages.claimed_grants(told, "Ana", {"groups": "managers"})[0].role is Role.MANAGER
    assert pages.claimed_grants(told, "Ana", {}) == []
    assert pages.claimed_grants(pages.Settings(), "Ana", {"groups": ["managers"]}) == []


def test_command_and_pages_know_the_same_roles_and_each_lands_somewhere() -> None:
    assert set(ROLES) == {role.value for role in Role} == {role.value for role in PAGES}
    assert all(PAGES.values())


def test_a_secret_comes_from_its_variable_or_its_file_and_is_not_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "proxy"
    path.write_text("a secret of a file\n")
    section = {"secret_file": str(path)}
    assert secret(PROXY_SECRET, section) == "a secret of a file"
    monkeypatch.setenv(PROXY_SECRET[0], "a secret of the environment")
    assert secret(PROXY_SECRET, section) == "a secret of the environment"
    with pytest.raises(UsageError, match="missing"):
        secret(COOKIE_SECRET, {})
    monkeypatch.setenv(COOKIE_SECRET[0], "short")
    with pytest.raises(UsageError, match="too short"):
        secret(COOKIE_SECRET, {})


def test_texts_of_the_secrets_file_are_read_back_as_they_were() -> None:
    import tomllib

    for text in ('a"b', "a\\b", "tab\there", "line\nbreak", "Zoë"):
        assert tomllib.loads(f"x = {_toml(text)}")["x"] == text


def test_the_section_is_read_from_one_reader(tmp_path: Path) -> None:
    from halftime.yaml_reader import Reader

    path = tmp_path / "h.yml"
    path.write_text("access: {mode: demo}\n")
    assert read_access(Reader(path), {"mode": "demo"}).is_demo
