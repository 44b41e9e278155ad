"""Windows of a real browser on really served dashboards."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import duckdb
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from dashboards.access.resolve import Persona

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# On a page below the root Streamlit first looks for its server below that page.
OWN_PROBES = ("/_stcore/health", "/_stcore/host-config")


@dataclass
class Seen:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def note_console(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        if message.type == "error" and not place.endswith(OWN_PROBES):
            self.errors.append(f"{message.text} ({place})")

    def elsewhere(self, origin: str) -> list[str]:
        """Return what was asked for outside this machine."""
        inside = (origin, origin.replace("http", "ws", 1), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serve(home: Path, *options: str, port: int | None = None, **variables: str) -> Iterator[str]:
    """Serve a home with ``halftime dashboard``, as everybody does, and give the address."""
    port = port or free_port()
    command = [sys.executable, "-m", "halftime", "dashboard", "--home", str(home)]
    with running(
        [*command, "--port", str(port), *options],
        f"http://127.0.0.1:{port}/_stcore/health",
        variables,
    ):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def serve_app(home: Path, *options: str) -> Iterator[str]:
    """Run the pages without the command that looks after them, as Streamlit's own users would."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py"]
    with running(
        [*command, "--server.port", str(port), *options],
        f"http://127.0.0.1:{port}/_stcore/health",
        {"HALFTIME_HOME": str(home)},
    ):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def running(command: list[str], health: str, variables: dict[str, str]) -> Iterator[None]:
    """Run a server in a group of its own until the block ends; it answers when the block begins."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(health, timeout=2):
                    break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, f"{command[0]} ended before it answered"
                assert time.monotonic() < deadline, f"{health} did not answer within a minute"
                time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@dataclass
class Visitor:
    """A browser window with its memory of what it saw."""

    page: Page
    seen: Seen
    address: str

    def visit(self, path: str = "/") -> None:
        """Open a page and wait until its foot stands."""
        self.page.goto(self.address + path)
        self.wait()

    def wait(self) -> None:
        """Wait until the script has run to its end and nothing that it drew is still loading.

        Streamlit fetches the code of figures, tables and charts when a page first has one, and
        draws a skeleton in their place until it is there.
        """
        self.page.locator("text=/^Build 2/").wait_for(timeout=30_000)
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=\"stSkeleton\"]') === null"
        )

    def text(self) -> str:
        return self.page.locator('[data-testid="stMain"]').inner_text()

    def title(self) -> str:
        return self.page.locator("h1").inner_text()


def eyes(persona: Persona, path: str = "/", **more: str) -> str:
    """Return the address of a page as a persona of the demonstration sees it."""
    return f"{path}?{urlencode({'as': persona.label, **more})}"


def words_of(visitor: Visitor) -> str:
    """Return what stands on the page, with blanks that may break."""
    return visitor.text().replace("\u00a0", " ")


def title_of(visitor: Visitor) -> str:
    """Return the title, with blanks that may break."""
    return visitor.title().replace("\u00a0", " ")


def one(marts: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> tuple:
    """Return the one row of a query."""
    row = marts.execute(sql, list(parameters)).fetchone()
    assert row is not None, sql
    return row


@contextlib.contextmanager
def visiting(
    browser: Browser,
    address: str,
    scheme: str = "light",
    locale: str = "en-GB",
    headers: dict[str, str] | None = None,
) -> Iterator[Visitor]:
    """Open a window; at its end nothing may have gone wrong or outside.

    Numbers and dates are written as ``locale`` does: that of the tests is the pages' own English.
    ``headers`` are what a proxy would add to each request.
    """
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000},
        color_scheme="dark" if scheme == "dark" else "light",
        accept_downloads=True,
        extra_http_headers=headers or {},
        locale=locale,
    )
    seen = Seen()
    page = context.new_page()
    page.on("request", seen.note_request)
    page.on("console", seen.note_console)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    try:
        yield Visitor(page, seen, address)
        assert page.locator('[data-testid="stException"]').count() == 0
        assert seen.errors == []
        assert seen.elsewhere(address) == []
    finally:
        context.close()


def photograph(visitor: Visitor, path: Path) -> None:
    """Take a picture of the whole page, as tall as it is."""
    page = visitor.page
    page.wait_for_timeout(700)  # charts fade in after the script has ended
    height = page.evaluate(
        "() => document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight"
    )
    page.set_viewport_size({"width": 1440, "height": max(900, int(height) + 20)})
    page.wait_for_timeout(500)
    page.screenshot(path=str(path))
    assert path.stat().st_size > 20_000
