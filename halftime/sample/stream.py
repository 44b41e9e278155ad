"""The large sizes, written as Parquet in bounded memory.

The company, its sessions and their dose are drawn whole; deals and activities are drawn block by
block, a block being some of the seats, each with a random stream of its own. The same size and seed
give the same bytes. All regions of a streamed company run Salesforce, everybody fills in our
template, and no defects are planted: these sizes measure speed.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from halftime.sample import salesforce, spreadsheets
from halftime.sample.activities import Activities, draw_activities
from halftime.sample.coaching import Sessions, agree_actions, attend, coaching_dose, plan_sessions
from halftime.sample.company import Company, found_company
from halftime.sample.deals import Deals, draw_deals
from halftime.sample.sizes import Size
from halftime.sample.text import salesforce_id
from halftime.sample.world import ACCOUNTS_PER_SEAT, generator, seeds

BY_SEAT = ("first_holder", "first_until", "second_holder", "second_from", "seat_skill",
           "seat_idle", "seat_fades", "shock")  # fmt: skip


@dataclass
class Block:
    """Some of the seats, and the numbers of their first deal, change and activity."""

    number: int
    seats: np.ndarray
    opportunities: int
    activities: int
    first_deal: int = 0
    first_change: int = 0
    first_activity: int = 0


def blocks(size: Size) -> Iterator[Block]:
    """Divide seats, deals and activities of a size into its blocks."""
    cuts = np.linspace(0, size.reps, size.blocks + 1).astype(int)
    for number in range(size.blocks):
        low, high = cuts[number], cuts[number + 1]
        deals = [size.opportunities * int(cut) // size.reps for cut in (low, high)]
        done = [size.activities * int(cut) // size.reps for cut in (low, high)]
        yield Block(
            number=number,
            seats=np.arange(low, high),
            opportunities=deals[1] - deals[0],
            activities=done[1] - done[0],
            first_deal=deals[0],
            first_activity=done[0],
        )


def part_of(company: Company, block: Block) -> Company:
    """View a company through the seats of one block; persons and teams stay all."""
    size = dataclasses.replace(
        company.size,
        reps=len(block.seats),
        opportunities=block.opportunities,
        activities=block.activities,
    )
    values = {name: getattr(company, name)[block.seats] for name in BY_SEAT}
    return dataclasses.replace(
        company, size=size, seat_team=company.seat_team[:, block.seats], **values
    )


def sessions_of(sessions: Sessions, block: Block) -> Sessions:
    """Sessions with the reps of a block, seats counted within it."""
    low, high = block.seats[0], block.seats[-1]
    rows = np.flatnonzero((sessions.seat >= low) & (sessions.seat <= high))
    values = {
        field.name: getattr(sessions, field.name)[rows] for field in dataclasses.fields(sessions)
    }
    return Sessions(**{**values, "seat": values["seat"] - low})


class Writer:
    """Writes tables as Parquet and counts what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: Counter[str] = Counter()
        self.files: dict[str, int] = {}

    def write(self, path: str, thing: str, table: pa.Table) -> None:
        """Write one table; nothing if it is empty."""
        if not table.num_rows:
            return
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, target, compression="zstd")
        self.rows[thing] += table.num_rows
        self.files[path] = target.stat().st_size


def write_blocks(
    company: Company,
    sessions: Sessions,
    dose: np.ndarray,
    seed: int,
    writer: Writer,
    tell: Callable[[str], None],
    limit: int | None = None,
) -> None:
    """Draw and write the blocks one after the other; ``limit`` is for measuring on a few."""
    for block in blocks(company.size):
        if limit is not None and block.number >= limit:
            return
        tell(f"Writing block {block.number + 1} of {company.size.blocks}")
        part = part_of(company, block)
        name = f"block {block.number} "
        deals = draw_deals(
            part, dose[block.seats], ACCOUNTS_PER_SEAT, generator(seed, name + "deals")
        )
        activities = draw_activities(part, deals, generator(seed, name + "activities"))
        _coaching(company, sessions, deals, block, seed, writer)
        _number(company, block, deals, activities)
        _records(company, deals, activities, block, seed, writer)


def _number(company: Company, block: Block, deals: Deals, activities: Activities) -> None:
    """Give deals, changes, activities and accounts their numbers within the whole company."""

    def account(local: np.ndarray) -> np.ndarray:
        turn, seat = np.divmod(local, len(block.seats))
        return turn * company.seats + block.seats[0] + seat

    deals.first, deals.account = block.first_deal, account(deals.account)
    # A deal has at most SLOTS changes: room enough for numbers that no other block uses.
    deals.changes.first = block.first_deal * 20
    activities.first, activities.first_deal = block.first_activity, block.first_deal
    activities.account = np.where(
        activities.deal >= 0,
        deals.account[np.maximum(activities.deal, 0)],
        account(activities.account),
    )


