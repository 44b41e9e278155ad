"""HubSpot on the whole road: as Fivetran lands it, as the screen exports it, and beside Salesforce.

Every figure of the first half is worked out again from the files, by SQL that knows no model.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]
Once = Callable[[str, Callable[[Path], None]], Path]

DEALS_AS_SHOWN = """\
Record ID,Deal Name,Pipeline,Deal Stage,Amount,Close Date,Create Date,Last Modified Date,\
Deal owner,Associated Company,Associated Company IDs,Associated Contact IDs,Closed Lost Reason,\
Forecast category,Merged Deal IDs
9001,Blue,Sales,Proposal,"1,200.00",2026-03-31 17:00,2026-01-05 09:00,2026-03-01 08:00,Ann Lee,\
Acme; Beta,11; 12,8001; 8002,,Commit,
9002,Green,Sales,Closed Won (Sales),500,2026-02-10 12:00,2026-01-06 09:00,2026-02-10 12:00,\
Bo Park,Beta,12,8002;8001;8003,,Closed won,9009
9003,Red,Renewals,Closed Won,700,2026-02-20 12:00,2026-01-07 09:00,2026-02-20 12:00,Ann Lee,\
Acme,11,,,,
9004,Grey,Sales,Closed Lost,300,2026-02-22 12:00,2026-01-08 09:00,2026-02-22 12:00,Bo Park,\
Acme,11,,Price,,
9005,Dun,Sales,Closed Lost,300,2026-02-23 12:00,2026-01-08 09:00,2026-02-23 12:00,Bo Park,\
Acme,11,,price,,
9006,Fawn,Sales,Closed Lost,300,2026-02-24 12:00,2026-01-08 09:00,2026-02-24 12:00,Bo Park,\
Acme,11,,Price,,
9007,Sand,Sales,Closed Lost,300,2026-02-25 12:00,2026-01-08 09:00,2026-02-25 12:00,Bo Park,\
Acme,11,,She said we were rude,,
9009,Teal,Sales,Proposal,100,2026-02-10 12:00,2026-01-06 09:00,2026-02-01 12:00,Bo Park,,,\
8003; 8004,,,
"""
FILES = {
    "hubspot/hubspot-crm-exports-all-deals-2026-03-01.csv": DEALS_AS_SHOWN,
    "hubspot/owners.csv": """\
id,email,firstName,lastName,userId,archived
71,ANN@x.example,Ann,Lee,1,false
72,bo@x.example,Bo,Park,2,false
73,gone@x.example,Cy,Gone,3,true
""",
    "hubspot/deal_pipelines.csv": "pipeline_id,label\np1,Sales\np2,Renewals\n",
    "hubspot/deal_pipeline_stages.csv": """\
stage_id,pipeline_id,label,display_order,probability
101,p1,Discovery,0,0.2
102,p1,Proposal,1,0.5
103,p1,Closed Won,2,1.0
104,p1,Closed Lost,3,0.0
203,p2,Closed Won,0,1.0
""",
    # Epoch milliseconds: 2026-01-05 09:00, 2026-02-01 12:00 and 2026-02-15 12:00 UTC.
    "hubspot/deals_property_history.csv": """\
dealId,property,value,timestamp,sourceType
9001,dealstage,101,1767603600000,CRM_UI
9001,amount,900,1767603600002,CRM_UI
9001,dealstage,102,1769947200000,CRM_UI
9001,amount,1200,1771156800000,CRM_UI
""",
    "hubspot/companies.csv": """\
Record ID,Company name,Create Date
11,Acme,2025-01-01
12,Beta,2025-01-01
""",
    "hubspot/engagements_calls.csv": """\
id,hubspot_owner_id,hs_timestamp,hs_createdate,hs_call_direction,hs_call_duration,hs_call_status,\
hs_call_body,Associated Deal IDs
501,71,1769947200000,1769947200000,OUTBOUND,90000,COMPLETED,She was nervous,9001;9002
502,72,2026-02-02T10:00:00Z,2026-02-02T10:00:00Z,INBOUND,60000,NO_ANSWER,,9002
503,72,2026-02-08T10:00:00Z,2026-02-08T10:00:00Z,OUTBOUND,60000,COMPLETED,,9009
""",
    # 9009 was merged into 9002: a session named it, and its only contact came with it.
    "hubspot/contacts.csv": """\
