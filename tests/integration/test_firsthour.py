"""The first hour with one's own data: a folder becomes a draft, a trial, and a build."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from messy_folder import write_messy_folder

from halftime.config import load_config
from halftime.console import Reporter
from halftime.contracts import load_contracts
from halftime.firsthour import check as trial
from halftime.firsthour.say import say_check

Cli = Callable[..., subprocess.CompletedProcess[str]]


def init(cli: Cli, folder: Path, *more: str) -> dict[str, Any]:
    return json.loads(cli("init", str(folder), "--json", *more).stdout)


def draft(folder: Path) -> dict[str, Any]:
    return yaml.safe_load((folder / "halftime.yml").read_text(encoding="utf-8"))


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    write_messy_folder(tmp_path / "exports")
    return tmp_path / "exports"


def test_a_messy_folder_is_drafted_whole(cli: Cli, messy: Path, project_root: Path) -> None:
    found = init(cli, messy)

    assert {(item["file"], f"{item['system']}.{item['object']}") for item in found["files"]} == {
        ("Coaching Sessions North.xlsx", "coaching_log.session"),
        ("Opportunity Report 2026-11-13.csv", "salesforce.opportunity"),
        ("Opportunity Report 2026-11-20.csv", "salesforce.opportunity"),
        ("Quotas FY26.csv", "tabular.quota"),
        ("Tasks.csv", "salesforce.task"),
        ("Team roster.xlsx", "people.roster"),
        ("Users.csv", "salesforce.user"),
    }
    made = draft(messy)
    report = made["sources"]["salesforce"]["objects"]["opportunity"]
    assert report["files"] == ["Opportunity Report *.csv"]
    assert (report["date_formats"], report["decimal"]) == (["DD/MM/YYYY"], ",")
    assert report["delivery"] == "snapshot"
    stages = made["stages"]["salesforce"]
    assert [stages[name]["category"] for name in ("Angebot", "Gewonnen", "Verloren")] == [
        "open",
        "won",
        "lost",
    ]
    assert stages["Erstkontakt"]["order"] < stages["Verhandlung"]["order"]
    assert made["reporting"]["currency"] == "EUR"
    load_config(messy / "halftime.yml", load_contracts(project_root))


def test_no_guess_is_silent(cli: Cli, messy: Path) -> None:
    """What is not certain is listed, most important first, and stands beside the guess."""
    found = init(cli, messy)
    text = (messy / "halftime.yml").read_text(encoding="utf-8")

    listed = [item["doubt"] for item in found["doubts"]]
    assert sorted(re.findall(r"# DOUBT: (.*)", text)) == sorted(listed)
    assert "'lunch' (11) are rejected until they are mapped" in listed[0]
    assert any("Offsite.pdf" in line for line in listed)
    assert any("begins the fiscal year" in line for line in listed)
    assert "private words" not in text
    assert not any("private words" in line for line in listed)


def test_a_draft_is_not_written_over(cli: Cli, messy: Path) -> None:
    (messy / "halftime.yml").write_text("mine", encoding="utf-8")

    refused = cli("init", str(messy), check=False)

    assert refused.returncode == 2
    assert "exists already" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (messy / "halftime.yml").read_text(encoding="utf-8") == "mine"
    assert cli("init", str(messy), "--force").returncode == 0


@pytest.mark.parametrize("what", ["missing", "empty", "nothing known"])
def test_a_folder_without_data_is_a_mistake_of_the_user(
    cli: Cli, tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "exports"
    if what != "missing":
        folder.mkdir()
    if what == "nothing known":
        (folder / "a.csv").write_text("colour;taste\nred;sweet\n", encoding="utf-8")

    refused = cli("init", str(folder), check=False)

    assert refused.returncode == 2
    assert "Error: " in refused.stderr
    assert not (folder / "halftime.yml").exists()


def test_a_log_as_people_keep_it_is_no_list_of_sessions(cli: Cli, tmp_path: Path) -> None:
    """Where one object lacks its id and another has all that it needs, the other is drafted."""
    book = openpyxl.Workbook()
    for row in (
        ["Coaching log"],
        [],
        [
            *("Date", "Coach", "Rep", "Topic", "Opportunity", "Notes", "Next steps", "Due"),
            "Done?",
        ],
        ["2026-01-05", "Bo Roe", "Ann Lee", "Discovery", "", "x", "call", "2026-01-09", "yes"],
        ["2026-01-12", "Bo Roe", "Cem Ay", "Pipeline", "", "x", "", "", ""],
    ):
        book.active.append(row)
    book.save(tmp_path / "Coaching Log.xlsx")

    found = init(cli, tmp_path)

    assert [(item["object"], item["header_row"]) for item in found["files"]] == [("log", 3)]
    assert draft(tmp_path)["sources"]["coaching_log"]["objects"].keys() == {"log"}


def test_what_the_values_do_not_tell_is_a_doubt(cli: Cli, tmp_path: Path) -> None:
    """Day or month first, comma or point, an id that is not there, a header of one's own."""
    with (tmp_path / "Deals.csv").open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["Deal Name", "Company", "Deal Owner", "Phase of deal", "Deal Amount", "Closed"]
        )
        for number in range(1, 13):
            day = f"{number:02d}/{13 - number:02d}/2026"
            out.writerow([f"D{number}", "Acme", "Ann Lee", "Proposal", f"{number},500", day])

    found = init(cli, tmp_path)

    made = draft(tmp_path)["sources"]["tabular"]["objects"]["opportunity"]
    assert made["key"] == ["opportunity_name"]
    assert made["columns"]["stage"] == "Phase of deal"
    assert made["date_formats"] in (["DD/MM/YYYY"], ["MM/DD/YYYY"])
    first = found["doubts"][0]["doubt"]
    assert "may be DD/MM/YYYY or MM/DD/YYYY" in first or "may be MM/DD/YYYY or DD" in first
    assert any("part thousands or decimals" in item["doubt"] for item in found["doubts"])