def _records(
    company: Company,
    deals: Deals,
    activities: Activities,
    block: Block,
    seed: int,
    writer: Writer,
) -> None:
    suffix = f"{block.number + 1:04d}.parquet"
    words = seeds(seed, f"block {block.number} words")
    nobody = np.zeros(0, dtype=int)
    table = salesforce.opportunities(company, deals, deals.last_change, nobody, words)
    writer.write(f"salesforce/Opportunity_{suffix}", "salesforce.opportunity", table)
    order = salesforce.history_order(deals, np.ones(len(deals.changes), dtype=bool))
    history = salesforce.opportunity_history(deals, order)
    writer.write(
        f"salesforce/OpportunityHistory_{suffix}", "salesforce.opportunity_history", history
    )
    rows = np.arange(len(activities))
    tasks = salesforce.tasks(company, activities, rows)
    writer.write(f"salesforce/Task_{suffix}", "salesforce.task", tasks)
    del tasks
    events = salesforce.events(company, activities, rows)
    writer.write(f"salesforce/Event_{suffix}", "salesforce.event", events)


def _coaching(
    company: Company,
    sessions: Sessions,
    deals: Deals,
    block: Block,
    seed: int,
    writer: Writer,
) -> None:
    mine = sessions_of(sessions, block)
    rng = generator(seed, f"block {block.number} links")
    deal = spreadsheets.linked_deals(company, deals, mine, rng)
    ids = salesforce_id("006", block.first_deal + deal, deal >= 0)
    mine.seat = mine.seat + block.seats[0]
    words = generator(seed, f"block {block.number} notes")
    table = spreadsheets.sessions_table(company, mine, ids, np.zeros(len(mine), dtype=bool), words)
    path = f"coaching_log/sessions_{block.number + 1:04d}.parquet"
    writer.write(path, "coaching_log.session", table)


def _group_sessions(company: Company, sessions: Sessions, seed: int, writer: Writer) -> None:
    rows = np.flatnonzero(sessions.seat < 0)
    values = {
        field.name: getattr(sessions, field.name)[rows] for field in dataclasses.fields(sessions)
    }
    nothing = pa.nulls(len(rows), pa.string())
    table = spreadsheets.sessions_table(
        company,
        Sessions(**values),
        nothing,
        np.zeros(len(rows), dtype=bool),
        generator(seed, "group notes"),
    )
    writer.write("coaching_log/sessions_groups.parquet", "coaching_log.session", table)


def _people(company: Company, seed: int, writer: Writer) -> None:
    everybody = np.arange(company.people)
    account, _ = salesforce.accounts(company, ACCOUNTS_PER_SEAT, generator(seed, "accounts"))
    users = salesforce.users(company, everybody)
    writer.write("salesforce/User.parquet", "salesforce.user", users)
    roles = salesforce.user_roles(company)
    writer.write("salesforce/UserRole.parquet", "salesforce.user_role", roles)
    writer.write("salesforce/Account.parquet", "salesforce.account", account)
    roster = spreadsheets.roster_table(company, generator(seed, "roster"))
    writer.write("people/roster.parquet", "people.roster", roster)
    policies = spreadsheets.policies_table()
    writer.write("coaching_log/policies.parquet", "coaching_log.policy", policies)


def _attendees(
    company: Company, sessions: Sessions, dose: np.ndarray, seed: int, writer: Writer
) -> None:
    attendance = attend(company, sessions, dose, generator(seed, "attendance"))
    table = spreadsheets.attendees_table(company, sessions, attendance)
    writer.write("coaching_log/attendees.parquet", "coaching_log.attendee", table)
    del attendance, table
    actions = agree_actions(company, sessions, generator(seed, "actions"))
    table = spreadsheets.actions_table(company, sessions, actions)
    writer.write("coaching_log/actions.parquet", "coaching_log.action", table)


def stream(
    size: Size,
    seed: int,
    out: Path,
    tell: Callable[[str], None],
    limit: int | None = None,
) -> Writer:
    """Write a streamed size into ``out``; ``limit`` writes only the first blocks."""
    writer = Writer(out)
    tell("Drawing people and coaching")
    company = found_company(size, generator(seed, "company"))
    sessions = plan_sessions(company, generator(seed, "sessions"))
    dose = coaching_dose(company, sessions)
    _people(company, seed, writer)
    _attendees(company, sessions, dose, seed, writer)
    _group_sessions(company, sessions, seed, writer)
    write_blocks(company, sessions, dose, seed, writer, tell, limit)
    return writer
