"""Invented lives of deals, and the files in which three systems would tell them.

A life is what truly happened, instant by instant. The same life is written down again and again
under other ids: as the system's own history, as snapshots of every day or of every week, and as
both at once. Nothing here knows a model.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

FIRST_DAY = dt.date(2026, 1, 5)  # a Monday
DAY_COUNT = 36
DAYS = [FIRST_DAY + dt.timedelta(days=n) for n in range(DAY_COUNT)]
LAST_DAY = DAYS[-1]


@dataclass(frozen=True)
class State:
    """What is true of a deal for a while."""

    stage: str
    amount: int | None
    close_date: dt.date
    owner: str
    forecast: str
    currency: str


@dataclass(frozen=True)
class Vocabulary:
    """The words of one system, and what its people can do to a deal."""

    open_stages: tuple[str, ...]
    won: str
    lost: str
    owners: tuple[str, ...]
    can_clear: bool

    def order(self, stage: str) -> int | None:
        """Return the place of an open stage, None of a closed one."""
        return self.open_stages.index(stage) if stage in self.open_stages else None


Life = list[tuple[dt.datetime, State]]
FORECASTS = ("Pipeline", "Best Case", "Commit")


def on_day(life: Life, day: dt.date) -> State | None:
    """Return the state at the end of a day, None before the deal was there."""
    states = [state for at, state in life if at.date() <= day]
    return states[-1] if states else None


def stays(life: Life, words: Vocabulary) -> list[tuple]:
    """Work out the stays: stage, first day, day of leaving, regression, skip, reopening."""
    entries: list[tuple[str, dt.date]] = []
    for at, state in life:
        if not entries or entries[-1][0] != state.stage:
            entries.append((state.stage, at.date()))
    found = []
    for number, (stage, day) in enumerate(entries):
        left = entries[number + 1][1] if number + 1 < len(entries) else dt.date(9999, 12, 31)
        before = entries[number - 1][0] if number else None
        now, then = words.order(stage), words.order(before) if before else None
        is_reopening = before is not None and now is not None and then is None
        is_back = now is not None and then is not None and now < then
        is_skip = now is not None and then is not None and now > then + 1
        found.append((stage, day, left, is_reopening or is_back, is_skip, is_reopening))
    return found


def changed(state: State, day: dt.date, words: Vocabulary, rng: random.Random) -> State:
    """Return what a deal becomes on a day: at least one field differs."""
    place = words.order(state.stage)
    if place is None:
        kind = rng.choice(["reopen", "reopen", "owner", "amount"])
    else:
        kind = rng.choice(
            ["stage", "stage", "skip", "back", "win", "lose", "amount", "date", "owner"]
            + ["forecast", "currency"]
            + (["clear"] if words.can_clear else [])
        )
    stages = words.open_stages
    if kind == "reopen":
        later = day + dt.timedelta(days=rng.randint(5, 40))
        return replace(state, stage=rng.choice(stages), close_date=later, forecast="Pipeline")
    if kind in ("win", "lose"):
        # Most deals close on their close date. Some are entered late, some early; not on the very
        # day of the last snapshot, of which a snapshot cannot tell on which side it lies.
        close = day + dt.timedelta(days=rng.choice([0, 0, 0, 0, 9, -2, -3]))
        close -= dt.timedelta(days=close < day and close in DAYS[::7])
        stage = words.won if kind == "win" else words.lost
        return replace(state, stage=stage, close_date=close, forecast="Closed")
    if kind in ("stage", "skip", "back") and place is not None:
        target = place + {"stage": 1, "skip": 2, "back": -1}[kind]
        if 0 <= target < len(stages):
            return replace(state, stage=stages[target])
    if kind == "owner":
        return replace(state, owner=rng.choice([o for o in words.owners if o != state.owner]))
    if kind == "date":
        later = state.close_date + dt.timedelta(days=rng.choice([-4, 7, 30]))
        return replace(state, close_date=max(later, day + dt.timedelta(days=1)))
    if kind == "forecast":
        return replace(state, forecast=rng.choice([f for f in FORECASTS if f != state.forecast]))
    if kind == "currency":
        return replace(state, currency="EUR" if state.currency == "USD" else "USD")
    if kind == "clear" and state.amount is not None:
        return replace(state, amount=None)
    return replace(state, amount=(state.amount or 0) + rng.randint(1, 50) * 100)


def invent(words: Vocabulary, rng: random.Random) -> Life:
    """Invent one life: never two changes on one day, as dense as daily snapshots can follow."""
    first = rng.randint(0, 9)
    days = sorted(rng.sample(DAYS[first:], rng.randint(3, 12)))
    born = dt.datetime.combine(days[0], dt.time(rng.randint(6, 20), rng.randint(0, 59)))
    state = State(
        stage=words.open_stages[rng.choice([0, 0, 1])],
        amount=rng.randint(1, 90) * 100,
        close_date=days[0] + dt.timedelta(days=rng.randint(10, 60)),
        owner=rng.choice(words.owners),
        forecast="Pipeline",
        currency=rng.choice(["USD", "USD", "EUR"]),
    )
    life = [(born, state)]
    for day in days[1:]:
        at = dt.datetime.combine(day, dt.time(rng.randint(6, 20), rng.randint(0, 59)))
        after = changed(life[-1][1], day, words, rng)
        if after != life[-1][1]:
            life.append((at, after))
    return life


@dataclass(frozen=True)
class Telling:
    """How a deal reaches the warehouse: by which history and snapshots, with or without stamps."""

    name: str
    history: tuple[str, ...] = ()
    every: int = 0  # days from snapshot to snapshot; 0: only the last day's row
    is_stamped: bool = False

    def days(self, life: Life) -> list[dt.date]:
        """Return the days on which a snapshot shows the deal."""
        days = DAYS[:: self.every] if self.every else []
        return [day for day in sorted({*days, LAST_DAY}) if day >= life[0][0].date()]


@dataclass
class Files:
    """CSV files in the making: rows by file name."""

    rows: dict[str, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, file: str, /, **values: object) -> None:
        self.rows[file].append({k: "" if v is None else v for k, v in values.items()})

    def texts(self) -> dict[str, str]:
        found = {}
        for name, rows in self.rows.items():
            buffer = io.StringIO(newline="")
            writer = csv.DictWriter(buffer, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            found[name] = buffer.getvalue()
        return found


def compared_days(life: Life, telling: Telling) -> list[dt.date]:
    """Return the days on which a telling must be right: all, unless it has only its snapshots."""
    if telling.history:
        return [day for day in DAYS if day >= life[0][0].date()]
    return telling.days(life)


def zulu(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def changes(life: Life) -> Iterator[tuple[dt.datetime, str, object, object]]:
    """Yield instant, field, old and new value of each change after the first state."""
    for (_, before), (at, after) in itertools.pairwise(life):
        for name in State.__dataclass_fields__:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                yield at, name, old, new


SALESFORCE = Vocabulary(
    open_stages=(
        *("Prospecting", "Qualification", "Needs Analysis", "Value Proposition"),
        *("Id. Decision Makers", "Negotiation/Review"),
    ),
    won="Closed Won",
    lost="Closed Lost",
    owners=("0055f0000000001", "0055f0000000002", "0055f0000000003"),
    can_clear=True,
)
SALESFORCE_FIELDS = {
    "stage": "StageName",
    "amount": "Amount",
    "close_date": "CloseDate",
    "owner": "Owner",
    "forecast": "ForecastCategoryName",
    "currency": "CurrencyIsoCode",
}
# OpportunityHistory has the interface's own words for forecast categories.
SALESFORCE_CODES = {"Best Case": "BestCase", "Commit": "Forecast"}


def write_salesforce(files: Files, key: str, life: Life, telling: Telling) -> None:
    """Write one deal as Salesforce exports it: states, single fields, rows of snapshots."""
    for day in telling.days(life):
        state = on_day(life, day)
        assert state is not None
        stamp = max(at for at, _ in life if at.date() <= day)
        is_closed = SALESFORCE.order(state.stage) is None
        files.add(
            f"salesforce/Opportunity_{day}.csv",
            Id=key,
            Name=f"Deal {key}",
            OwnerId=state.owner,
            StageName=state.stage,
            Amount=state.amount,
            CurrencyIsoCode=state.currency,
            CloseDate=state.close_date,
            ForecastCategoryName=state.forecast,
            CreatedDate=zulu(life[0][0]),
            SystemModstamp=zulu(stamp) if telling.is_stamped else None,
            IsClosed=str(is_closed).lower(),
            IsWon=str(state.stage == SALESFORCE.won).lower(),
        )
    if "states" in telling.history:
        last = None
        for number, (at, state) in enumerate(life):
            seen = replace(state, owner="")
            if seen != last:  # Salesforce logs no state for a change of owner
                files.add(
                    "salesforce/OpportunityHistory.csv",
                    Id=f"008{key[7:]}{number:04d}",
                    OpportunityId=key,
                    StageName=state.stage,
                    Amount=state.amount,
                    CurrencyIsoCode=state.currency,
                    CloseDate=state.close_date,
                    ForecastCategory=SALESFORCE_CODES.get(state.forecast, state.forecast),
                    CreatedDate=zulu(at),
                )
            last = seen
    tracked = {"fields": set(SALESFORCE_FIELDS), "owners": {"owner"}, "stages": {"stage"}}
    names = set().union(*(tracked.get(kind, set()) for kind in telling.history))
    for number, (at, name, old, new) in enumerate(changes(life)):
        if name in names:
            files.add(
                "salesforce/OpportunityFieldHistory.csv",
                Id=f"017{key[7:]}{number:04d}",
                OpportunityId=key,
                Field=SALESFORCE_FIELDS[name],
                OldValue=old,
                NewValue=new,
                CreatedDate=zulu(at),
            )


HUBSPOT = Vocabulary(
    open_stages=("Discovery", "Demo", "Proposal", "Contract"),
    won="Signed",
    lost="Dropped",
    owners=("71", "72", "73", ""),
    can_clear=True,
)
HUBSPOT_STAGES = {
    name: f"s{number}"
    for number, name in enumerate((*HUBSPOT.open_stages, HUBSPOT.won, HUBSPOT.lost))
}
HUBSPOT_PROPERTIES = {
    "stage": "dealstage",
    "amount": "amount",
    "close_date": "closedate",
    "owner": "hubspot_owner_id",
    "forecast": "hs_manual_forecast_category",
    "currency": "deal_currency_code",
}


def hubspot_text(name: str, value: object) -> object:
    """Write a value as the history of properties has it."""
    if name == "stage":
        return HUBSPOT_STAGES[str(value)]
    if name == "forecast":
        return str(value).upper().replace(" ", "_")
    if name == "close_date":
        noon = dt.datetime.combine(dt.date.fromisoformat(str(value)), dt.time(12), dt.UTC)
        return int(noon.timestamp() * 1000)
    return value


def write_hubspot(files: Files, key: str, life: Life, telling: Telling) -> None:
    """Write one deal as HubSpot's connectors do: rows, the history of properties, stage entries."""
    for day in telling.days(life):
        state = on_day(life, day)
        assert state is not None
        stamp = max(at for at, _ in life if at.date() <= day)
        files.add(
            f"hubspot/deals_{day}.csv",
            id=key,
            dealname=f"Deal {key}",
            pipeline="p1",
            dealstage=HUBSPOT_STAGES[state.stage],
            amount=state.amount,
            deal_currency_code=state.currency,
            closedate=f"{state.close_date}T12:00:00Z",
            hubspot_owner_id=state.owner,
            hs_manual_forecast_category=state.forecast,
            createdate=zulu(life[0][0]),
            hs_lastmodifieddate=zulu(stamp) if telling.is_stamped else None,
        )
    told = list(HUBSPOT_PROPERTIES) if "properties" in telling.history else []
    born, first = life[0]
    events = [(born, name, None, getattr(first, name)) for name in told]
    for at, name, _, new in [*events, *changes(life)]:
        if name in told:
            files.add(
                "hubspot/deal_property_history.csv",
                deal_id=key,
                name=HUBSPOT_PROPERTIES[name],
                value="" if new is None else hubspot_text(name, new),
                timestamp=zulu(at),
            )
    if "entries" in telling.history:
        entries = [(born, "stage", None, first.stage), *changes(life)]
        for at, name, _, new in entries:
            if name == "stage":
                files.add(
                    "hubspot/deal_stage.csv",
                    deal_id=key,
                    value=HUBSPOT_STAGES[str(new)],
                    date_entered=zulu(at),
                )


