"""A deal's link to its record: a safe address only, and an id that cannot break out of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.record_links import VARIABLE, record_link, templates
from halftime.config import load_record_urls
from halftime.contracts import load_contracts
from halftime.errors import UsageError
from halftime.home import PROJECT_ROOT

CONTRACTS = load_contracts(PROJECT_ROOT)
SAFE = "https://example.my.salesforce.com/{id}"


def read(tmp_path: Path, url: str, system: str = "salesforce") -> dict[str, str]:
    path = tmp_path / "halftime.yml"
    path.write_text(f"version: 1\nsources:\n  {system}:\n    record_url: {json.dumps(url)}\n")
    return load_record_urls(path, CONTRACTS)


@pytest.mark.parametrize(
    "url",
    [
        SAFE,
        "https://app.hubspot.com/contacts/12345/record/0-3/{id}",
        "https://crm.example.com:8443/main.aspx?etn=opportunity&id={id}&pagetype=entityrecord",
    ],
)
def test_an_address_with_a_place_for_the_id_is_read(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, url) == {"salesforce": url}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.com/{id}", "does not begin with https"),
        ("javascript:alert({id})", "does not begin with https"),
        ("//example.com/{id}", "does not begin with https"),
        ("https://{id}.example.com/", "in its host"),
        ("https://example.com/", "needs {id} once"),
        ("https://example.com/{id}/{id}", "needs {id} once"),
        ("https://example.com/{id}/{name}", "needs {id} once"),
        ("https://ann:secret@example.com/{id}", "no name or password"),
        ("https:///{id}", "needs a host"),
        ("https://example.com:port/{id}", "is no address"),
        ("https://example.com/a b/{id}", "holds a sign"),
        ('https://example.com/"{id}', "holds a sign"),
        ("https://exämple.com/{id}", "plain letters"),
        ("https://example.com/\n{id}", "plain letters"),
        ("https://example.com/" + "x" * 500 + "{id}", "too long"),
    ],
)
def test_what_is_no_safe_link_is_refused_with_its_line(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(UsageError, match="line 4: 'record_url' of 'salesforce'") as error:
        read(tmp_path, url)
    assert says in error.value.message


def test_a_source_without_deals_has_no_records_to_link_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'coaching_log' has no deals"):
        read(tmp_path, SAFE, "coaching_log")


def test_without_the_key_there_is_no_link(tmp_path: Path) -> None:
    path = tmp_path / "halftime.yml"
    path.write_text("version: 1\naccess: {mode: demo}\n")
    assert load_record_urls(path, CONTRACTS) == {}
    assert record_link("salesforce:006A", {}) == ("", "")


@pytest.mark.parametrize(
    ("deal", "name", "address"),
    [
        ("salesforce:006A", "Salesforce", "https://example.my.salesforce.com/006A"),
        (
            "salesforce:a/../b?c#d",
            "Salesforce",
            "https://example.my.salesforce.com/a%2F..%2Fb%3Fc%23d",
        ),
        (
            'salesforce:"><script>',
            "Salesforce",
            "https://example.my.salesforce.com/%22%3E%3Cscript%3E",
        ),
        ("salesforce:", "", ""),
        ("hubspot:41", "", ""),
        ("nothing", "", ""),
        (None, "", ""),
    ],
)
def test_the_id_is_a_piece_of_the_address_and_nothing_else(
    deal: object, name: str, address: str
) -> None:
    assert record_link(deal, {"salesforce": SAFE}) == (name, address)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("", {}),
        ("{half", {}),
        ("[1]", {}),
        (json.dumps({"salesforce": SAFE, "x": "http://x/{id}", "y": 1}), {"salesforce": SAFE}),
    ],
)
def test_what_the_server_was_not_told_is_no_link(
    monkeypatch: pytest.MonkeyPatch, told: str, known: dict[str, str]
) -> None:
    monkeypatch.setenv(VARIABLE, told)
    assert templates() == known