def test_columns_of_different_formats_get_their_own(
    cli: Cli, tmp_path: Path, project_root: Path
) -> None:
    (tmp_path / "Deals.csv").write_text(
        "Deal ID,Deal Owner,Stage,Amount,Created,Closed\n"
        "1,Ann Lee,Won,10,31/01/2026,02/28/2026\n2,Ann Lee,Lost,10,01/02/2026,03/31/2026\n",
        encoding="utf-8",
    )

    init(cli, tmp_path)

    made = draft(tmp_path)["sources"]["tabular"]["objects"]["opportunity"]
    assert made["formats"] == {
        "created_date": {"date_formats": ["DD/MM/YYYY"]},
        "close_date": {"date_formats": ["MM/DD/YYYY"]},
    }
    load_config(tmp_path / "halftime.yml", load_contracts(project_root))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "salesforce_devorg",
            {
                "Account.csv": "salesforce.account",
                "Opportunity.csv": "salesforce.opportunity",
                "OpportunityHistory.csv": "salesforce.opportunity_history",
            },
        ),
        (
            "maven_crm",
            {
                "accounts.csv": "tabular.account",
                "sales_pipeline.csv": "tabular.opportunity",
                "sales_teams.csv": "tabular.person",
                "products.csv": "tabular.product",
            },
        ),
        (
            "fivetran_salesforce",
            {
                "seeds/sf_account_data.csv": "salesforce.account",
                "seeds/sf_opportunity_data.csv": "salesforce.opportunity",
                "seeds/sf_opportunity_history_data.csv": "salesforce.opportunity",
                "seeds/sf_task_data.csv": "salesforce.task",
                "seeds/sf_user_data.csv": "salesforce.user",
            },
        ),
        (
            "fivetran_hubspot",
            {
                "seeds/company_data.csv": "hubspot.company",
                "seeds/contact_data.csv": "hubspot.contact",
                "seeds/deal_data.csv": "hubspot.deal",
                "seeds/deal_company_data.csv": "hubspot.deal_company",
                "seeds/deal_pipeline_data.csv": "hubspot.deal_pipeline",
                "seeds/deal_pipeline_stage_data.csv": "hubspot.deal_pipeline_stage",
                "seeds/deal_property_history_data.csv": "hubspot.deal_property_history",
                "seeds/deal_stage_data.csv": "hubspot.deal_stage",
                "seeds/engagement_data.csv": "hubspot.engagement",
                "seeds/engagement_call_data.csv": "hubspot.engagement_call",
                "seeds/engagement_deal_data.csv": "hubspot.engagement_deal",
                "seeds/engagement_email_data.csv": "hubspot.engagement_email",
                "seeds/engagement_meeting_data.csv": "hubspot.engagement_meeting",
                "seeds/engagement_task_data.csv": "hubspot.engagement_task",
                "seeds/merged_deal_data.csv": "hubspot.merged_deal",
                "seeds/owner_data.csv": "hubspot.owner",
                "seeds/owner_team_data.csv": "hubspot.owner_team",
                "seeds/team_data.csv": "hubspot.team",
                "seeds/team_user_data.csv": "hubspot.team_user",
                "seeds/users_data.csv": "hubspot.user",
            },
        ),
    ],
)
def test_real_exports_are_recognised(
    cli: Cli,
    shared_data: Path,
    tmp_path: Path,
    project_root: Path,
    name: str,
    expected: dict[str, str],
) -> None:
    shutil.copytree(shared_data / name, tmp_path / name)

    found = init(cli, tmp_path / name)

    files = {item["file"]: f"{item['system']}.{item['object']}" for item in found["files"]}
    assert {file: files.get(file) for file in expected} == expected
    load_config(tmp_path / name / "halftime.yml", load_contracts(project_root))


