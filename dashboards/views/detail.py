"""Detail: what stands behind one line of 'coach next', for a person or a deal."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components import charts, data, disputes, notes
from dashboards.components.words import (
    NO_VALUE,
    as_date,
    count_of,
    day,
    deal_name,
    money,
    number,
    plain,
)
from dashboards.queries import detail, selection
from dashboards.record_links import record_link

HOME_PAGE = "views/this_week.py"


def render() -> None:
    """Draw the page for the person or deal that the address names."""
    st.page_link(HOME_PAGE, label="This week", icon=":material/arrow_back:")
    if data.is_council():
        st.title("Single persons and deals are not shown", anchor=False)
        st.write(f"Their figures are {data.withheld()}. The page Coaching shows groups.")
        return
    deal_id = st.query_params.get("deal", "")
    rep_id = st.query_params.get("rep", "")
    if deal_id:
        rows = data.ask(detail.deal, deal_id)
        if len(rows):
            show_deal(rows.iloc[0])
            return
    elif rep_id:
        rows = data.ask(detail.person, rep_id)
        if len(rows):
            show_person(rows.iloc[0])
            return
    st.title("Nobody and no deal of that name is here", anchor=False)
    st.write("Come in through a line of the list on the page This week.")


def show_person(person: pd.Series) -> None:
    """Show a person's coaching weeks and open deals."""
    today = as_date(data.ask(selection.clock).iloc[0]["as_of_date"])
    weeks = data.ask(detail.person_weeks, str(person["person_id"]), today, 26)
    deals = data.ask(detail.open_deals, str(person["person_id"]))
    name = str(person["full_name"])
    if person["manager_name"] and not pd.isna(person["manager_name"]):
        st.caption(f"Reports to {plain(person['manager_name'])} · {plain(person['team_name'])}")
    coached = int((weeks["broad_session_count"] > 0).sum()) if len(weeks) else 0
    st.title(
        f"{plain(name)} was coached in {coached} of the last {count_of(len(weeks), 'week')}",
        anchor=False,
    )
    if len(weeks):
        drawn = weeks.rename(
            columns={"broad_session_count": "sessions", "broad_minutes": "minutes"}
        )
        charts.show(
            charts.weeks(drawn[["week_start", "minutes", "sessions"]]),
            f"Minutes of coaching per week; {coached} of {len(weeks)} weeks have a session.",
            key="person_weeks",
        )
    overdue = int(deals["is_overdue"].sum()) if len(deals) else 0
    st.header(
        f"{number(overdue)} of {count_of(len(deals), 'open deal')} "
        f"{'is' if overdue == 1 else 'are'} past the expected close date"
        if len(deals)
        else "No deal is open",
        anchor=False,
    )
    if len(deals):
        names = zip(deals["opportunity_name"], deals["opportunity_id"], strict=True)
        st.dataframe(
            deals.assign(opportunity_name=[deal_name(*pair) for pair in names]),
            hide_index=True,
            placeholder=NO_VALUE,
            column_order=[
                "opportunity_name",
                "stage_name",
                "amount",
                "currency_code",
                "close_date",
                "close_date_push_count",
                "last_activity_date",
            ],
            column_config={
                "opportunity_name": "Deal",
                "stage_name": "Stage",
                "amount": st.column_config.NumberColumn("Amount", format="localized"),
                "currency_code": "Currency",
                "close_date": st.column_config.DateColumn("Expected close", format="localized"),
                "close_date_push_count": "Pushes",
                "last_activity_date": st.column_config.DateColumn(
                    "Last activity", format="localized"
                ),
            },
        )
    rows = data.ask(detail.person_rows, str(person["person_id"]), today)
    disputes.form(disputes.rows_of(rows), "person")
    notes.section(str(person["person_id"]))


def show_deal(deal: pd.Series) -> None:
    """Show a deal's state and how it came to it."""
    today = as_date(data.ask(selection.clock).iloc[0]["as_of_date"])
    owner = NO_VALUE if pd.isna(deal["owner_name"]) else plain(deal["owner_name"])
    manager = "" if pd.isna(deal["manager_name"]) else f", reports to {plain(deal['manager_name'])}"
    st.caption(f"Owned by {owner}{manager}")
    pushes = 0 if pd.isna(deal["close_date_push_count"]) else int(deal["close_date_push_count"])
    name = plain(deal_name(deal["opportunity_name"], deal["opportunity_id"]))
    pushed = (
        f"the date was pushed {count_of(pushes, 'time')}" if pushes else "the date was never pushed"
    )
    if deal["outcome"] == "open" and not pd.isna(deal["close_date"]):
        late = (today - as_date(deal["close_date"])).days
        if late > 0:
            title = f"{name} is {count_of(late, 'day')} past its close date; {pushed}"
        else:
            title = f"{name} is expected to close in {count_of(-late, 'day')}; {pushed}"
    else:
        title = f"{name} is {plain(str(deal['outcome']).replace('_', ' '))}; {pushed}"
    st.title(title, anchor=False)
    facts = (
        ("Stage", str(deal["stage_name"])),
        ("Amount", money(deal["amount"], str(deal["currency_code"]))),
        ("Expected close" if deal["outcome"] == "open" else "Closed", day(deal["close_date"])),
        ("Last activity", day(deal["last_activity_date"])),
    )
    for column, (label, value) in zip(st.columns(4), facts, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f":gray[:small[{label}]]  \n**{plain(value)}**")
    system, address = record_link(deal["opportunity_id"])
    if address:
        st.link_button(f"Open in {system}", address, icon=":material/open_in_new:", type="tertiary")
    versions = data.ask(detail.deal_versions, str(deal["opportunity_id"]))
    if len(versions) > 1:
        st.header(
            f"The deal changed {count_of(len(versions) - 1, 'time')} on the way here", anchor=False
        )
        st.dataframe(
            versions,
            hide_index=True,
            placeholder=NO_VALUE,
            column_config={
                "valid_from_date": st.column_config.DateColumn("Since", format="localized"),
                "stage_name": "Stage",
                "amount": st.column_config.NumberColumn("Amount", format="localized"),
                "currency_code": "Currency",
                "close_date": st.column_config.DateColumn("Expected close", format="localized"),
            },
        )
    rows = data.ask(detail.deal_rows, str(deal["opportunity_id"]))
    disputes.form(disputes.rows_of(rows), "deal")
    if not pd.isna(deal["owner_name"]):
        # A link to the page one is on would leave the address behind, so this is a button.
        st.button(
            f"More about {owner}",
            icon=":material/person:",
            type="tertiary",
            on_click=st.query_params.from_dict,
            args=({"rep": str(deal["owner_id"])},),
        )


render()
