"""The core on real dbt and real DuckDB: a hand-made company of one page, told by four systems.

What is asked here needs landing, staging and core together: identity across systems, the cut at
as_of, history from changes and from versions, a source that is not there at all.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from core_builder import Query, build_core, reader

pytestmark = pytest.mark.slow

CONFIG = """\
version: 1
company: One Page
landing: .
reporting:
  {timezone: UTC, currency: USD, fiscal_year_start_month: 2, as_of: AS_OF}
sources:
SOURCES
"""
SALESFORCE = {
    "salesforce/User.csv": """\
Id,Name,Email,Username,ManagerId,IsActive,SystemModstamp
0055f0000000001AAA,Ann M. Lee,ANN@x.example,ann@x.prod,0055f0000000003AAA,true,2026-01-01T00:00:00Z
0055f0000000002AAA,Bo Park,,bo.p@x.prod,0055f0000000003AAA,true,2026-01-01T00:00:00Z
0055f0000000003AAA,Mia Stone,mia@x.example,mia@x.prod,,true,2026-01-01T00:00:00Z
0055f0000000004AAA,Kim Ray,,kim.r@x.prod,,true,2026-01-01T00:00:00Z
""",
    "salesforce/Opportunity.csv": """\
Id,Name,OwnerId,StageName,Amount,CloseDate,\
CreatedDate,SystemModstamp,IsClosed,IsWon,IsDeleted,Product__c
0065f0000000001AAA,With history,0055f0000000001AAA,Closed Won,120,2026-03-20,\
2026-01-05T10:00:00Z,2026-03-20T09:00:00Z,true,true,false,Kit
0065f0000000002AAA,Only its end,0055f0000000002AAA,Closed Lost,80,2026-02-10,\
2026-01-10T10:00:00Z,2026-02-15T09:00:00Z,true,false,false,Kit
0065f0000000003AAA,Strange stage,0055f0000000001AAA,Legal Limbo,50,2026-05-01,\
2026-02-01T10:00:00Z,2026-02-01T10:00:00Z,false,false,false,
0065f0000000004AAA,Deleted,0055f0000000004AAA,Prospecting,10,2026-05-01,\
2026-02-01T10:00:00Z,2026-02-03T10:00:00Z,false,false,true,
0065f0000000005AAA,Of April,0055f0000000001AAA,Prospecting,10,2026-05-01,\
2026-04-01T10:00:00Z,2026-04-01T10:00:00Z,false,false,false,
""",
    "salesforce/OpportunityHistory.csv": """\
Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate
0085f0000000001AAA,0065f0000000001AAA,Prospecting,100,2026-02-28,2026-01-05T10:00:00Z
0085f0000000002AAA,0065f0000000001AAA,Qualification,110,2026-03-15,2026-01-20T10:00:00Z
0085f0000000003AAA,0065f0000000001AAA,Closed Won,120,2026-02-28,2026-02-20T10:00:00Z
0085f0000000004AAA,0065f0000000001AAA,Qualification,110,2026-03-31,2026-03-01T10:00:00Z
0085f0000000005AAA,0065f0000000001AAA,Closed Won,120,2026-03-20,2026-03-20T08:00:00Z
""",
}
PEOPLE = {
    "people/roster.csv": """\
person_id,full_name,email,manager,team,region,role,hire_date,valid_from
E1,Ann Lee,ann@x.example,Mia Stone,Team A,North,rep,2025-01-01,2025-01-01
E1,Ann Lee,ann@x.example,E9,Team B,South,rep,2025-01-01,2026-03-01
E2,Bo Park,bo@x.example,mia@x.example,Team A,North,rep,2025-01-01,2025-01-01
E3,Mia Stone,mia@x.example,,,North,manager,2024-01-01,2024-01-01
E9,Sam Hill,sam@x.example,,,South,manager,2024-01-01,2024-01-01
E4,Kim Ray,kim@x.example,E3,Team A,North,rep,2025-01-01,2025-01-01
E5,Kim Ray,kim2@x.example,E9,Team B,South,rep,2025-01-01,2025-01-01
""",
    "people/alias.csv": """\
system,alias,person,confirmed_by,valid_from
salesforce,kim.r@x.prod,E5,data team,2025-01-01
coaching_log,Annie,ann@x.example,data team,2025-01-01
""",
}
COACHING = {
    "coaching_log/sessions.csv": """\