Record ID,First Name,Create Date
8001,A,2025-01-01
8002,B,2025-01-01
8003,C,2025-01-01
8004,D,2025-01-01
""",
    "coaching_log/sessions.csv": """\
session_id,session_date,duration_minutes,coach,coachee,area,focus,mode,opportunity_id,status
S1,2026-01-20,30,ann@x.example,bo@x.example,deal,next step,1:1,9009,held
S2,2026-01-21,30,ann@x.example,bo@x.example,deal,next step,1:1,hubspot:9002,held
""",
    "salesforce/User.csv": "Id,Name,Email,IsActive\n005A,Anna Lee,ann@x.example,true\n",
    "salesforce/Opportunity.csv": """\
Id,Name,OwnerId,StageName,Amount,CloseDate,CreatedDate,LastModifiedDate,IsClosed
9001,Same number,005A,Prospecting,10,2026-04-01,2026-01-05T09:00:00Z,2026-02-28T09:00:00Z,false
""",
    "halftime.yml": """\
version: 1
company: Two CRMs
reporting: {timezone: UTC, currency: EUR}
sources:
  hubspot: {}
  salesforce: {}
  coaching_log: {}
""",
}


def published(home: Path) -> duckdb.DuckDBPyConnection:
    current = json.loads((home / "published" / "current.json").read_text())
    return duckdb.connect(str(home / "published" / current["database"]), read_only=True)


@pytest.fixture(scope="module")
def fivetran(shared_data: Path, project_root: Path, cli: Cli, once: Once) -> Path:
    config = project_root / "examples" / "fivetran_hubspot" / "halftime.yml"
    landing = shared_data / "fivetran_hubspot" / "seeds"
    return once(
        "home-fivetran-hubspot",
        lambda home: (
            cli("run", "--config", str(config), "--landing", str(landing), "--home", str(home))
            and None
        ),
    )


@pytest.fixture(scope="module")
def two_crms(tmp_path_factory: pytest.TempPathFactory, cli: Cli, once: Once) -> Path:
    def build(home: Path) -> None:
        landing = tmp_path_factory.mktemp("two-crms")
        for name, text in FILES.items():
            (landing / name).parent.mkdir(parents=True, exist_ok=True)
            (landing / name).write_text(text, encoding="utf-8")
        cli("run", "--config", str(landing / "halftime.yml"), "--home", str(home))

    return once("home-two-crms", build)


@pytest.fixture
def con(two_crms: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with published(two_crms) as connection:
        yield connection


class TestFivetran:
    def test_every_row_is_accounted_for(self, fivetran: Path, shared_data: Path) -> None:
        folder = shared_data / "fivetran_hubspot" / "seeds"
        rows = {
            path.name: duckdb.execute(
                "select count(*) from read_csv(?, all_varchar = true)", [str(path)]
            ).fetchone()[0]
            for path in folder.glob("*.csv")
            if not path.name.startswith("property_")
        }
        with published(fivetran) as con:
            ledger = con.execute(
                "select source_file, source_rows, accepted_rows, rejected_rows, residual_rows"
                " from quality.ledger"
            ).fetchall()
        assert {row[0]: row[1] for row in ledger} == rows
        assert all(row[2] == row[1] and row[3] == row[4] == 0 for row in ledger)

    def test_key_figures_from_the_files_themselves(self, fivetran: Path, shared_data: Path) -> None:
        def ask(sql: str) -> list[tuple[Any, ...]]:
            folder = str(shared_data / "fivetran_hubspot" / "seeds")
            return duckdb.execute(sql.replace("FOLDER", folder)).fetchall()

        warehouse = duckdb.connect(str(fivetran / "warehouse.duckdb"), read_only=True)
        with published(fivetran) as con, warehouse:
            assert con.execute(
                "select opportunity_id, cast(created_date as varchar), is_deleted"
                " from core.fct_opportunity order by 1"
            ).fetchall() == ask(
                "select 'hubspot:' || deal_id, left(property_createdate, 10), is_deleted = 'true'"
                " from read_csv('FOLDER/deal_data.csv', all_varchar = true) order by 1"
            )
            owned = "select owner_id is not null, count(*) from {} group by 1 order by 1"
            assert con.execute(
                "select owner_id <> '(unassigned)', count(*) from core.fct_opportunity"
                " group by 1 order by 1"
            ).fetchall() == ask(
                owned.format(
                    "(select o.owner_id from read_csv('FOLDER/deal_data.csv') as d"
                    " left join read_csv('FOLDER/owner_data.csv') as o using (owner_id))"
                )
            )
            assert con.execute(
                "select count(*) from core.dim_person where source_system = 'hubspot'"
            ).fetchall() == ask("select count(*) from read_csv('FOLDER/owner_data.csv')")
            assert warehouse.execute(
                "select opportunity_id, stage_name, strftime(changed_at, '%Y-%m-%d %H:%M:%S')"
                " from intermediate.int_opportunity_change_conformed order by 1, 3"
            ).fetchall() == ask(
                "select 'hubspot:' || deal_id, value,"
                " strftime(cast(date_entered as timestamp), '%Y-%m-%d %H:%M:%S')"
                " from read_csv('FOLDER/deal_stage_data.csv', all_varchar = true) order by 1, 3"
            )
            assert warehouse.execute(
                "select merged_opportunity_id, surviving_opportunity_id"
                " from intermediate.int_hubspot__opportunity_merge order by 1"
            ).fetchall() == ask(
                "select 'hubspot:' || merged_deal_id, 'hubspot:' || deal_id"
                " from read_csv('FOLDER/merged_deal_data.csv', all_varchar = true) order by 1"
            )
            assert warehouse.execute(
                "select stage_category, count(*) from intermediate.int_hubspot__stage"
                " where stage_id is not null group by 1 order by 1"
            ).fetchall() == ask(
                "select case probability when 1 then 'won' when 0 then 'lost' else 'open' end,"
                " count(*) from read_csv('FOLDER/deal_pipeline_stage_data.csv')"
                " group by 1 order by 1"
            )
            gone = warehouse.execute(
                "select contact_id, merged_into_alias from intermediate.int_hubspot__contact"
                " where merged_into_alias is not null order by 1"
            ).fetchall()
            listed = ask(
                "select trim(part), id from (select id,"
                " unnest(string_split(property_hs_merged_object_ids, ';')) as part"
                " from read_csv('FOLDER/contact_data.csv', all_varchar = true))"
                " union all select vid_to_merge, canonical_vid"
                " from read_csv('FOLDER/contact_merge_audit_data.csv', all_varchar = true)"
            )
            there = {
                row[0]
                for row in ask(
                    "select id from read_csv('FOLDER/contact_data.csv', all_varchar = true)"
                )
            }
            assert gone == sorted(
                (f"hubspot:{merged}", survivor) for merged, survivor in listed if merged in there
            )

    def test_a_history_without_its_deal_is_listed(self, fivetran: Path) -> None:
        with published(fivetran) as con:
            orphans = dict(
                con.execute(
                    "select object, count(*) from quality.orphan_row"
                    " where column_name = 'deal_id' group by 1"
                ).fetchall()
            )
        assert orphans["deal_stage"] == 14
        assert orphans["merged_deal"] == 14


class TestTwoCrms:
    def test_every_row_is_accepted(self, con: duckdb.DuckDBPyConnection) -> None:
        rejected = con.execute("select * from quality.rejected_row").fetchall()
        assert rejected == []
        unread = con.execute(
            "select source_file from quality.ledger where residual_rows <> 0"
        ).fetchall()
        assert unread == []

    def test_ids_never_collide(self, con: duckdb.DuckDBPyConnection) -> None:
        rows = con.execute(
            "select opportunity_id, opportunity_name from core.fct_opportunity"
            " where opportunity_id like '%:9001%' order by 1"
        ).fetchall()
        assert rows == [("hubspot:9001", "Blue"), ("salesforce:9001", "Same number")]

    def test_one_person_of_two_systems_is_one(self, con: duckdb.DuckDBPyConnection) -> None:
        owners = con.execute(
            "select distinct owner_id from core.fct_opportunity"
            " where opportunity_id in ('hubspot:9001', 'hubspot:9003', 'salesforce:9001')"
        ).fetchall()
        assert len(owners) == 1
        people = dict(con.execute("select full_name, is_active from core.dim_person").fetchall())
        assert set(people) == {"Anna Lee", "Bo Park", "Cy Gone"}
        assert people["Cy Gone"] is False

    def test_stages_of_both_are_mapped(self, con: duckdb.DuckDBPyConnection) -> None:
        assert con.execute("select * from core.dim_unmapped_stage").fetchall() == []
        stages = dict(
            con.execute("select opportunity_id, stage_name from core.fct_opportunity").fetchall()
        )
        assert stages["hubspot:9001"] == "Proposal"
        assert stages["hubspot:9002"] == "Closed Won (Sales)"
        assert stages["hubspot:9003"] == "Closed Won (Renewals)"
        assert stages["salesforce:9001"] == "Prospecting"
        outcomes = dict(
            con.execute(
                "select opportunity_id, outcome from core.fct_opportunity"
                " where source_system = 'hubspot'"
            ).fetchall()
        )
        assert outcomes["hubspot:9002"] == outcomes["hubspot:9003"] == "won"
        assert {outcomes[f"hubspot:{n}"] for n in (9004, 9005, 9006, 9007)} == {"lost"}

    def test_stays_come_from_the_history(self, con: duckdb.DuckDBPyConnection) -> None:
        stays = con.execute(
            "select stage_name, cast(entered_date as varchar) from core.fct_opportunity_stage"
            " where opportunity_id = 'hubspot:9001' order by entered_date"
        ).fetchall()
        assert stays == [("Discovery", "2026-01-05"), ("Proposal", "2026-02-01")]
        amounts = con.execute(
            "select cast(valid_from_date as varchar), cast(amount as integer)"
            " from core.fct_opportunity_version where opportunity_id = 'hubspot:9001'"
            " order by version_number"
        ).fetchall()
        assert amounts[0] == ("2026-01-05", 900)
        assert amounts[-1][1] == 1200
        assert ("2026-02-15", 1200) in amounts

    def test_the_words_of_the_screen_are_understood(
        self, two_crms: Path, con: duckdb.DuckDBPyConnection
    ) -> None:
        accounts = dict(
            con.execute(
                "select opportunity_id, account_id from core.fct_opportunity"
                " where source_system = 'hubspot'"
            ).fetchall()
        )
        assert accounts["hubspot:9001"] == "hubspot:11"
        assert accounts["hubspot:9002"] == "hubspot:12"
        with duckdb.connect(str(two_crms / "warehouse.duckdb"), read_only=True) as warehouse:
            pairs = warehouse.execute(
                "select opportunity_id, contact_alias"
                " from intermediate.int_hubspot__opportunity_contact order by 1, 2"
            ).fetchall()
            deals = {
                row[0]: row[1:]
                for row in warehouse.execute(
                    "select opportunity_id, loss_reason, forecast_category, merged_into_alias,"
                    " pipeline_name from intermediate.int_hubspot__opportunity"
                ).fetchall()
            }
        assert pairs == [
            *(("hubspot:9001", contact) for contact in ("8001", "8002")),
            *(("hubspot:9002", contact) for contact in ("8001", "8002", "8003")),
            *(("hubspot:9009", contact) for contact in ("8003", "8004")),
        ]
        assert deals["hubspot:9001"] == (None, "Commit", None, "Sales")
        assert deals["hubspot:9002"][1] == "Closed"
        assert deals["hubspot:9009"][2] == "9002"
        assert {deals[f"hubspot:{n}"][0].lower() for n in (9004, 9005, 9006)} == {"price"}
        assert deals["hubspot:9007"][0] == "other"

    def test_a_merged_deal_is_no_deal_of_its_own(self, con: duckdb.DuckDBPyConnection) -> None:
        assert con.execute(
            "select merged_opportunity_id, opportunity_id, merged_date::varchar"
            " from core.dim_opportunity_merge"
        ).fetchall() == [("hubspot:9009", "hubspot:9002", "2026-02-10")]
        assert con.execute(
            "select opportunity_id, is_deleted, deleted_date::varchar, merged_into_opportunity_id"
            " from core.fct_opportunity where is_merged"
        ).fetchall() == [("hubspot:9009", True, "2026-02-10", "hubspot:9002")]
        # Teal's 100 in Proposal are in no stock, its 6 January is in no flow.
        created = (
            'select sum(numerator) from "leading".fct_leading_indicator'
            " where indicator_id = 'PI-03' and measure_id = 'count' and entity_type = 'company'"
            " and period_grain = 'year' and dimension = 'all'"
        )
        assert con.execute(created).fetchone() == (7,)
        stock = (
            'select denominator from "leading".fct_leading_indicator'
            " where indicator_id = 'ST-05' and entity_type = 'company' and period_grain = 'year'"
            " and dimension = 'all'"
        )
        assert con.execute(stock).fetchall() == [(2,)]

    def test_what_was_told_of_a_merged_deal_is_the_survivors(
        self, con: duckdb.DuckDBPyConnection
    ) -> None:
        assert con.execute(
            "select opportunity_id, source_opportunity_id from core.fct_activity"
            " where activity_id = 'hubspot:503'"
        ).fetchall() == [("hubspot:9002", "hubspot:9009")]
        assert con.execute(
            "select session_id, opportunity_id, source_opportunity_id, account_id, is_deal_coaching"
            " from core.fct_coaching_session order by 1"
        ).fetchall() == [
            ("coaching_log:S1", "hubspot:9002", "hubspot:9009", "hubspot:12", True),
            ("coaching_log:S2", "hubspot:9002", "hubspot:9002", "hubspot:12", True),
        ]
        assert con.execute(
            "select contact_id, source_opportunity_id from core.fct_opportunity_contact"
            " where opportunity_id = 'hubspot:9002' order by 1"
        ).fetchall() == [
            ("hubspot:8001", "hubspot:9002"),
            ("hubspot:8002", "hubspot:9002"),
            ("hubspot:8003", "hubspot:9002"),
            ("hubspot:8004", "hubspot:9009"),
        ]
        last = "select last_activity_date::varchar from core.fct_opportunity where"
        assert con.execute(f"{last} opportunity_id = 'hubspot:9002'").fetchone() == ("2026-02-08",)

    def test_calls_have_a_direction_and_no_text(
        self, two_crms: Path, con: duckdb.DuckDBPyConnection
    ) -> None:
        calls = con.execute(
            "select activity_id, activity_type, opportunity_id, duration_minutes, is_completed"
            " from core.fct_activity order by 1"
        ).fetchall()
        assert calls == [
            ("hubspot:501", "call", "hubspot:9001", 2, True),
            ("hubspot:502", "call", "hubspot:9002", 1, False),
            ("hubspot:503", "call", "hubspot:9002", 1, True),
        ]
        with duckdb.connect(str(two_crms / "warehouse.duckdb"), read_only=True) as warehouse:
            assert warehouse.execute(
                "select direction from intermediate.int_activity_conformed order by activity_id"
            ).fetchall() == [("outbound",), ("inbound",), ("outbound",)]
        for schema, table, column in con.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where data_type = 'VARCHAR'"
        ).fetchall():
            found = con.execute(
                f'select count(*) from "{schema}"."{table}"'
                f" where \"{column}\" like '%nervous%' or \"{column}\" like '%rude%'"
            ).fetchone()
            assert found == (0,), (schema, table, column)
