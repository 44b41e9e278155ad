"""Signing in with a real OpenID provider, and through a proxy; and who is turned away."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from windows import ROOT, free_port, running, serve, serve_app

from dashboards.published import Build, connect

NODE = ROOT / "tests" / "browser" / "node"
CLIENT_SECRET = "the client and the provider know it"
PROXY_SECRET = "only the proxy knows this"
HEADERS = {"X-User": "", "X-Proxy": PROXY_SECRET}


@pytest.fixture(scope="module")
def logins(build: Build) -> dict[str, str]:
    """The addresses of a manager, a rep below, and somebody who has left."""
    with connect(build.database) as con:
        manager = con.execute(
            """
            select leader.email, leader.full_name, rep.email
            from core.dim_person as rep
            inner join core.dim_person as leader on rep.manager_id = leader.person_id
            where rep.is_rep and rep.is_active and leader.is_active
                and leader.email is not null and rep.email is not null
            order by leader.person_id, rep.person_id limit 1
            """
        ).fetchone()
        gone = con.execute(
            "select email from core.dim_person where not is_active and email is not null limit 1"
        ).fetchone()
    assert manager is not None
    assert gone is not None
    return {"manager": manager[0], "name": manager[1], "rep": manager[2], "gone": gone[0]}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, logins: dict[str, str]) -> Path:
    path = tmp_path_factory.mktemp("access") / "people.csv"
    path.write_text(
        "login,role,person\n"
        f"{logins['manager'].upper()},manager,\n"
        f"{logins['rep']},rep,\n"
        f"{logins['gone']},manager,\n"
        f"unverified-{logins['manager']},admin,\n"
        "nobody@elsewhere.example,rep,\n"
        "twice@acme.example,admin,\ntwice@acme.example,auditor,\n"
    )
    return path


@pytest.fixture(scope="module")
def oidc(published_home: Path, people: Path) -> Iterator[str]:
    """The address of pages that ask a provider of this machine who somebody is."""
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        pytest.skip("no provider: it needs node and 'npm ci' in tests/browser/node (make env-dev)")
    provider, port = free_port(), free_port()
    config = people.parent / "oidc.yml"
    config.write_text(
        f"""
version: 1
sources: {{tabular: {{}}}}
access:
  mode: oidc
  people: people.csv
  roles_claim: groups
  roles: {{audit: auditor}}
  oidc:
    client_id: halftime
    metadata: http://127.0.0.1:{provider}/.well-known/openid-configuration
    redirect: http://127.0.0.1:{port}/oauth2callback
    prompt: login
"""
    )
    with contextlib.ExitStack() as servers:
        servers.enter_context(
            running(
                ["node", str(NODE / "provider.mjs"), str(provider), _redirect(port)],
                f"http://127.0.0.1:{provider}/.well-known/openid-configuration",
                {"CLIENT_SECRET": CLIENT_SECRET},
            )
        )
        yield servers.enter_context(
            serve(
                published_home,
                *("--config", str(config)),
                port=port,
                HALFTIME_OIDC_CLIENT_SECRET=CLIENT_SECRET,
            )
        )


def _redirect(port: int) -> str:
    return f"http://127.0.0.1:{port}/oauth2callback"


@contextlib.contextmanager
def signed_in(browser: Browser, address: str, login: str) -> Iterator[Page]:
    """Sign in as anybody would: by the button, the provider's own page, and back."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    page.locator('input[name="login"]').fill(login)
    page.locator('input[name="password"]').fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()  # the provider's page of consent
    page.wait_for_url(f"{address}/**")
    try:
        yield page
    finally:
        context.close()


def foot(page: Page) -> str:
    page.locator("text=/^Build 2/").wait_for(timeout=30_000)
    return page.locator('[data-testid="stMain"]').inner_text()


def test_nobody_sees_anything_before_signing_in(browser: Browser, oidc: str) -> None:
    page = browser.new_page()
    page.goto(f"{oidc}/coaching?as=Administrator")
    page.get_by_role("button", name="Sign in").wait_for()
    assert "nothing here that you may see" in page.locator("h1").inner_text()
    assert page.locator('[data-testid="stSidebarNavLink"]').count() == 0
    page.close()