session_id,session_date,duration_minutes,coach,coachee,area,focus,mode,opportunity_id,status,recorded_at
S1,2026-02-10,60,Mia Stone,Annie,deal,next step,1:1,0065f0000000001AAA,held,2026-02-10T12:00:00Z
S2,2026-03-10,30,sam@x.example,ann@x.example,deal,,1:1,0065f0000000002AAA,held,2026-03-10T12:00:00Z
S3,2026-03-11,31,E3,,skill,listening,group,,held,2026-03-11T12:00:00Z
S4,2026-03-12,30,Mia Stone,Kim Ray,skill,listening,1:1,,held,2026-03-12T12:00:00Z
S5,2026-03-13,30,Mia Stone,Bo Park,,,inspection,,held,2026-03-13T12:00:00Z
S6,2026-04-02,30,Mia Stone,Bo Park,deal,x,1:1,,held,2026-04-02T12:00:00Z
""",
    "coaching_log/attendees.csv": """\
session_id,coachee,minutes,skill,score,attended
S3,Bo Park,31,Listening,4,true
S3,Ann Lee,31,Listening,3,true
""",
    "coaching_log/actions.csv": """\
action_id,session_id,owner,created_date,due_date,completed_date,status
A1,S1,Annie,2026-02-10,2026-02-20,2026-02-19,done
A2,S4,Kim Ray,2026-03-12,2026-03-20,,open
""",
}


def build(root: Path, project: Path, files: dict[str, str], as_of: str, *select: str) -> Path:
    """Land the files of each system and run the models up to the core; return the warehouse.

    With ``select`` only the models that are asked, and what they need.
    """
    systems = sorted({name.split("/")[0] for name in files})
    sources = "\n".join(f"  {system}: {{files: ['{system}/*']}}" for system in systems)
    config = CONFIG.replace("AS_OF", as_of).replace("SOURCES", sources)
    return build_core(root, project, files, config, select)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Query:
    """Everything the four systems say, seen on 31 March 2026."""
    root = tmp_path_factory.mktemp("core")
    return reader(build(root, project_root, SALESFORCE | PEOPLE | COACHING, "2026-03-31"))


def test_core_users_become_roster_people_by_map_email_and_unique_name(core: Query) -> None:
    found = core(
        """select alias, person_id, how from core.bridge_person_identity
        where system = 'salesforce' and alias like '005%' order by alias"""
    )
    assert [row[1] for row in found] == ["people:E1", "people:E2", "people:E3", "people:E5"]
    assert core("select count(*) from core.dim_person") == [(6,)]


def test_core_ambiguous_name_is_listed_and_never_guessed(core: Query) -> None:
    assert core("select system, alias, reason, row_count from core.dim_unmatched_person") == [
        ("coaching_log", "Kim Ray", "ambiguous", 2)
    ]
    assert core(
        "select coachee_id from core.bridge_session_attendee where session_id like '%S4'"
    ) == [("(unassigned)",)]


def test_core_deal_that_was_reopened_keeps_its_last_close_and_all_stays(core: Query) -> None:
    stays = core(
        """select stage_name, entered_date::varchar, left_date::varchar, is_reopening
        from core.fct_opportunity_stage where opportunity_id like '%1' order by stay_number"""
    )
    assert stays == [
        ("Prospecting", "2026-01-05", "2026-01-20", False),
        ("Qualification", "2026-01-20", "2026-02-20", False),
        ("Closed Won", "2026-02-20", "2026-03-01", False),
        ("Qualification", "2026-03-01", "2026-03-20", True),
        ("Closed Won", "2026-03-20", "9999-12-31", False),
    ]
    deal = core(
        """select outcome, amount, close_date::varchar, cycle_days,
            close_date_push_count, close_date_push_days, first_qualified_date::varchar,
            first_qualified_amount, reopening_count, owner_org_key
        from core.fct_opportunity where opportunity_id like '%1'"""
    )[0]
    assert deal[:2] == ("won", 120)
    assert deal[2:] == ("2026-03-20", 74, 1, 15, "2026-01-20", 110, 1, "people:E1@2026-03-01")


def test_core_deal_of_which_only_the_end_is_known_is_open_until_it_closed(core: Query) -> None:
    versions = core(
        """select stage_name, amount, valid_from_date::varchar, valid_to_date::varchar, is_inferred
        from core.fct_opportunity_version where opportunity_id like '%2' order by version_number"""
    )
    assert versions == [
        ("(before close)", None, "2026-01-10", "2026-02-10", True),
        ("Closed Lost", 80, "2026-02-10", "9999-12-31", False),
    ]


def test_core_keeps_deleted_deals_and_lists_unmapped_stages(core: Query) -> None:
    assert core(
        "select opportunity_name, is_deleted from core.fct_opportunity where is_deleted"
    ) == [("Deleted", True)]
    assert core("select stage_name, stage_category, row_count from core.dim_unmapped_stage") == [
        ("Legal Limbo", "open", 1)
    ]


def test_core_knows_nothing_of_what_came_after_as_of(core: Query) -> None:
    assert core(
        "select count(*) from core.fct_opportunity where opportunity_name = 'Of April'"
    ) == [(0,)]
    assert core("select count(*) from core.fct_coaching_session where session_id like '%S6'") == [
        (0,)
    ]


def test_core_session_is_strict_only_with_all_it_takes(core: Query) -> None:
    flags = core(
        """select session_id, is_broad, is_strict, is_after_close, is_deal_coaching, attendee_count
        from core.fct_coaching_session order by session_id"""
    )
    assert flags == [
        ("coaching_log:S1", True, True, False, True, 1),
        ("coaching_log:S2", True, False, True, False, 1),
        ("coaching_log:S3", True, False, False, False, 2),
        ("coaching_log:S4", True, False, False, False, 1),
        ("coaching_log:S5", False, False, False, False, 1),
    ]
    shares = core(
        """select coachee_id, minutes, coachee_org_key from core.bridge_session_attendee
        where session_id like '%S3' order by coachee_id"""
    )
    # The odd minute of 31 is Bo's, who stands first on the list.
    assert shares == [
        ("people:E1", 15, "people:E1@2026-03-01"),
        ("people:E2", 16, "people:E2@1900-01-01"),
    ]


def test_core_parts_of_the_organisation_follow_the_move(core: Query) -> None:
    places = core(
        """select manager_id, team_id, region, valid_from::varchar, valid_to::varchar
        from core.dim_person_history where person_id = 'people:E1' order by valid_from"""
    )
    assert places == [
        ("people:E3", "Team A", "North", "1900-01-01", "2026-03-01"),
        ("people:E9", "Team B", "South", "2026-03-01", "9999-12-31"),
    ]


def test_core_without_roster_and_log_stands_on_the_crm_alone(
    tmp_path: Path, project_root: Path
) -> None:
    ask = reader(build(tmp_path, project_root, SALESFORCE, "2026-02-28"))
    assert ask("select person_id, role from core.dim_person order by person_id") == [
        ("salesforce:0055f0000000001", "rep"),
        ("salesforce:0055f0000000002", "rep"),
        ("salesforce:0055f0000000003", "manager"),
        ("salesforce:0055f0000000004", "rep"),
    ]
    assert ask(
        """select outcome, amount, close_date::varchar from core.fct_opportunity
        where opportunity_id like '%1'"""
    ) == [("won", 120, "2026-02-28")]
    assert ask("select policy_id, every_n_days, is_assumed from core.dim_coaching_policy") == [
        ("halftime:assumed", 14, True)
    ]
    assert ask("select count(*) from core.fct_coaching_session") == [(0,)]


# What was exported again in March, seen on 28 February: a deal that went to another account, an
# account that changed hands and trade, a user who was closed in February and whose title changed.
LATER = {
    "salesforce/User_2.csv": """\
