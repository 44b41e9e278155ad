"""A deal on the page leads to its record in the CRM, where the configuration says how."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from windows import Visitor, photograph, serve, visiting

pytestmark = pytest.mark.browser


def test_a_deal_leads_to_its_record(
    browser: Browser, published_home: Path, tmp_path: Path, pictures: Path
) -> None:
    config = tmp_path / "halftime.yml"
    config.write_text(
        "version: 1\n"
        "sources:\n"
        "  salesforce: {record_url: 'https://example.my.salesforce.com/{id}'}\n"
        "  hubspot: {record_url: 'https://app.example.com/record/0-3/{id}'}\n"
    )
    with (
        serve(published_home, "--config", str(config)) as served,
        visiting(browser, served) as visitor,
    ):
        visitor.visit("/deals")
        link = visitor.page.get_by_role("link", name="Open in Salesforce").first
        address = str(link.get_attribute("href"))
        assert address.startswith("https://example.my.salesforce.com/006")
        assert link.get_attribute("rel") == "noreferrer"  # which implies noopener
        photograph(visitor, pictures / "record_links.png")
        code = address.rpartition("/")[2]
        visitor.visit(f"/detail?deal=salesforce:{code}")
        link = visitor.page.get_by_role("link", name="Open in Salesforce")
        assert link.get_attribute("href") == address


def test_without_a_word_in_the_configuration_there_is_no_link(visitor: Visitor) -> None:
    visitor.visit("/deals")
    assert visitor.page.get_by_role("link", name="Open").count() > 0
    assert visitor.page.locator('a[href^="https://"]').count() == 0
