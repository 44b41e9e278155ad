"""The part of the landing folder that managers and finance keep by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import crm, forecasts, spreadsheets
from halftime.sample.channels import TEMPLATE
from halftime.sample.directors import director_sessions_table
from halftime.sample.files import SourceFile
from halftime.sample.names import REGIONS
from halftime.sample.text import pick
from halftime.sample.world import World, generator


def coaching_files(world: World) -> list[SourceFile]:
    """Lay out the coaching logs: one file per region and object, some as workbooks."""
    company, sessions = world.company, world.sessions
    canary = generator(world.seed, "note canaries").random(len(sessions)) < 0.01
    canary[:: max(1, len(sessions) // 5)] = True
    deal = crm.deal_id(world.crm.deals, world.session_deal, world.session_deal >= 0)
    account = spreadsheets.named_accounts(
        company,
        sessions,
        np.array(world.accounts["Key_Account__c"].to_pylist()) == "true",
        generator(world.seed, "coached accounts"),
    )
    account_name = pick(world.accounts["Name"].to_pylist(), np.maximum(account, 0), account >= 0)
    tables = {
        "session": spreadsheets.sessions_table(
            company,
            sessions,
            world.learning,
            deal,
            account_name,
            canary,
            generator(world.seed, "notes"),
            generator(world.seed, "follow-ups"),
        ),
        "attendee": spreadsheets.attendees_table(company, sessions, world.attendance),
        "action": spreadsheets.actions_table(company, sessions, world.actions),
    }
    session_region = company.team_region[sessions.team]
    # Only what is kept in our template stands here; -1 is no region.
    kept = np.where(world.channel == TEMPLATE, session_region, -1)
    region_of = {
        "session": kept,
        "attendee": kept[world.attendance.session],
        "action": kept[world.actions.session],
    }
    files = []
    for number in np.unique(company.team_region):
        region = REGIONS[number]
        suffix = ".xlsx" if region.slug == "dach" else ".csv"
        for thing, table in tables.items():
            part = table.filter(pa.array(region_of[thing] == number))
            path = f"coaching_log/{thing}s_{region.slug}{suffix}"
            files.append(SourceFile(path, "coaching_log", thing, part))
    path = "coaching_log/Coaching Sessions Directors.csv"
    observed = director_sessions_table(company, generator(world.seed, "directors"))
    files.append(SourceFile(path, "coaching_log", "session", observed))
    policy = spreadsheets.policies_table(company, world.exposure)
    files.append(
        SourceFile("coaching_log/policies.csv", "coaching_log", "policy", policy, quote_all=False)
    )
    return files


def sheet_files(world: World) -> list[SourceFile]:
    """Lay out the roster, finance's quotas and the managers' forecasts."""
    company = world.company
    roster = spreadsheets.roster_table(company, world.exposure)
    files = [SourceFile("people/roster.csv", "people", "roster", roster, quote_all=False)]
    quotas = spreadsheets.quota_tables(company, world.deals, generator(world.seed, "quotas"))
    for year, table in quotas:
        path = f"tabular/Quota FY{year % 100}.csv"
        files.append(
            SourceFile(
                path,
                "tabular",
                "quota",
                table,
                delimiter=";",
                quote_all=False,
                encoding="cp1252" if year == 2025 else "utf-8-sig",
            )
        )
    table, region = forecasts.forecast_table(company, world.deals)
    return files + [
        SourceFile(
            f"tabular/Forecast {REGIONS[number].name}.csv",
            "tabular",
            "forecast",
            table.filter(pa.array(region == number)),
            delimiter=";",
            quote_all=False,
            encoding="utf-8-sig",
        )
        for number in np.unique(region)
    ]
