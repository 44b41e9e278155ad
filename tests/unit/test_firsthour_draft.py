"""What a draft doubts about names, days and headers of a person's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.firsthour.draft import Draft, draft
from halftime.firsthour.render import yaml_text

DEALS = "Deal ID,Deal Owner,Stage,Amount,Created,Closed,Product{more}\n1,Ann Lee,Won,10,2026-01-05,"
DEALS += "2026-02-05,GTXPro{value}\n2,Ann Lee,Open,10,2026-01-05,2026-02-05,GTX Pro{value}\n"


@pytest.fixture(scope="module")
def contracts(project_root: Path) -> dict:
    return load_contracts(project_root)


@pytest.fixture
def drafted(tmp_path: Path, contracts: dict, project_root: Path):
    def make(files: dict[str, str]) -> Draft:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return draft(tmp_path, tmp_path / "halftime.yml", contracts, project_root / "seeds")

    return make


def deals(more: str = "", value: str = "") -> str:
    return DEALS.format(more=more, value=value)


def texts(made: Draft, where: str) -> list[str]:
    return [item.text for item in made.doubts if item.where.endswith(where)]


def undated(made: Draft) -> list[str]:
    return [text for text in texts(made, "opportunity.files") if "no day in the name" in text]


def test_the_map_of_a_doubted_name_is_ready_to_be_uncommented(
    drafted, tmp_path: Path, contracts: dict
) -> None:
    made = drafted({"Deals.csv": deals(), "Products.csv": "Product Name,Product Family\nGTX Pro,G"})
    text = yaml_text(made)

    (doubt,) = texts(made, "opportunity.values.product")
    assert "'GTXPro' (1 rows) for 'GTX Pro', the same letters" in doubt
    lead = " " * 8
    for line in ("values:", "  product:", '    "GTXPro": "GTX Pro"'):
        assert f"\n{lead}# {line}" in text
        text = text.replace(f"{lead}# {line}", f"{lead}{line}")
    objects = yaml.safe_load(text)["sources"]["tabular"]["objects"]
    assert objects["opportunity"]["values"] == {"product": {"GTXPro": "GTX Pro"}}
    (tmp_path / "halftime.yml").write_text(text, encoding="utf-8")
    load_config(tmp_path / "halftime.yml", contracts)


def test_deals_that_nothing_dates_are_a_doubt(drafted) -> None:
    (doubt,) = undated(drafted({"Deals.csv": deals(",Touched on", ",2026-01-07")}))

    assert "replaces the states before it" in doubt
    assert "put the day of the export into the file's name" in doubt
    assert "or is it 'Touched on'? Then columns: modified_at" in doubt


@pytest.mark.parametrize(
    "files",
    [
        {"Deals 2026-01-10.csv": deals()},
        {"Deals.csv": deals(",Last Modified", ",2026-01-07")},
        # The history of the deals says since when each state holds.
        {
            "Deals.csv": deals(),
            "Stage changes.csv": "Deal ID,Changed At,Stage\n1,2026-01-05,Open\n1,2026-02-05,Won\n",
        },
    ],
)
def test_deals_that_a_name_a_stamp_or_a_history_dates_are_none(drafted, files: dict) -> None:
    assert undated(drafted(files)) == []


def test_a_stamp_that_is_blank_dates_nothing(drafted) -> None:
    assert len(undated(drafted({"Deals.csv": deals(",Last Modified", ",")}))) == 1


def test_a_log_in_a_persons_own_words_is_drafted_to_be_confirmed(drafted) -> None:
    """It was left out: one header that no contract knows stood for all that it needs."""
    made = drafted(
        {
            "Coaching 1-1s.csv": "Date,Manager,Seller,Min,What about,Account,Deal,Happened?\n"
            "2026-01-05,Bo Roe,Ann Lee,30,Discovery,Acme,1,yes\n"
            "2026-01-12,Bo Roe,Cem Ay,30,Pipeline,,,no\n"
        }
    )

    (one,) = made.objects["coaching_log"]
    assert (one.contract.object, one.columns["rep"][0]) == ("log", "Seller")
    doubts = texts(made, "log.columns")
    assert any("every one counts as held" in text and "'Happened?'" in text for text in doubts)
    assert any("nothing reads 'What about', 'Happened?'" in text for text in doubts)
    assert any("with confidence 0." in text for text in texts(made, "log.files"))


@pytest.mark.parametrize(("more", "count"), [("", 0), (",Next steps", 1), (",Next steps,Done?", 0)])
def test_actions_that_nothing_says_were_done_are_a_doubt(drafted, more: str, count: int) -> None:
    blank = "," * more.count(",")
    made = drafted({"Coaching Log.csv": f"Date,Coach,Rep{more}\n2026-01-05,Bo,Ann Lee{blank}\n"})

    assert sum("every action stays open" in text for text in texts(made, "log.columns")) == count
