"""Where the demonstration is shown: to who sits at the machine, under its own names."""

from __future__ import annotations

import pytest

from dashboards.components.entrance import elsewhere


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "localhost", "[::1]:8501"])
def test_who_sits_at_the_machine_is_shown_the_demonstration(host: str) -> None:
    assert elsewhere({"Host": host}) == ""


@pytest.mark.parametrize("host", ["pages.example:8501", "192.168.1.4", "localhost.evil.example"])
def test_another_name_is_another_machines(host: str) -> None:
    assert "opened as" in elsewhere({"Host": host})


@pytest.mark.parametrize("header", ["X-Forwarded-For", "x-forwarded-host", "Forwarded"])
def test_what_a_proxy_passes_on_is_not_shown(header: str) -> None:
    assert f"proxy ({header.lower()})" in elsewhere({"Host": "127.0.0.1:8501", header: "x"})