Id,Name,ManagerId,IsActive,Title,SystemModstamp
0055f0000000005AAA,Lea Gone,0055f0000000003AAA,true,Junior,2026-01-01T00:00:00Z
0055f0000000005AAA,Lea Gone,0055f0000000003AAA,false,Senior,2026-02-20T00:00:00Z
0055f0000000005AAA,Lea Gone,0055f0000000003AAA,false,Former,2026-03-15T00:00:00Z
0055f0000000006AAA,Tom Late,0055f0000000003AAA,true,Junior,2026-01-01T00:00:00Z
0055f0000000006AAA,Tom Late,0055f0000000003AAA,false,Junior,2026-03-15T00:00:00Z
""",
    "salesforce/Account.csv": """\
Id,Name,Industry,OwnerId,ParentId,CreatedDate,SystemModstamp
0015f0000000001AAA,Acme,Mining,0055f0000000001AAA,,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z
0015f0000000002AAA,Beta,Retail,0055f0000000001AAA,,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z
""",
    "salesforce/Account_2.csv": """\
Id,Name,Industry,OwnerId,ParentId,CreatedDate,SystemModstamp
0015f0000000001AAA,Acme Two,Banking,0055f0000000002AAA,0015f0000000002AAA,\
2025-01-01T00:00:00Z,2026-03-15T00:00:00Z
""",
    "salesforce/Opportunity_2.csv": """\
