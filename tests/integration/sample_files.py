"""The sample company's raw files as tables, read with nothing but SQL and the standard library.

Planted records are left out where they would disturb: they have numbers of their own, far above the
clean ones. No code of the sample or of the warehouse is used, so that what is measured here was
really written.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa

CSV = (
    "all_varchar = true, header = true, union_by_name = true, null_padding = true, "
    "strict_mode = false, ignore_errors = true, parallel = false"
)
FILES = {
    "sf_opportunity": ("salesforce/Opportunity_20[2-9]*.csv", "salesforce/Opportunity_delta_*.csv"),
    "sf_history": ("salesforce/OpportunityHistory_20*.csv*",),
    "sf_user": ("salesforce/User.csv",),
    "sf_split": ("salesforce/OpportunitySplit.csv",),
    "sf_account": ("salesforce/Account.csv",),
    "sf_territory": ("salesforce/Territory2.csv",),
    "other_territory": ("reference/Territories.csv",),
    "contact_role": ("salesforce/OpportunityContactRole.csv",),
    "deal_contact": ("hubspot/deal_contact.csv",),
    "hs_deal": ("hubspot/deal.csv",),
    "hs_property": ("hubspot/deal_property_history.csv",),
    "hs_owner": ("hubspot/owner.csv",),
    "hs_stage": ("hubspot/deal_pipeline_stage.csv",),
    "hs_merge": ("hubspot/merged_deal.csv",),
    "hs_company": ("hubspot/company_2026-09-30.csv",),
    "roster": ("people/roster.csv",),
    "template_csv": ("coaching_log/sessions_*.csv",),
    "log": ("coaching_log/Session Log.csv",),
    "form": ("coaching_log/Form Responses.csv",),
    "survey": ("coaching_log/Survey Responses.csv",),
    "award": ("coaching_log/Awards.csv",),
    "initiative": ("coaching_log/Initiatives.csv",),
    "action": ("coaching_log/actions_*.csv",),
    "policy": ("coaching_log/policies.csv",),
    "plan": ("reference/Deal Plans.csv",),
    "enrolment": ("learning/Enrolments.csv",),
    "assessment": ("learning/Assessments.csv",),
    "true_deal": ("_truth/deals.csv",),
    "true_training": ("_truth/training.csv",),
    "true_session": ("_truth/sessions.csv",),
    "manager": ("_truth/manager_maturity.csv",),
    "true_person": ("_truth/people.csv",),
}
WORKBOOKS = {"template_xlsx": "coaching_log/sessions_dach.xlsx"}
MADE = {
    # One row per person and version of the roster.
    "posting": """
        select
            person_id, trim(full_name) as full_name, lower(email) as email, team, region, role,
            cast(valid_from as date) as valid_from,
            try_cast(hire_date as date) as hire_date,
            try_cast(leave_date as date) as leave_date, leaving_reason, manager as manager_id,
            lead(cast(valid_from as date), 1, date '9999-01-01')
                over (partition by person_id order by valid_from) as valid_to
        from (
            select distinct on (person_id, valid_from) * from roster
            where try_cast(valid_from as date) is not null
                and regexp_matches(person_id, '^E[0-8]') and person_id < 'E99'
        )
    """,
    "person": """
        select distinct on (person_id) * from posting order by person_id, valid_from desc
    """,
    # One row per opportunity of Salesforce, as the newest readable row tells it.
    "sf_deal": """
        with newest as (
            select distinct on (left(Id, 15)) * from sf_opportunity
            where left(Id, 12) = '0065f0000000'
                and (coalesce(Amount, '') = '' or try_cast(Amount as decimal(18, 2)) is not null)
            order by left(Id, 15), SystemModstamp desc
        ),
        first_owner as (
            select OpportunityId, arg_min(OwnerId, CreatedDate) as owner_id from sf_history
            where CreatedDate <> '' group by 1
        )
        select
            n.Id as deal_id, lower(u.Email) as email,
            cast(n.CreatedDate as timestamp) as created_at, cast(n.CloseDate as date) as close_date,
            case when n.IsWon = 'true' then 'won' when n.IsClosed = 'true' then 'lost'
                else 'open' end as outcome,
            n.CurrencyIsoCode as currency_code, try_cast(n.Amount as double) as amount
        from newest as n
        inner join first_owner as f on n.Id = f.OpportunityId
        inner join (select distinct Id, Email from sf_user) as u on f.owner_id = u.Id
    """,
    "hs_deal_known": """
        with first_owner as (
            select deal_id, arg_min(value, timestamp) as owner_id from hs_property
            where name = 'hubspot_owner_id' and timestamp <> '' group by 1
        )
        select distinct on (d.deal_id)
            d.deal_id, lower(o.email) as email,
            cast(d.property_createdate as timestamp) as created_at,
            cast(left(d.property_closedate, 10) as date) as close_date,
            case when s.closed_won = 'true' then 'won' when s.is_closed = 'true' then 'lost'
                else 'open' end as outcome,
            d.property_deal_currency_code as currency_code,
            try_cast(d.property_amount as double) as amount
        from hs_deal as d
        inner join hs_stage as s on d.deal_pipeline_stage_id = s.stage_id
        inner join first_owner as f on d.deal_id = f.deal_id
        inner join hs_owner as o on f.owner_id = o.owner_id
        where d.deal_id < '189'
    """,
    # One row per deal of either CRM, with the region and team of its first owner on that day.
    "deal": """
        select
            d.*, cast(d.created_at as date) as created_date, p.person_id, p.region, p.team
        from (
            select 'salesforce' as crm, * from sf_deal union all
            select 'hubspot', * from hs_deal_known
        ) as d
        inner join posting as p
            on d.email = p.email
            and cast(d.created_at as date) >= p.valid_from
            and cast(d.created_at as date) < p.valid_to
    """,
    # One row per session that stands in a sheet; the template tells more than the others.
    "session": """
        with noted as (
            select
                'template' as channel, try_cast(session_date as date) as session_date, coach,
                coachee, opportunity_id as deal_id, status, initiative, notes,
                try_cast(moved_from_date as date) as moved_from_date
            from template_csv where session_id < 'CS-9'
            union all
            select
                'template', try_cast(left("Date", 10) as date), "Manager", "Rep", opportunity_id,
                status, initiative, notes, try_cast(left(moved_from_date, 10) as date)
            from template_xlsx where session_id < 'CS-9'
            union all
            select
                'log', try_cast("Date" as date), "Coach", "Rep", "Opportunity", "Status", null,
                null, null
            from log
            union all
            select
                'form', try_cast("When did the session take place?" as date), "Email Address",
                "Who did you coach?", "Which deal?", "Did it take place?", null, null, null
            from form
        ),
        known as (
            select lower(full_name) as name, person_id from person
            union select email, person_id from person
        )
        select
            n.* exclude (coach, coachee), c.person_id as coach_id, r.person_id as coachee_id,
            p.email as coachee, coalesce(p.region, m.region) as region,
            coalesce(p.team, m.team) as team
        from noted as n
        left join known as c on lower(trim(replace(n.coach, chr(160), ' '))) = c.name
        left join known as r on lower(trim(n.coachee)) = r.name
        left join posting as p
            on r.person_id = p.person_id
            and n.session_date >= p.valid_from and n.session_date < p.valid_to
        left join posting as m
            on c.person_id = m.person_id
            and n.session_date >= m.valid_from and n.session_date < m.valid_to
    """,
    # One row per session in our template, which alone tells what it was about; how good it was and
    # whose team it was in stands in no file.
    "coached": """
        with noted as (
            select
                session_id, try_cast(session_date as date) as session_date, coachee, area, account,
                mode, status
            from template_csv
            union all
            select
                session_id, try_cast(left("Date", 10) as date), "Rep", area, account, mode, status
            from template_xlsx
        ),
        known as (
            select lower(full_name) as name, person_id from person
            union select email, person_id from person
        )
        select distinct on (n.session_id)
            n.* exclude (coachee), r.person_id as coachee_id, t.region,
            cast(t.quality as double) as quality
        from noted as n
        inner join true_session as t on n.session_id = t.session
        left join known as r on lower(trim(n.coachee)) = r.name
        where n.session_id < 'CS-9'
    """,
    # One row per account of either CRM, with the person who owns it today.
    "account": """
        select distinct on (a.name, a.owner) a.*, p.person_id as owner_id, p.role as owner_role
        from (
            select
                n."Name" as name, lower(u."Email") as owner, n."Key_Account__c" = 'true' as is_key
            from sf_account as n
            inner join (select distinct "Id", "Email" from sf_user) as u on n."OwnerId" = u."Id"
            where left(n."Id", 12) = '0015f0000000'
            union all
            select
                c.property_name, lower(o.email), c.property_hs_is_target_account = 'true'
            from hs_company as c
            inner join hs_owner as o on c.property_hubspot_owner_id = o.owner_id
            where left(c.id, 3) = '920'
        ) as a
        inner join person as p on a.owner = p.email
    """,
    # One row per person and fiscal quarter with a quota; names that fit nobody are planted.
    "quota": """
        with known as (
            select lower(full_name) as name, person_id from person
            union select email, person_id from person
        )
        select distinct
            k.person_id, q.* exclude (name), v.region,
            least(q.starts + 45, date '2026-09-30') as middle,
            least(q.starts + 45, date '2026-09-30') - p.hire_date as tenure
        from quota_sheet as q
        inner join known as k on lower(q.name) = k.name
        inner join person as p on k.person_id = p.person_id
        inner join posting as v
            on k.person_id = v.person_id
            and least(q.starts + 45, date '2026-09-30') >= v.valid_from
            and least(q.starts + 45, date '2026-09-30') < v.valid_to
        where q.amount > 0 and q.name <> 'Maria Santos'
    """,
}


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%d.%m.%Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _quotas(folder: Path) -> Iterator[dict[str, Any]]:
    """Finance's sheets as far as a person can read them: German days and numbers."""
    for path in sorted((folder / "tabular").glob("Quota FY*.csv")):
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
        for row in csv.DictReader(io.StringIO(text), delimiter=";"):
            starts, ends = _day(row["Quarter start"]), _day(row["Quarter end"])
            amount = (row["Quota"] or "").replace(".", "").replace(",", ".")
            if starts and ends and re.fullmatch(r"\d+\.\d+", amount):
                yield {
                    "name": row["Rep"],
                    "starts": starts,
                    "ends": ends,
                    "amount": float(amount),
                    "year": 2000 + int(path.stem[-2:]),
                }