@pytest.fixture
def shown_by_content(sample_folder: Path, tmp_path: Path) -> Path:
    """Calendars and pages of the sample under names that say nothing, one of them packed."""
    folder = tmp_path / "exports"
    folder.mkdir()
    files = sorted([*sample_folder.glob("calendar/*.ics"), *sample_folder.glob("gong/*.json")])
    for number, path in enumerate(files):
        shutil.copy(path, folder / f"{chr(97 + number)}_{len(path.stem)}{path.suffix}")
    packed = max(folder.glob("*.json"))
    (folder / f"{packed.name}.gz").write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    return folder


@pytest.mark.slow
def test_calendars_and_pages_are_known_by_what_is_in_them(
    cli: Cli, shown_by_content: Path, sample_folder: Path, project_root: Path
) -> None:
    """They are drafted, and a trial accepts as many of their rows as the sample's own mapping."""
    contracts = load_contracts(project_root)
    found = init(cli, shown_by_content)

    drafted = Counter(f"{item['system']}.{item['object']}" for item in found["files"])
    assert drafted == {
        "calendar.event": len(list(sample_folder.glob("calendar/*.ics"))),
        "gong.call": len(list(sample_folder.glob("gong/calls_*.json"))),
        "gong.answered_scorecard": 1,
        "gong.scorecard": 1,
        "gong.user": 1,
    }
    assert found["left_out"] == []
    mine, theirs = tmp_configs(shown_by_content, sample_folder)
    rows = []
    for path in (mine, theirs):
        report = trial.check(load_config(path, contracts), contracts, Reporter(json_output=True))
        assert report.critical == []
        total: Counter[tuple[str, str, str]] = Counter()
        files = [item for item in report.files if item.status != "unknown"]
        assert {item.status for item in files} == {"landed"}
        for item in files:
            total[item.system, item.object, "rows"] += item.source_rows
            total[item.system, item.object, "accepted"] += item.accepted
        rows.append(total)
    assert rows[0] == rows[1]
    assert {name for system, name, _ in rows[0] if system == "calendar"} == {"entry", "event"}
    assert {"call_party", "call_speaker", "answered_question"} <= {name for _, name, _ in rows[0]}


def tmp_configs(folder: Path, sample: Path) -> tuple[Path, Path]:
    """Return the drafted configuration, and one by hand of the same files of the sample."""
    until = {"expand_until": "2026-09-30"}
    made = draft(folder)
    made["sources"]["calendar"] |= until
    mine, theirs = folder / "mine.yml", folder / "theirs.yml"
    mine.write_text(yaml.safe_dump(made), encoding="utf-8")
    sources = {"calendar": {"files": ["calendar/*.ics"], **until}, "gong": {"files": ["gong/*"]}}
    theirs.write_text(
        yaml.safe_dump({"version": 1, "landing": str(sample), "sources": sources}),
        encoding="utf-8",
    )
    return mine, theirs


