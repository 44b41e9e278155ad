"""The filters of the sidebar: each is one widget, and each is kept in the page's address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components import data
from dashboards.components.words import as_date
from dashboards.queries import selection
from dashboards.queries.base import Entity, Period

ALL_PRODUCTS = "All products"
_PREFIX = {"region": "Region", "team": "Team", "manager_org": "Manager", "rep": "Rep"}


def entity_label(entity_type: str, name: str) -> str:
    """Return how a part of the organisation is named in the list and in the address."""
    prefix = _PREFIX.get(entity_type)
    return f"{prefix}: {name}" if prefix else "Whole company"


def _unique(labels: pd.Series, ids: pd.Series) -> list[str]:
    """Tell namesakes apart by their id, because the label stands in the address."""
    doubled = labels.duplicated(keep=False)
    return labels.where(~doubled, labels + " (" + ids.astype(str) + ")").tolist()


def organisation() -> Entity | None:
    """Let the reader choose a part of the organisation; None if the scope sees none."""
    rows = data.ask(selection.entities)
    if rows.empty:
        return None
    names = pd.Series(
        [
            entity_label(kind, name)
            for kind, name in zip(rows["entity_type"], rows["name"], strict=True)
        ]
    )
    labels = _unique(names, rows["entity_id"])
    chosen = st.sidebar.selectbox("Organisation", labels, key="org", bind="query-params")
    row = rows.iloc[labels.index(chosen) if chosen in labels else 0]
    kind, name = str(row["entity_type"]), str(row["name"])
    if kind == "company":
        name = str(data.ask(selection.clock).iloc[0]["company"])
    return Entity(kind, str(row["entity_id"]), name)


def period(*grains: str) -> Period | None:
    """Let the reader choose a fiscal quarter, month or year, or one of ``grains``; None if none."""
    rows = data.ask(selection.periods)
    if grains:
        rows = rows[rows["period_grain"].isin(grains)]
    if rows.empty:
        return None
    labels = [
        label if complete else f"{label} to date"
        for label, complete in zip(rows["period_label"], rows["is_complete"], strict=True)
    ]
    chosen = st.sidebar.selectbox("Period", labels, key="period", bind="query-params")
    row = rows.iloc[labels.index(chosen) if chosen in labels else 0]
    return Period(
        grain=str(row["period_grain"]),
        start=as_date(row["period_start"]),
        end=as_date(row["period_end"]),
        label=str(row["period_label"]),
        is_complete=bool(row["is_complete"]),
    )


def product() -> str:
    """Let the reader choose a product; returns its id or 'all'."""
    rows = data.ask(selection.products)
    if len(rows) < 2:
        return "all"
    labels = _unique(rows["product_name"].astype(str), rows["product_id"])
    chosen = st.sidebar.selectbox(
        "Product", [ALL_PRODUCTS, *labels], key="product", bind="query-params"
    )
    return str(rows.iloc[labels.index(chosen)]["product_id"]) if chosen in labels else "all"


def currency(reporting: str, entity: Entity) -> str:
    """Let the reader choose a currency where deals come in several; amounts are never mixed.

    A part of the company begins in the one that most of its deals are in: a team in Milan has
    nothing in dollars. A council's build does not tell whose a deal is: there they are the
    company's.
    """
    if data.is_council():
        entity = Entity("company", "company", "")
    codes = [str(code) for code in data.ask(selection.currencies, entity)["currency_code"]]
    if entity.entity_type == "company":
        codes.sort(key=lambda code: code != reporting)
    if len(codes) < 2:
        return codes[0] if codes else reporting
    chosen = st.sidebar.selectbox("Currency", codes, key="currency", bind="query-params")
    return str(chosen or codes[0])


def running_quarter() -> Period | None:
    """Return the fiscal quarter of the as-of date; its figures of open deals are those of today."""
    rows = data.ask(selection.periods)
    rows = rows[rows["period_grain"] == "fiscal_quarter"]
    if rows.empty:
        return None
    first = rows.iloc[0]
    return Period(
        "fiscal_quarter",
        as_date(first["period_start"]),
        as_date(first["period_end"]),
        str(first["period_label"]),
        bool(first["is_complete"]),
    )