def _forecasts(folder: Path) -> Iterator[dict[str, Any]]:
    """Weekly forecasts of the managers, in the same German days and numbers."""
    for path in sorted((folder / "tabular").glob("Forecast *.csv")):
        for row in csv.DictReader(path.open(encoding="utf-8-sig", newline=""), delimiter=";"):
            yield {
                "name": row["Manager"],
                "ends": _day(row["Quarter end"]),
                "starts": _day(row["Quarter start"]),
                "submitted": _day(row["Week of"]),
                "call": row["Call"],
                "amount": float(row["Amount"].replace(".", "").replace(",", ".")),
            }


def _recorded_calls(folder: Path) -> Iterator[dict[str, Any]]:
    for page in sorted((folder / "gong").glob("calls_*.json")):
        for call in json.loads(page.read_text("utf-8"))["calls"]:
            stats = {
                item["name"]: item["value"] for item in call["interaction"]["interactionStats"]
            }
            yield {
                "deal_id": call["context"][0]["objects"][0]["objectId"],
                "talk_share": stats["Talk Ratio"],
                "questions": call["interaction"]["questions"]["companyCount"],
            }


def _workbook(path: Path) -> pa.Table:
    header, *rows = openpyxl.load_workbook(path, read_only=True).active.values
    return pa.table(
        {
            str(name): [None if row[place] is None else str(row[place]) for row in rows]
            for place, name in enumerate(header)
        }
    )


def read_files(folder: Path, names: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """Read some of a sample company's files with commas into a database in memory."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    for name in names:
        # A file that is cut off is planted; so is one of 2019, which lacks a column.
        paths = sorted(path for pattern in FILES[name] for path in folder.glob(pattern))
        kept = [str(path) for path in paths if "backup" not in path.name]
        con.execute(f"create table {name} as select * from read_csv(?, {CSV})", [kept])
    return con


def read_sample(folder: Path) -> duckdb.DuckDBPyConnection:
    """Read a sample company's files into a database in memory."""
    con = read_files(folder, FILES)
    for name, path in WORKBOOKS.items():
        con.register("sheet", _workbook(folder / path))
        con.execute(f"create table {name} as select * from sheet")
        con.unregister("sheet")
    con.register("sheet", pa.Table.from_pylist(list(_quotas(folder))))
    con.execute("create table quota_sheet as select * from sheet")
    con.register("sheet", pa.Table.from_pylist(list(_forecasts(folder))))
    con.execute("create table forecast as select * from sheet")
    con.register("calls", pa.Table.from_pylist(list(_recorded_calls(folder))))
    con.execute("create table recorded_call as select * from calls")
    for name, query in MADE.items():
        con.execute(f"create table {name} as {query}")
    return con
