"""The configuration: defaults, typed values, and the line of each mistake."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from halftime.config import ALL_LOADS, load_config
from halftime.contracts import Column, Contract
from halftime.errors import UsageError

TABULAR = Path(__file__).resolve().parents[2] / "models" / "staging" / "tabular"
CONTRACTS = {
    ("tabular", "opportunity"): Contract(
        system="tabular",
        object="opportunity",
        table="tabular__opportunity",
        description="",
        names=("opportunity",),
        key=("opportunity_id",),
        columns=(
            Column("opportunity_id", "opportunity_id", kind="id"),
            Column("stage", "stage"),
            Column("amount", "amount", kind="decimal"),
            Column("close_date", "close_date", kind="date"),
        ),
        path=TABULAR / "_tabular__sources.yml",
    )
}


BARE = "version: 1\nsources: {tabular: {}}\n"


def load(tmp_path: Path, text: str):
    path = tmp_path / "halftime.yml"
    path.write_text(text)
    return load_config(path, CONTRACTS)


def test_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "version: 1\nsources: {tabular: {}}\n")
    assert config.landing == tmp_path.resolve()
    assert (config.timezone, config.currency, config.fiscal_year_start_month) == ("UTC", "USD", 1)
    assert config.dbt_vars(as_of=None, loaded_until=None)["loaded_until"] == ALL_LOADS


def test_command_line_overrides_the_file(tmp_path: Path) -> None:
    config = load(tmp_path, "version: 1\nreporting: {as_of: 2025-03-31}\nsources: {tabular: {}}\n")
    assert config.dbt_vars(as_of=None, loaded_until=3)["as_of"] == "2025-03-31"
    assert config.dbt_vars(as_of=dt.date(2025, 4, 1), loaded_until=None)["as_of"] == "2025-04-01"


def test_value_maps_and_stages_reach_dbt(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
version: 1
sources:
  tabular:
    date_formats: [DD.MM.YYYY]
    objects:
      opportunity:
        values: {stage: {Gewonnen: won}}
stages:
  tabular:
    Gewonnen: {category: won, order: 9}
""",
    )
    settings = config.source_settings["tabular"]
    assert settings["date_formats"] == ["DD.MM.YYYY"]
    assert settings["objects"]["opportunity"]["values"] == {"stage": {"Gewonnen": "won"}}
    assert config.stage_overrides == [
        {
            "source_system": "tabular",
            "stage_name": "Gewonnen",
            "stage_category": "won",
            "stage_order": 9,
            "is_qualified": True,
        }
    ]


