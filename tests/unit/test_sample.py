"""The sample company: same bytes for a seed, its sizes, a history that agrees, a true manifest."""

import csv
import dataclasses
import gzip
import hashlib
import io
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.errors import UsageError
from halftime.sample import SIZES, SampleReport, write_sample, write_size
from halftime.sample.known import SYSTEMS
from halftime.sample.qualification import ELEMENTS
from halftime.sample.stream import BLOCKS_PER_FILE, part_path

SEED = 7


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return write_sample("xs", SEED, tmp_path_factory.mktemp("sample") / "xs")


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _records(path: Path) -> list[list[str]]:
    """All records of a delimited file, blank lines included, as the manifest counts them."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
    first = text.split("\n", 1)[0]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ","))


def _manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "_truth" / "defects.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_same_seed_gives_the_same_bytes(sample: SampleReport, tmp_path: Path) -> None:
    again = write_sample("xs", SEED, tmp_path / "again")

    assert _hashes(again.folder) == _hashes(sample.folder)


def test_another_seed_gives_other_bytes(sample: SampleReport, tmp_path: Path) -> None:
    other = write_sample("xs", SEED + 1, tmp_path / "other")

    first, second = _hashes(sample.folder), _hashes(other.folder)
    same = {path for path in first if first[path] == second.get(path)}
    # Only what has no chance in it may agree.
    assert same <= {
        "salesforce/UserRole.csv",
        "salesforce/UserRole_copy.csv",
        "salesforce/Event_2019.csv",
        "coaching_log/attendees_old.xlsx",
        "coaching_log/policies.csv",
        "salesforce/Product2.csv",
        "salesforce/Territory2.csv",
        "salesforce/ObjectTerritory2Association.csv",
        "hubspot/deal_pipeline.csv",
        "hubspot/deal_pipeline_stage.csv",
        "hubspot/team.csv",
        "gong/scorecards_0001.json",
        "learning/Courses.csv",
        "reference/Territories.csv",
    }


def test_writing_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_sample("xs", 1, tmp_path / "out")
    stray = tmp_path / "out" / "salesforce" / "Opportunity_1999.csv"
    stray.write_text("Id\n")

    write_sample("xs", 1, tmp_path / "out")

    assert not stray.exists()


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(UsageError, match=r"thesis\.txt"):
        write_sample("xs", 1, tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_an_unknown_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'huge'"):
        write_sample("huge", 1, tmp_path / "out")


def test_sizes_are_near_the_table(sample: SampleReport) -> None:
    size, rows = SIZES["xs"], sample.rows
    deals = rows["salesforce.opportunity"] + rows.get("hubspot.deal", 0)
    activities = rows["salesforce.task"] + rows["salesforce.event"]
    activities += rows.get("hubspot.engagement", 0)
    path = sample.folder / "hubspot" / "deal_property_history.csv"
    history = _records(path)[1:] if path.is_file() else []
    own = {name.lower() for name in ELEMENTS}
    moments = {(r[0], r[4]) for r in history if len(r) == 5 and r[1] not in own}
    with (sample.folder / "_truth" / "sessions.csv").open(encoding="utf-8") as handle:
        sessions = len(handle.readlines()) - 1

    # The planted records and the second versions of the delta come on top.
    assert size.opportunities <= deals <= 1.15 * size.opportunities
    assert 3_600 <= rows["salesforce.opportunity_history"] + len(moments) <= 4_400
    assert size.activities <= activities <= 1.01 * size.activities
    assert sessions == size.sessions


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []

    write_sample("xs", 1, tmp_path / "out", progress=told.append)

    assert any("salesforce/User.csv" in line for line in told)


def test_the_configuration_loads(sample: SampleReport, project_root: Path) -> None:
    config = load_config(sample.folder / "halftime.yml", load_contracts(project_root))

    assert config.fiscal_year_start_month == 2
    assert str(config.as_of) == "2026-09-30"
    optional = {"hubspot", "gong", "calendar", "learning"} & SYSTEMS
    assert {source.system for source in config.sources} == {
        "salesforce",
        "reference",
        "coaching_log",
        "people",
        "tabular",
        *optional,
    }


def test_the_manifest_names_records_that_show_the_defect(sample: SampleReport) -> None:
    cache: dict[str, list[list[str]]] = {}
    checked = 0
    for line in _manifest(sample.folder):
        path = sample.folder / line["file"].split("!")[0]
        assert path.is_file(), line
        row = int(line["row"])
        if row <= 1 or path.suffix in (".xlsx", ".parquet"):
            continue
        records = cache.setdefault(line["file"], _records(path))
        record = records[row - 1]
        key, _, text = line["detail"].partition("=")
        if key == "fields":
            assert len(record) == int(text), line
        elif key in records[0]:
            assert record[records[0].index(key)] == text, line
        checked += 1
    assert checked > 100


def test_ids_that_nearly_collide_are_one_number_to_a_float(sample: SampleReport) -> None:
    lines = [line for line in _manifest(sample.folder) if line["defect"] == "near_collision"]
    found = set()
    for line in lines:
        page = json.loads((sample.folder / line["file"]).read_text("utf-8"))["calls"]
        own, other = line["detail"].removeprefix("id="), line["expected_outcome"].split(":")[1]

        assert page[int(line["row"]) - 1]["metaData"]["id"] == own
        assert own[:-1] == other[:-1]
        assert own != other
        assert float(own) == float(other)
        found.add((own, other))

    assert len(found) == 2 * SIZES["xs"].defect_rounds
    assert found == {(other, own) for own, other in found}


def test_what_is_written_twice_is_written_twice(sample: SampleReport) -> None:
    pairs = [line for line in _manifest(sample.folder) if line["defect"] == "duplicate_row"]

    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        records = _records(sample.folder / first["file"])
        assert first["expected_outcome"] == "superseded"
        assert second["expected_outcome"] == "accepted"
        assert records[int(first["row"]) - 1] == records[int(second["row"]) - 1]


def test_files_have_as_many_records_as_expected(sample: SampleReport) -> None:
    expected = json.loads((sample.folder / "_truth" / "expected.json").read_text("utf-8"))

    for name, counts in expected["files"].items():
        if name.endswith((".xlsx", ".parquet")):
            continue
        assert len(_records(sample.folder / name)) - 1 == counts["source_rows"], name


def test_every_kind_of_defect_of_these_sources_is_planted(sample: SampleReport) -> None:
    kinds = {line["defect"] for line in _manifest(sample.folder)}

    assert kinds >= {
        "wrong_type", "impossible_date", "ambiguous_date", "date_format", "decimal_comma",
        "nbsp_and_blanks", "byte_order_mark", "encoding", "embedded_newline", "ragged_row",
        "duplicate_row", "late_version", "bad_newer_version", "orphan", "reopened_deal",
        "deleted_record", "unknown_stage", "negative_amount", "backdated_session",
        "session_after_close", "zero_filled_null", "unmatched_person", "ambiguous_person",
        "renamed_column", "missing_column", "new_column", "blank_line", "empty_file",
        "truncated_file", "file_landed_twice", "merged_deal", "merged_deal_not_flagged",
        "near_collision", "absent_record", "absent_in_an_incomplete_file", "untracked_field",
    }  # fmt: skip


@pytest.fixture(scope="module")
def tables(sample: SampleReport) -> duckdb.DuckDBPyConnection:
    """The clean deals and changes: planted records have numbers far above, or an odd cell."""
    con = duckdb.connect()
    files = {
        "deal": "salesforce/Opportunity_202*.csv,salesforce/Opportunity_delta*.csv",
        "change": "salesforce/OpportunityHistory_2025.csv.gz,"
        "salesforce/OpportunityHistory_2026.csv",
        "field_change": "salesforce/OpportunityFieldHistory.csv",
    }
    for name, patterns in files.items():
        paths = [str(sample.folder / pattern) for pattern in patterns.split(",")]
        con.execute(
            f"create table {name} as select * from read_csv(?, all_varchar = true, header = true, "
            "union_by_name = true, null_padding = true, strict_mode = false, ignore_errors = true, "
            "parallel = false)",
            [paths],
        )
    return con


def test_the_last_change_equals_the_deal(tables: duckdb.DuckDBPyConnection) -> None:
    differing = tables.execute(
        """
        with current_deal as (
            select * from deal
            where try_cast(Amount as decimal(18, 2)) is not null
                and regexp_matches(Id, '^0065f00000000')
            qualify row_number() over (partition by left(Id, 15) order by SystemModstamp desc) = 1
        ),
        last_change as (
            select * from change
            where regexp_matches(Id, '^0085f00000000')
            qualify row_number() over (partition by OpportunityId order by CreatedDate desc) = 1
        )
        select count(*), count(*) filter (
            where trim(replace(d.StageName, chr(160), ' ')) <> c.StageName
                or d.Amount <> c.Amount or d.CloseDate <> c.CloseDate or d.OwnerId <> c.OwnerId
        )
        from current_deal as d inner join last_change as c on d.Id = c.OpportunityId
        """
    ).fetchone()

    assert differing is not None
    assert differing[0] > 400
    assert differing[1] == 0


def test_the_first_change_is_the_creation(tables: duckdb.DuckDBPyConnection) -> None:
    apart = tables.execute(
        """
        select count(*) from (
            select d.Id, any_value(d.CreatedDate) as created, min(c.CreatedDate) as first_change
            from deal as d inner join change as c on d.Id = c.OpportunityId
            where c.CreatedDate <> ''
            group by d.Id
        )
        where created <> first_change and regexp_matches(Id, '^0065f00000000')
            and created like '20%'
        """
    ).fetchone()

    assert apart == (0,)


def test_the_log_of_single_fields_tells_what_the_whole_states_tell(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    compared, differing, clean = tables.execute(
        """
        with state as (
            select Id, OpportunityId, CreatedDate, OwnerId, unnest([
                {'field': 'StageName', 'value': StageName}, {'field': 'Amount', 'value': Amount},
                {'field': 'CloseDate', 'value': CloseDate}, {'field': 'Owner', 'value': OwnerId}
            ], recursive := true)
            from change
            where regexp_matches(Id, '^0085f00000000') and CreatedDate <> ''
        ),
        told as (
            select *, lag(value) over w as before, row_number() over w = 1 as is_first
            from (select distinct * exclude (Id) from state)
            window w as (partition by OpportunityId, field order by CreatedDate)
        ),
        due as (
            select OpportunityId, CreatedDate, field, before, value from told
            where not is_first and CreatedDate >= '2026-07-01'
                and coalesce(before, '') <> coalesce(value, '')
        ),
        logged as (
            select distinct OpportunityId, CreatedDate, Field as field, OldValue, NewValue
            from field_change
            where regexp_matches(Id, '^0175f000000') and DataType <> 'Text'
        )
        select
            count(*),
            count(*) filter (where d.value is distinct from l.NewValue
                or d.before is distinct from l.OldValue),
            (select count(*) from logged)
        from due as d
        full join logged as l using (OpportunityId, CreatedDate, field)
        """
    ).fetchall()[0]

    assert compared == clean > 500
    assert differing == 0


def test_truth_says_which_regimes_have_an_effect(sample: SampleReport) -> None:
    effects = json.loads((sample.folder / "_truth" / "effects.json").read_text("utf-8"))

    regimes = {item["regime"]: item for item in effects["regions"].values()}
    assert regimes["programme"]["mean_lift_of_win_probability_when_treated"] > 0.02
    assert all(
        regimes[name]["log_odds_of_winning_per_unit_of_dose"] == 0
        for name in ("slump", "winnable_late", "none")
    )


@pytest.mark.parametrize("number", [2, 3, 11])
def test_every_seed_can_be_planted(number: int, tmp_path: Path) -> None:
    report = write_sample("xs", number, tmp_path / "out")

    assert report.defects > 120


BLOCKS = dataclasses.replace(
    SIZES["xs"],
    name="blocks",
    reps=36,
    managers=9,
    opportunities=2_101,
    activities=54_000,
    sessions=901,
    blocks=3,
)


@pytest.fixture(scope="module")
def streamed(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return write_size(BLOCKS, SEED, tmp_path_factory.mktemp("streamed") / "blocks")


def _truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "_truth" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_streamed_company_is_the_same_for_a_seed(streamed: SampleReport, tmp_path: Path) -> None:
    again = write_size(BLOCKS, SEED, tmp_path / "again")

    assert _hashes(again.folder) == _hashes(streamed.folder)


def test_a_streamed_company_has_every_system_and_is_as_large_as_wanted(
    sample: SampleReport, streamed: SampleReport
) -> None:
    with duckdb.connect() as con:
        deals, sessions = (
            con.execute("select count(*) from read_parquet(?)", [path]).fetchone()
            for path in (
                str(streamed.folder / "_truth" / "deals.parquet"),
                str(streamed.folder / "_truth" / "sessions.parquet"),
            )
        )

    assert streamed.rows.keys() == sample.rows.keys()
    assert deals == (BLOCKS.opportunities,)
    assert sessions == (BLOCKS.sessions,)
    assert len(_truth(streamed.folder, "manager_maturity")) >= BLOCKS.managers


def test_the_first_block_of_a_streamed_company_has_the_planted_defects(
    sample: SampleReport, streamed: SampleReport
) -> None:
    planted = {line["defect"] for line in _manifest(sample.folder)}

    assert {line["defect"] for line in _manifest(streamed.folder)} == planted
    assert not [line for line in _manifest(streamed.folder) if line["file"].endswith(".parquet")]


def test_parquet_files_have_as_many_rows_as_expected(streamed: SampleReport) -> None:
    expected = json.loads((streamed.folder / "_truth" / "expected.json").read_text("utf-8"))
    parts = {
        str(path.relative_to(streamed.folder))
        for path in streamed.folder.rglob("*.parquet")
        if "_truth" not in path.parts
    }

    assert len(parts) > 50
    assert parts == {path for path in expected["files"] if path.endswith(".parquet")}
    for path in parts:
        counts = expected["files"][path]
        assert pq.read_metadata(streamed.folder / path).num_rows == counts["source_rows"], path


def test_blocks_of_a_streamed_company_share_no_id_and_no_name(streamed: SampleReport) -> None:
    keys = {
        "salesforce/*_part01.parquet": "Id",
        "hubspot/owner_part01.parquet": "owner_id",
        "hubspot/deal_part01.parquet": "deal_id",
        "hubspot/company_2026-09-30_part01.parquet": "id",
        "hubspot/contact_part01.parquet": "id",
        "hubspot/engagement_part01.parquet": "id",
        "coaching_log/sessions_*_part01.parquet": "session_id",
        "coaching_log/actions_*_part01.parquet": "action_id",
        "learning/Enrolments_part01.parquet": "Enrolment ID",
        "reference/Deal Plans_part01.parquet": "Plan ID",
    }
    checked = 0
    for pattern, key in keys.items():
        for path in sorted(streamed.folder.glob(pattern)):
            ids = pq.read_table(path)[key].to_pylist()
            stem = path.name.removesuffix("_part01.parquet")
            first = next(path.parent.glob(f"{stem}.csv*"), None)
            records = _records(first) if first else [[key]]
            place = records[0].index(key)
            known = {record[place] for record in records[1:] if len(record) > place}
            assert len(set(ids)) == len(ids), path
            assert not known & set(ids), path
            checked += 1
    people = _truth(streamed.folder, "people")

    assert checked > 25
    assert len({row["email"] for row in people}) == len(people)
    assert len({row["person_id"] for row in people}) == len(people)
    assert len({row["team"] for row in _truth(streamed.folder, "manager_maturity")}) == 9


def test_everybody_in_a_streamed_company_has_the_same_chief(streamed: SampleReport) -> None:
    above = pq.read_table(streamed.folder / "people" / "roster_part01.parquet")["manager"]
    chief = next(iter(_truth(streamed.folder, "people")))["person_id"]

    assert above.null_count == 0
    assert above.to_pylist().count(chief) == BLOCKS.blocks - 1


def test_parquet_files_do_not_grow_without_end() -> None:
    assert part_path("salesforce/OpportunityHistory_2025.csv.gz", 3) == (
        "salesforce/OpportunityHistory_2025_part01.parquet"
    )
    assert part_path("calendar/Outlook Calendar.csv", BLOCKS_PER_FILE) == (
        "calendar/Outlook Calendar_part02.parquet"
    )