TABULAR = Vocabulary(
    open_stages=("Prospecting", "Qualification", "Proposal", "Negotiation"),
    won="Won",
    lost="Lost",
    owners=("Ann Lee", "Bo Park", "Cy Moss"),
    can_clear=False,  # a blank cell of a sheet of changes means: as before
)


def write_tabular(files: Files, key: str, life: Life, telling: Telling) -> None:
    """Write one deal as spreadsheets: the sheet of every day, and a sheet of changes."""
    for day in telling.days(life):
        state = on_day(life, day)
        assert state is not None
        stamp = max(at for at, _ in life if at.date() <= day)
        files.add(
            f"tabular/Opportunities_{day}.csv",
            **{
                "Deal ID": key,
                "Deal Name": f"Deal {key}",
                "Owner": state.owner,
                "Stage": state.stage,
                "Amount": state.amount,
                "Currency": state.currency,
                "Created": life[0][0].date(),
                "Expected Close Date": state.close_date,
                "Forecast": state.forecast,
                "Last Modified": stamp if telling.is_stamped else None,
            },
        )
    if "changes" in telling.history or "stages" in telling.history:
        is_whole = "changes" in telling.history
        last: State | None = None
        for at, state in life:
            if not is_whole and last is not None and last.stage == state.stage:
                continue
            row: dict[str, object] = {"Deal ID": key, "Date": at, "Stage": state.stage}
            row |= {
                header: getattr(state, name)
                if is_whole and (last is None or getattr(last, name) != getattr(state, name))
                else None
                for header, name in (
                    *(("Amount", "amount"), ("Currency", "currency")),
                    *(("Close Date", "close_date"), ("Forecast", "forecast"), ("Rep", "owner")),
                )
            }
            files.add("tabular/Stage Changes.csv", **row)
            last = state