def test_what_a_calendar_leaves_open_is_a_doubt(cli: Cli, tmp_path: Path) -> None:
    """Whose it is, how far its series go, and which meetings are coaching."""
    (tmp_path / "kim.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTAMP:20260105T090000Z\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T093000Z\r\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20260301T000000Z\r\nSUMMARY:1:1\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20260201T090000Z\r\nDTSTART:20260202T100000Z\r\n"
        "DTEND:20260202T103000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    (tmp_path / "cut.ics").write_text("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", encoding="utf-8")

    found = init(cli, tmp_path)

    doubts = "\n".join(item["doubt"] for item in found["doubts"])
    text = (tmp_path / "halftime.yml").read_text(encoding="utf-8")
    assert "kim.ics: the calendar does not say whose it is" in doubts
    assert "under expand_until" in doubts
    assert "under coaching_patterns" in doubts
    assert sorted(re.findall(r"# DOUBT: (.*)", text)) == sorted(
        item["doubt"] for item in found["doubts"]
    )
    assert [item["file"] for item in found["left_out"]] == ["cut.ics"]


def test_a_json_file_that_only_looks_like_a_page_is_told_by_its_header(
    cli: Cli, tmp_path: Path
) -> None:
    """A list of deals with an array 'calls' in each is no page of calls."""
    deals = [
        {
            "Deal ID": str(n),
            "Deal Owner": "Ann Lee",
            "Stage": "Won",
            "Created": "2026-01-05",
            "Closed": "2026-02-05",
            "calls": [{"what": "x"}],
        }
        for n in range(1, 6)
    ]
    (tmp_path / "Deals.json").write_text(json.dumps(deals), encoding="utf-8")

    found = init(cli, tmp_path)

    assert [(item["system"], item["object"]) for item in found["files"]] == [("hubspot", "deal")]
    assert [item["rows_looked_at"] for item in found["files"]] == [5]


@pytest.mark.slow
def test_from_a_messy_folder_to_a_published_build(
    cli: Cli,
    messy: Path,
    tmp_path: Path,
    project_root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Draft, mend the one doubt that loses rows, run: every row is accounted for."""
    init(cli, messy)
    config = messy / "halftime.yml"
    text = config.read_text(encoding="utf-8")
    mended = re.sub(r'# "lunch": .*', '"lunch": account', text)
    assert mended != text
    config.write_text(mended, encoding="utf-8")

    before = sorted(path for path in messy.rglob("*"))
    report = trial.check(
        load_config(config, load_contracts(project_root)),
        load_contracts(project_root),
        Reporter(json_output=True),
    )

    assert sorted(path for path in messy.rglob("*")) == before
    assert report.critical == []
    assert {item.reason for item in report.rejections} == {"not_data"}
    assert ("Bo Olson", "Bo Olsen", 88) in {
        (item.alias, item.likeliest, item.score) for item in report.unmatched
    }
    capsys.readouterr()
    say_check(report, Reporter())
    assert "Bo Olson, unmatched; likeliest Bo Olsen (88 of 100 alike)" in capsys.readouterr().out
    assert report.possible is not None
    assert report.possible.total == 63
    assert {"PI-11", "QU-01", "CO-04"} <= set(report.possible.possible)
    assert report.possible.additions

    home = tmp_path / "home"
    done = json.loads(cli("run", "--config", str(config), "--home", str(home), "--json").stdout)
    assert done["rows"]["residual"] == 0
    assert done["built"]["opportunities"] == 40
    assert done["built"]["sessions"] == 44


@pytest.fixture(scope="module")
def wrong(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A trial of a configuration with every kind of mistake that costs rows."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "Deals.csv").write_text(
        "Deal ID,Deal Owner,Stage,Amount,Created,Closed,Product\n"
        + "".join(
            f'{n},Ann Lee,Won,"1.{n:03d},50",{n:02d}.01.2026,28.{n % 9 + 1:02d}.2026,\n'
            for n in range(1, 29)
        )
        + "29,Ann Lee,Won,10,01/05/2026,02/05/2026,GTXPro\n",
        encoding="utf-8",
    )
    (folder / "Products.csv").write_text("Product Name\nGTX Pro\n", encoding="utf-8")
    (folder / "People.csv").write_text("Nome,Manager\nAnn Lee,Bo\n", encoding="utf-8")
    (folder / "Sessions.csv").write_text(
        "Session ID,Date,Coach,Rep,Topic,Notes\n1,2026-01-05,Bo,Ann Leh,knitting,secret words\n",
        encoding="utf-8",
    )
    (folder / "halftime.yml").write_text(
        "version: 1\nsources:\n"
        "  tabular:\n    date_formats: ['MM/DD/YYYY']\n    objects:\n"
        "      opportunity: {files: [Deals.csv]}\n"
        "      person: {files: [People.csv]}\n"
        "      product: {files: [Products.csv]}\n"
        "      quota: {files: ['Quota*.csv']}\n"
        "  coaching_log: {objects: {session: {files: [Sessions.csv]}}}\n",
        encoding="utf-8",
    )
    return cli("check", "--config", str(folder / "halftime.yml"), check=False)


@pytest.mark.parametrize(
    "line",
    [
        "unparsable amount: row 2, 3, 4, 5, 6 …",
        'sources.tabular.objects.opportunity.decimal: "," would read them',
        # A wrong format is named with the column and the format that would read the values.
        'created_date: sources.tabular.objects.opportunity.date_formats: ["DD.MM.YYYY"] would',
        # A missing column is named with the header that is nearest to it.
        "The required column 'full_name' (full_name) is missing; nearest header: Nome",
        "No file fits 'Quota*.csv' (sources.tabular.objects.quota.files).",
        "not_accepted area: row 2",
        "found 'knitting'; map them under sources.coaching_log.objects.session.values.area",
        # What no list knows but for another spelling, with the map that mends it.
        "1 rows  tabular.opportunity, product: 'GTXPro' for the product 'GTX Pro', the same",
        'sources.tabular.objects.opportunity.values.product: {"GTXPro": "GTX Pro"}',
        # Deals whose states nothing tells apart in time.
        "1 rows  Deals.csv\n  each new file under the same name replaces the states before it",
        'people: {objects: {alias: {files: ["aliases.csv"]}}}',
        "of 63 indicators possible; add ",
        "Would stop a run:",
    ],
)
def test_a_trial_says_what_is_wrong_and_how_to_mend_it(
    wrong: subprocess.CompletedProcess[str], line: str
) -> None:
    assert line in wrong.stdout


def test_a_trial_that_would_lose_rows_ends_with_one(
    wrong: subprocess.CompletedProcess[str],
) -> None:
    assert wrong.returncode == 1
    assert "secret words" not in wrong.stdout + wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_trial_of_a_wrong_configuration_ends_with_two(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "halftime.yml").write_text("version: 1\nsauces: {}\n", encoding="utf-8")

    refused = cli("check", "--config", str(tmp_path / "halftime.yml"), check=False)

    assert refused.returncode == 2
    assert "line 2" in refused.stderr
    assert "sources" in refused.stderr


# ---------------------------------------------------------------- templates


@pytest.fixture(scope="module")
def templates(
    cli: Cli, project_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, trial.CheckReport]:
    """Every template of every system, filled with its example, tried as real input."""
    folder = tmp_path_factory.mktemp("templates")
    contracts = load_contracts(project_root)
    sources: dict[str, Any] = {}
    for system, name in contracts:
        if system not in sources:
            cli("template", system, "--out", str(folder / system))
        sources.setdefault(system, {"objects": {}})["objects"][name] = {
            "files": [f"{system}/{name}.csv", f"{system}/{name}.xlsx"]
        }
    config = folder / "halftime.yml"
    config.write_text(yaml.safe_dump({"version": 1, "sources": sources}), encoding="utf-8")
    settings = load_config(config, contracts)
    return folder, trial.check(settings, contracts, Reporter(json_output=True))


def test_every_template_lands_without_a_rejected_row(
    templates: tuple[Path, trial.CheckReport], project_root: Path
) -> None:
    _, report = templates
    wrong = [
        (item.file, item.status, item.reason, item.accepted, item.superseded, item.rejected)
        for item in report.files
        if item.status != "landed" or (item.rejected or item.accepted + item.superseded != 1)
    ]
    hints = [(item.file, item.reason, item.column) for item in report.rejections]
    assert (wrong, hints) == ([], [])
    assert len(report.files) == 2 * len(load_contracts(project_root))


def test_every_column_of_a_template_is_explained(
    templates: tuple[Path, trial.CheckReport], project_root: Path
) -> None:
    folder, _ = templates
    for (system, name), contract in load_contracts(project_root).items():
        book = openpyxl.load_workbook(folder / system / f"{name}.xlsx")
        sheet, about = book.worksheets
        header = [cell.value for cell in sheet[1]]
        assert header == [column.header for column in contract.columns]
        assert about.title == "About"
        assert [row[0].value for row in about.iter_rows(min_row=5)] == header
        for column, cell in zip(contract.columns, sheet[1], strict=True):
            assert cell.comment is not None
            headings = [line.split(":")[0] for line in cell.comment.text.splitlines()]
            assert ("Private" in headings) == column.private


def test_a_template_is_not_written_over(cli: Cli, tmp_path: Path) -> None:
    cli("template", "people", "--out", str(tmp_path))

    refused = cli("template", "people", "--out", str(tmp_path), check=False)

    assert refused.returncode == 2
    assert "exists already" in refused.stderr


def test_a_system_that_is_misspelt_is_suggested(cli: Cli, tmp_path: Path) -> None:
    refused = cli("template", "salesfroce", "--out", str(tmp_path), check=False)

    assert refused.returncode == 2
    assert "Did you mean 'salesforce'?" in refused.stderr