Id,Name,OwnerId,AccountId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp,Type,LeadSource,\
Product__c
0065f0000000006AAA,Moved,0055f0000000005AAA,0015f0000000001AAA,Prospecting,10,2026-05-01,\
2026-02-01T10:00:00Z,2026-02-01T10:00:00Z,New,Web,Kit
0065f0000000006AAA,Moved on,0055f0000000006AAA,0015f0000000002AAA,Prospecting,10,2026-05-01,\
2026-02-01T10:00:00Z,2026-03-15T10:00:00Z,Renewal,Fair,Box
""",
}


def test_core_describes_deals_accounts_and_people_as_they_were_known(
    tmp_path: Path, project_root: Path
) -> None:
    asked = ("+fct_opportunity", "+dim_account", "+dim_product", "+dim_person")
    ask = reader(build(tmp_path, project_root, SALESFORCE | LATER, "2026-02-28", *asked))
    assert ask(
        """select d.opportunity_name, d.account_id, p.product_name, d.opportunity_type,
            d.lead_source, d._source_file, d._source_row
        from core.fct_opportunity as d left join core.dim_product as p using (product_id)
        where d.opportunity_id like '%6'"""
    ) == [
        (
            *("Moved", "salesforce:0015f0000000001", "Kit", "New", "Web"),
            *("salesforce/Opportunity_2.csv", 2),
        )
    ]
    assert ask(
        """select account_name, industry, owner_id, parent_account_id, _source_file
        from core.dim_account where account_id like '%1'"""
    ) == [("Acme", "Mining", "salesforce:0055f0000000001", None, "salesforce/Account.csv")]
    assert ask(
        """select full_name, job_title, is_active, leave_date::varchar from core.dim_person
        where person_id like '%5' or person_id like '%6' order by 1"""
    ) == [("Lea Gone", "Senior", False, "2026-02-20"), ("Tom Late", "Junior", True, None)]


def test_core_place_that_the_roster_ended_is_no_place(tmp_path: Path, project_root: Path) -> None:
    """Ann was away in February, and Bo's last place ended on 10 March."""
    roster = """\
person_id,full_name,email,manager,team,region,role,hire_date,valid_from,valid_to
E1,Ann Lee,ann@x.example,E3,Team A,North,rep,2025-01-01,2025-01-01,2026-02-01
E1,Ann Lee,ann@x.example,E3,Team B,South,rep,2025-01-01,2026-03-01,
E2,Bo Park,bo@x.example,E3,Team A,North,rep,2025-01-01,2025-01-01,2026-01-31
E2,Bo Park,bo@x.example,E3,Team B,North,rep,2025-01-01,2026-02-01,2026-03-10
E3,Mia Stone,mia@x.example,,,North,manager,2024-01-01,2024-01-01,
"""
    files = SALESFORCE | {"people/roster.csv": roster}
    ask = reader(build(tmp_path, project_root, files, "2026-03-31", "+dim_person_history"))
    assert ask(
        """select person_id, team_id, manager_id, is_rep, valid_from::varchar
        from core.dim_person_history where person_id in ('people:E1', 'people:E2') order by 1, 5"""
    ) == [
        ("people:E1", "Team A", "people:E3", True, "1900-01-01"),
        ("people:E1", "(unassigned)", "(unassigned)", False, "2026-02-01"),
        ("people:E1", "Team B", "people:E3", True, "2026-03-01"),
        ("people:E2", "Team A", "people:E3", True, "1900-01-01"),
        ("people:E2", "Team B", "people:E3", True, "2026-02-01"),
        ("people:E2", "(unassigned)", "(unassigned)", False, "2026-03-10"),
    ]