def test_formats_of_one_column_and_the_computed_key(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
version: 1
sources:
  tabular:
    objects:
      opportunity:
        sheet: 2
        key: [stage, close_date]
        formats:
          close_date: {date_formats: [DD/MM/YYYY]}
          amount: {decimal: ","}
""",
    )
    item = config.source_settings["tabular"]["objects"]["opportunity"]
    assert item["formats"] == {
        "close_date": {"date_formats": ["DD/MM/YYYY"]},
        "amount": {"decimal": ",", "thousands": "."},
    }
    spec = config.sources[0].objects["opportunity"]
    assert (spec.sheet, spec.key) == ("2", ("stage", "close_date"))


OPPORTUNITY = "version: 1\nsources: {tabular: {objects: {opportunity: {\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{OPPORTUNITY}key: [stage, stagee]}}}}}}}}", ["line 3", "Did you mean 'stage'"]),
        (f"{OPPORTUNITY}key: [stage, stage]}}}}}}}}", ["line 3", "each once"]),
        (
            f"{OPPORTUNITY}formats: {{\namount: {{date_formats: [YYYY]}}}}}}}}}}}}",
            ["line 4", "says nothing about 'amount'"],
        ),
        (
            f"{OPPORTUNITY}formats: {{\namount: {{decimal: '.', thousands: '.'}}}}}}}}}}}}",
            ["line 4", "the same"],
        ),
        (f"{OPPORTUNITY}formats: {{\nclosing: {{}}}}}}}}}}}}", ["line 4", "close_date"]),
        ("version: 2\nsources: {tabular: {}}\n", ["line 1", "'version' must be 1"]),
        ("version: 1\n", ["no source is configured"]),
        ("version: 1\nsources: {salesfroce: {}}\n", ["line 2", "sources.salesfroce"]),
        (
            "version: 1\nsources: {tabular: {objects: {opportunty: {}}}}\n",
            ["Did you mean 'opportunity'"],
        ),
        (
            "version: 1\nreporting:\n  timezone: Mars/Base\nsources: {tabular: {}}\n",
            ["line 3", "Mars/Base"],
        ),
        ("version: 1\nreporting: {currency: usd}\nsources: {tabular: {}}\n", ["ISO 4217"]),
        (
            "version: 1\nreporting: {fiscal_year_start_month: 13}\nsources: {tabular: {}}\n",
            ["1 to 12"],
        ),
        (
            "version: 1\nreporting: {fiscal_pattern: 4-4-6}\nsources: {tabular: {}}\n",
            ["4-4-6", "Did you mean '4-4-5'"],
        ),
        (
            "version: 1\nreporting: {fiscal_week_start: sun}\nsources: {tabular: {}}\n",
            ["'sunday'"],
        ),
        ("version: 1\nreporting: {as_of: soon}\nsources: {tabular: {}}\n", ["2026-09-30"]),
        ("version: 1\nversion: 1\n", ["line 2", "stands twice"]),
        ("version: 1\nsources: [a]\n", ["must be a mapping"]),
        ("version: 1\nsources: {tabular: {delivery: weekly}}\n", ["snapshot or delta"]),
        (
            "version: 1\nstages: {tabular: {X: {category: maybe}}}\nsources: {tabular: {}}\n",
            ["no_decision"],
        ),
        ("version: 1\nsources: {tabular: {}}\nlanding: nowhere\n", ["line 3", "nowhere"]),
        ("a: [", ["line 1", "YAML is broken"]),
        ("[a, b]\n", ["the file must be a mapping"]),
        (
            "version: 1\nstages: {tabluar: {}}\nsources: {tabular: {}}\n",
            ["line 2", "Did you mean 'tabular'"],
        ),
        (
            f"{BARE}stages: {{tabular:\n  {{X: {{category: won, order: two}}}}}}",
            ["line 4", "'order' is 'two'"],
        ),
        (
            f"{BARE}stages: {{tabular: {{X: {{category: won, qualified: 1}}}}}}",
            ["'qualified' is '1'"],
        ),
        ('version: 1\nsources: {tabular: {decimal: [","]}}\n', ["'decimal' is"]),
        ('version: 1\nsources: {tabular: {decimal: "\'"}}\n', ["line 2", "Use '.' or ','"]),
        ("version: 1\nsources: {tabular: {thousands: .}}\n", ["line 2", "the same"]),
        (
            f"{OPPORTUNITY}decimal: ',', formats: {{amount:\n{{thousands: ','}}}}}}}}}}}}",
            ["line 4", "the same"],
        ),
        *(
            (f"version: 1\nsources: {{tabular: {{date_formats: [{text}]}}}}\n", ["line 2", why])
            for text, why in (
                ('"%d.%m.%Y"', "does not say the year (YYYY or YY)"),
                ("HH:MM DD/MM/YYYY", "says the month twice"),
                ("DD. MMMM YYYY", "says the month twice"),
                ("\"D 'of' Mon YYYY\"", 'holds "\'"'),
                ("YYYY-DD-MM", "ISO 8601 reads these days with the month first"),
                ("DD.MM.YYYY AM", "AM without an hour"),
            )
        ),
        (
            "version: 1\nsources: {tabular: {objects: {opportunity: {constants: {stage: }}}}}\n",
            ["constants.stage' needs one value"],
        ),
        (
            "version: 1\nsources: {tabular: {objects: {opportunity: {values:\n{stage: {Won: }}}}}}",
            ["line 3", "values.stage.Won' needs one value"],
        ),
        (
            (
                "version: 1\nsources: {tabular: {objects: {opportunity: {values: {stage:\n"
                "{Won: won, ' won': lost}}}}}}"
            ),
            ["line 3", "'Won' and ' won' are one value", "'won' and 'lost'", "Keep one"],
        ),
        (
            (
                f"{BARE}stages: {{tabular: {{Signed: {{category: won}},\n"
                "signed: {category: lost}}}\n"
            ),
            ["line 4", "'Signed' and 'signed' are one value", "Keep one"],
        ),
        (
            "version: 1\nsources: {tabular: {objects: {opportunity: {values:\n{amount: {x: 0}}}}}}",
            ["line 3", "values of 'amount' cannot be mapped", "stage"],
        ),
    ],
)
def test_mistakes_name_line_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    for word in words:
        assert word in str(caught.value)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "halftime.yml"
    path.write_bytes(b"version: 1\ncompany: M\xfcller\n")
    with pytest.raises(UsageError, match="UTF-8"):
        load_config(path, CONTRACTS)


AGING = {
    ("tabular", "opportunity"): replace(
        CONTRACTS["tabular", "opportunity"], expires_by=("close_date",)
    )
}


def test_a_source_is_kept_for_so_many_days(tmp_path: Path) -> None:
    path = tmp_path / "halftime.yml"
    path.write_text("version: 1\nsources: {tabular: {retention_days: 730}}\n")
    assert load_config(path, AGING).retention == {"tabular": 730}
    assert load(tmp_path, BARE).retention == {}


@pytest.mark.parametrize(
    "days", ["199", "0", "-5", "true", "two years", "365.5", "'730'", "99999999"]
)
def test_retention_that_is_no_number_of_days_or_too_short_is_refused(
    tmp_path: Path, days: str
) -> None:
    path = tmp_path / "halftime.yml"
    path.write_text(f"version: 1\nsources:\n  tabular:\n    retention_days: {days}\n")
    with pytest.raises(UsageError, match=r"line 4: 'retention_days' of 'tabular'"):
        load_config(path, AGING)


def test_what_has_no_age_cannot_expire(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing in 'tabular' has an age"):
        load(tmp_path, "version: 1\nsources:\n  tabular:\n    retention_days: 730\n")


def test_the_standard_profile_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, BARE).privacy.to_dict() == {"profile": "standard"}


def test_a_council_has_a_smallest_group(tmp_path: Path) -> None:
    config = load(tmp_path, BARE + "privacy: {profile: council, minimum_group: 6}\n")
    assert config.privacy.to_dict() == {"profile": "council", "minimum_group": 6}
    assert load(tmp_path, BARE + "privacy: {profile: council}\n").privacy.minimum_group == 4


@pytest.mark.parametrize(
    "text",
    [
        "{profile: secret}",
        "{profile: council, minimum_group: 3}",
        "{minimum_group: four}",
        "{minimum_group: true}",
        "{profiles: council}",
        "council",
        "{notes: true}",
        "{notes: }",
        "{notes: {}}",
        "{notes: {days: 0}}",
        "{notes: {days: 3651}}",
        "{notes: {days: true}}",
        "{notes: {days: '400'}}",
        "{notes: {day: 400}}",
        "{profile: council, notes: {days: 400}}",
    ],
)
def test_privacy_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="line 3"):
        load(tmp_path, f"{BARE}privacy: {text}\n")


def test_notes_are_counted_only_where_it_is_said(tmp_path: Path) -> None:
    silent = load(tmp_path, BARE)
    told = load(tmp_path, BARE + "privacy: {classify_notes: true}\n")

    assert silent.dbt_vars(as_of=None, loaded_until=None)["classify_notes"] is False
    assert told.dbt_vars(as_of=None, loaded_until=None)["classify_notes"] is True
    assert silent.privacy.to_dict() == {"profile": "standard"}
    assert told.privacy.to_dict() == {"profile": "standard", "classify_notes": True}
    with pytest.raises(UsageError, match="'classify_notes' is 'perhaps'"):
        load(tmp_path, BARE + "privacy: {classify_notes: perhaps}\n")


def test_notes_are_kept_only_where_somebody_says_for_how_long(tmp_path: Path) -> None:
    assert load(tmp_path, BARE).privacy.notes_days is None
    kept = load(tmp_path, BARE + "privacy: {notes: {days: 400}}\n").privacy
    assert kept.notes_days == 400
    assert kept.to_dict() == {"profile": "standard", "notes_days": 400}


def test_a_council_keeps_no_notes(tmp_path: Path) -> None:
    text = BARE + "privacy:\n  profile: council\n  notes: {days: 400}\n"
    with pytest.raises(UsageError, match="line 5: the profile 'council' shows nobody") as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