TELLINGS = {
    "salesforce": (
        Telling("states and owners", history=("states", "owners")),
        Telling("fields", history=("fields",)),
        Telling("states, fields", history=("states", "fields")),
        Telling("daily", every=1),
        Telling("daily stamped", every=1, is_stamped=True),
        Telling("weekly", every=7),
        Telling("weekly stamped", every=7, is_stamped=True),
        Telling("states, owners, daily", history=("states", "owners"), every=1),
        Telling("fields, weekly stamped", history=("fields",), every=7, is_stamped=True),
        Telling("states, daily", history=("states",), every=1),
        Telling("stages, daily stamped", history=("stages",), every=1, is_stamped=True),
    ),
    "hubspot": (
        Telling("properties", history=("properties",)),
        Telling("daily", every=1),
        Telling("daily stamped", every=1, is_stamped=True),
        Telling("weekly", every=7),
        Telling("properties, daily", history=("properties",), every=1),
        Telling("properties, weekly stamped", ("properties",), every=7, is_stamped=True),
        Telling("entries, daily", history=("entries",), every=1),
    ),
    "tabular": (
        Telling("changes", history=("changes",)),
        Telling("daily", every=1),
        Telling("weekly stamped", every=7, is_stamped=True),
        Telling("changes, daily", history=("changes",), every=1),
        Telling("stages, daily", history=("stages",), every=1),
    ),
}
WRITERS = {"salesforce": write_salesforce, "hubspot": write_hubspot, "tabular": write_tabular}
WORDS = {"salesforce": SALESFORCE, "hubspot": HUBSPOT, "tabular": TABULAR}
STATIC = {
    "salesforce/User.csv": "Id,Name,Email,IsActive\n"
    + "".join(f"{key},User {key},u{key}@x.example,true\n" for key in SALESFORCE.owners),
    "hubspot/owners.csv": "id,email,firstName,lastName,archived\n"
    + "".join(f"{key},o{key}@y.example,Owner,O{key},false\n" for key in HUBSPOT.owners if key),
    "hubspot/deal_pipelines.csv": "pipeline_id,label\np1,Sales\n",
    "hubspot/deal_pipeline_stages.csv": "stage_id,pipeline_id,label,display_order,probability\n"
    + "".join(
        f"{key},p1,{name},{number},{ {HUBSPOT.won: '1.0', HUBSPOT.lost: '0.0'}.get(name, '0.5') }\n"
        for number, (name, key) in enumerate(HUBSPOT_STAGES.items())
    ),
    "tabular/People.csv": "Name,Email\n"
    + "".join(f"{name},{name[:2].lower()}@z.example\n" for name in TABULAR.owners),
}