def test_a_manager_signs_in_and_sees_the_own_organisation(
    browser: Browser, oidc: str, logins: dict[str, str]
) -> None:
    with signed_in(browser, oidc, logins["manager"]) as page:
        text = foot(page)
        assert f"Scope: {logins['manager']} (manager)" in text
        assert f"{logins['name']} · seen on" in text
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Yes, sign me out").click()  # the provider asks as well
        page.get_by_role("button", name="Sign in").wait_for()


def test_a_role_comes_from_the_providers_claim(browser: Browser, oidc: str) -> None:
    with signed_in(browser, oidc, "auditor@firm.example") as page:
        assert "Scope: auditor@firm.example (auditor)" in foot(page)


def test_who_has_two_roles_chooses(browser: Browser, oidc: str) -> None:
    with signed_in(browser, oidc, "twice@acme.example") as page:
        assert "(admin)" in foot(page)
        page.goto(f"{oidc}/?role=Auditor")
        page.get_by_text("Scope: twice@acme.example (auditor)").wait_for()


@pytest.mark.parametrize(
    ("whose", "why"),
    [
        ("stranger@acme.example", "no role is given to that login"),
        ("unverified-{manager}", "has not verified your e-mail address"),
        ("nobody@elsewhere.example", "means nobody in the data"),
        ("{gone}", "has left the company"),
    ],
)
def test_who_is_turned_away_is_told_why(
    browser: Browser, oidc: str, logins: dict[str, str], whose: str, why: str
) -> None:
    with signed_in(browser, oidc, whose.format(**logins)) as page:
        page.get_by_text(why).wait_for()
        assert page.locator('[data-testid="stSidebarNavLink"]').count() == 0


@pytest.fixture(scope="module")
def proxied(published_home: Path, people: Path) -> Iterator[str]:
    config = people.parent / "header.yml"
    config.write_text(
        "version: 1\nsources: {tabular: {}}\naccess:\n  mode: header\n  people: people.csv\n"
        "  header: {login: X-User, secret: X-Proxy}\n"
    )
    with serve(
        published_home, "--config", str(config), HALFTIME_PROXY_SECRET=PROXY_SECRET
    ) as address:
        yield address


@contextlib.contextmanager
def behind_a_proxy(browser: Browser, address: str, headers: dict[str, str]) -> Iterator[Page]:
    """Open the pages as through a proxy that adds headers to all it passes on."""
    context = browser.new_context(extra_http_headers=headers)
    page = context.new_page()
    page.goto(address)
    try:
        yield page
    finally:
        context.close()


def test_the_proxy_says_who_somebody_is(
    browser: Browser, proxied: str, logins: dict[str, str]
) -> None:
    with behind_a_proxy(browser, proxied, {**HEADERS, "X-User": logins["rep"]}) as page:
        assert f"Scope: {logins['rep']} (rep)" in foot(page)


@pytest.mark.parametrize("secret", ["", "a guess of the secret"])
def test_without_the_proxys_secret_a_header_opens_nothing(
    browser: Browser, proxied: str, secret: str
) -> None:
    headers = {"X-User": "twice@acme.example", **({"X-Proxy": secret} if secret else {})}
    with behind_a_proxy(browser, proxied, headers) as page:
        page.get_by_text("answer only through the proxy").wait_for()


def test_the_persona_of_an_address_is_nothing_outside_the_demonstration(
    browser: Browser, proxied: str, logins: dict[str, str]
) -> None:
    wanted = f"{proxied}/?as=Administrator&role=Administrator"
    with behind_a_proxy(browser, wanted, {**HEADERS, "X-User": logins["rep"]}) as page:
        assert f"Scope: {logins['rep']} (rep)" in foot(page)


def test_a_demonstration_that_the_network_can_reach_shows_nothing(
    browser: Browser, published_home: Path
) -> None:
    with serve_app(published_home, "--server.address", "0.0.0.0") as address:
        page = browser.new_page()
        page.goto(address)
        page.get_by_text("in which nobody signs in").wait_for()
        assert page.locator('[data-testid="stSidebarNavLink"]').count() == 0
        page.close()


def test_the_command_refuses_a_demonstration_for_the_network(
    published_home: Path, tmp_path: Path
) -> None:
    config = tmp_path / "halftime.yml"
    config.write_text("version: 1\nsources: {tabular: {}}\naccess: {address: 0.0.0.0}\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "halftime", "dashboard"),
            *("--home", str(published_home), "--config", str(config)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no sign-in" in done.stderr
