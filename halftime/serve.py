"""Serve the published build with Streamlit, at the address and with the sign-in of the settings."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from halftime.access import PROMPTS, Access, refuse_open_demo
from halftime.errors import MachineError, UsageError
from halftime.home import PROJECT_ROOT, Home, machine_errors
from halftime.privacy.pseudonyms import key_file
from halftime.privacy.redact import home_key

# Each secret: the variable that holds it, and the key of the section that names a file with it.
OIDC_SECRET = ("HALFTIME_OIDC_CLIENT_SECRET", "client_secret_file")
COOKIE_SECRET = ("HALFTIME_COOKIE_SECRET", "cookie_secret_file")
PROXY_SECRET = ("HALFTIME_PROXY_SECRET", "secret_file")
SHORTEST_SECRET = 16


def serve(
    home: Home, access: Access, port: int, record_urls: Mapping[str, str] | None = None
) -> int:
    """Run the dashboard until it ends and return its exit code.

    ``record_urls`` says by system where a record can be looked at.

    Raises :class:`UsageError` where nothing is published yet, where anybody in the network could
    look at everything, or where a secret is missing; :class:`MachineError` where the port is taken.
    """
    if home.current() is None:
        raise UsageError(
            f"Nothing is published in {home.root} yet.",
            hint="Run 'make demo' or 'halftime run' first.",
        )
    refuse_open_demo(access.mode, access.address)
    _try_port(access.address, port)
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "dashboards" / "app.py")),
        *("--server.address", access.address, "--server.port", str(port)),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
    ]
    with contextlib.suppress(OSError):  # who may only read the home shows auditors nobody
        home_key(home, key_file(home).name)  # for the pseudonyms that auditors see
    with _sign_in(access) as (options, environment):
        try:
            return subprocess.call(
                [*command, *options],
                cwd=PROJECT_ROOT,
                env={
                    **os.environ,
                    "HALFTIME_HOME": str(home.root),
                    "HALFTIME_ACCESS": access.to_json(),
                    "HALFTIME_RECORD_URLS": json.dumps(dict(record_urls or {})),
                    **environment,
                },
            )
        except KeyboardInterrupt:
            return 0


def _try_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise MachineError(
                f"Port {port} of {address} cannot be had ({error.strerror}).",
                hint="Choose another --port, or another 'access: address:'.",
            ) from error


@contextlib.contextmanager
def _sign_in(access: Access) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Give the options and variables that the mode needs; secrets stay out of both lists.

    Streamlit reads those of OpenID Connect from a file. It lives in a folder of its owner's alone,
    and as long as the server.
    """
    if access.mode == "header":
        yield [], {PROXY_SECRET[0]: secret(PROXY_SECRET, access.header)}
        return
    if access.mode != "oidc":
        yield [], {}
        return
    with tempfile.TemporaryDirectory(prefix="halftime-") as folder:
        path = Path(folder) / "secrets.toml"
        with machine_errors("write the settings of the sign-in"):
            path.touch(mode=0o600)
            path.write_text(_secrets_file(access), encoding="utf-8")
        yield ["--secrets.files", str(path)], {}


def _secrets_file(access: Access) -> str:
    client = secret(OIDC_SECRET, access.oidc)
    # Without a secret of their own, cookies end with the server: everybody signs in again.
    has_cookie = os.environ.get(COOKIE_SECRET[0]) or access.oidc.get(COOKIE_SECRET[1])
    cookie = secret(COOKIE_SECRET, access.oidc) if has_cookie else secrets.token_urlsafe(48)
    values = {
        "redirect_uri": access.oidc["redirect"],
        "cookie_secret": cookie,
        "client_id": access.oidc["client_id"],
        "client_secret": client,
        "server_metadata_url": access.oidc["metadata"],
    }
    lines = [f"{key} = {_toml(text)}" for key, text in values.items()]
    prompt = access.oidc.get("prompt", PROMPTS[0])
    return "\n".join(["[auth]", *lines, "[auth.client_kwargs]", f"prompt = {_toml(prompt)}", ""])


def _toml(text: str) -> str:
    """Return a text as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def secret(source: tuple[str, str], section: Mapping[str, str]) -> str:
    """Return a secret from its variable, else from the file that the section names.

    Raises :class:`UsageError` where there is none, or a short one.
    """
    variable, key = source
    found = os.environ.get(variable, "").strip()
    named = section.get(key, "")
    if not found and named:
        try:
            found = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The secret in {named} cannot be read ({error}).",
                hint=f"Give this account the right to read it, or set {variable}.",
            ) from error
    if len(found) < SHORTEST_SECRET:
        raise UsageError(
            f"The secret {variable} is {'too short' if found else 'missing'}.",
            hint=f"Set {variable} to {SHORTEST_SECRET} characters or more, or name a file that "
            f"holds it under '{key}'. It never stands in halftime.yml.",
        )
    return found