def deal_id(system: str, number: int, telling: int) -> str:
    """Return the id under which a life is told for the n-th time."""
    return {
        "salesforce": f"0065f00{telling:02d}{number:06d}",
        "hubspot": f"9{telling:02d}{number:04d}",
        "tabular": f"D{telling:02d}-{number:04d}",
    }[system]


def company(lives: dict[str, list[Life]]) -> dict[str, str]:
    """Write every life in every telling of its system; return the files' texts."""
    files = Files()
    for system, told in lives.items():
        for number, life in enumerate(told):
            for place, telling in enumerate(TELLINGS[system]):
                WRITERS[system](files, deal_id(system, number, place), life, telling)
    return files.texts() | STATIC


def invent_all(count: int, seed: int) -> dict[str, list[Life]]:
    """Invent as many lives for each system; the same seed gives the same lives."""
    rng = random.Random(seed)
    return {system: [invent(words, rng) for _ in range(count)] for system, words in WORDS.items()}


def kinds(lives: Iterable[Life], words: Vocabulary) -> dict[str, int]:
    """Count what the lives hold, so that a test can say that nothing was left out."""
    count: dict[str, int] = defaultdict(int)
    for life in lives:
        for stage, _, _, is_back, is_skip, is_reopening in stays(life, words):
            count["regressions"] += is_back
            count["skips"] += is_skip
            count["reopenings"] += is_reopening
            count["closings"] += words.order(stage) is None
        for _, name, _, _ in changes(life):
            count[name] += 1
    return dict(count)
