"""Defects of the coaching logs that follow our template."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from halftime.sample import names
from halftime.sample.company import SHARED_NAME, Company
from halftime.sample.crm import deal_id
from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.planting import (
    NBSP,
    Outcome,
    Planter,
    PlanterOf,
    cell,
    kind_of,
    numbered,
    spaces,
)
from halftime.sample.text import DAY, number_text
from halftime.sample.world import World

DACH = [region.slug for region in names.REGIONS].index("dach")
UNMATCHED_COACH = "Jordan Castellanos (agency)"
SIX_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %b %Y", "%Y/%m/%d")


def _sessions(
    plant: Planter,
    rounds: int,
    ids: Iterator[str],
    closed_deals: list[tuple[str, int]],
) -> None:
    file = plant.file
    name = f"{SHARED_NAME[0]} {SHARED_NAME[1]}"
    held: dict[str, str | None] = {
        "status": "held",
        "cancelled_by": None,
        "moved_from_date": None,
        "opportunity_id": None,
    }
    for number in range(rounds):
        for style in SIX_FORMATS:
            # With a day after the 12th only one configured format can read the date.
            values = file.take(
                plant.next_row(lambda row: int((file.values(row)["session_date"] or "")[8:10]) > 12)
            )
            moment = np.datetime64(values["session_date"], "D").astype(object)
            values["session_date"] = moment.strftime(style)
            defect = cell("date_format", "accepted", values, "session_date")
            file.plant(plant.place(), Planted((defect,), values))
        for header, text, rule in (
            ("session_date", "03/04/2026", "ambiguous_date:session_date"),
            ("session_date", "30/02/2026", "unparsable:session_date"),
            ("session_date", "", "missing:session_date"),
            ("duration_minutes", "an hour", "unparsable:duration_minutes"),
            ("duration_minutes", "9999", "out_of_range:duration_minutes"),
            ("coach", NBSP, "missing:coach"),
            ("area", "small talk", "not_accepted:area"),
            ("mode", "telepathy", "not_accepted:mode"),
            ("status", "perhaps", "not_accepted:status"),
        ):
            plant.bad(
                kind_of(rule, text), header, text, f"rejected:{rule}", {"session_id": next(ids)}
            )
        plant.add(
            "agreeing_date_formats",
            "accepted",
            "session_date",
            {**held, "session_id": next(ids), "session_date": "05/05/2026"},
        )
        plant.add(
            "unmatched_person",
            f"unmatched:{UNMATCHED_COACH}",
            "coach",
            {"session_id": next(ids), "coach": UNMATCHED_COACH},
        )
        plant.add(
            "ambiguous_person",
            f"ambiguous:{name}",
            "coachee",
            {"session_id": next(ids), "coachee": name},
        )
        plant.add(
            "backdated_session",
            "flagged:is_late_entry",
            "recorded_at",
            {
                **held,
                "session_id": next(ids),
                "session_date": "2026-05-04",
                "recorded_at": "2026-08-20T16:00:00Z",
            },
        )
        deal, closed_day = closed_deals[number]
        after = str(np.datetime64(closed_day + 3, "D"))
        plant.add(
            "session_after_close",
            "flagged:is_after_close",
            "opportunity_id",
            {
                **held,
                "session_id": next(ids),
                "session_date": after,
                "area": "lead_and_opportunity",
                "opportunity_id": deal,
                "recorded_at": f"{after}T18:00:00Z",
            },
        )
        plant.changed("nbsp_and_blanks", "coach", spaces)
        plant.changed(
            "embedded_newline", "notes", lambda _: "Looked at the call.\nAgreed on one thing."
        )
        plant.changed("mapped_value", "area", lambda _: "Call coaching")
        plant.changed("mapped_value", "area", lambda _: "Deal")
        plant.duplicate()
        plant.ragged()


def _attendees(plant: Planter, rounds: int) -> None:
    for number in range(rounds):
        for header, text, rule in (
            ("score", "7", "out_of_range:score"),
            ("score", "good", "unparsable:score"),
            ("coachee", "", "missing:coachee"),
            ("attended", "probably", "unparsable:attended"),
        ):
            plant.bad(
                kind_of(rule, text),
                header,
                text,
                f"rejected:{rule}",
                {"session_id": f"CS-95{number:04d}"},
            )
        plant.orphan("session_id", "session_id", {"session_id": f"CS-96{number:04d}"})
        plant.duplicate()
        plant.ragged()


def _actions(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for number in range(rounds):
        for header, text, rule in (
            ("status", "someday", "not_accepted:status"),
            ("due_date", "31.04.2026", "unparsable:due_date"),
            ("completed_date", "04/05/2026", "ambiguous_date:completed_date"),
            ("session_id", "", "missing:session_id"),
        ):
            plant.bad(
                kind_of(rule, text), header, text, f"rejected:{rule}", {"action_id": next(ids)}
            )
        plant.orphan(
            "session_id",
            "session_id",
            {"action_id": next(ids), "session_id": f"CS-97{number:04d}"},
        )
        plant.duplicate()
        plant.ragged()


def _policies(plant: Planter) -> None:
    values = plant.file.values(0) | {"policy_id": "POL-9", "every_n_days": "fortnightly"}
    defect = cell("wrong_type", "rejected:unparsable:every_n_days", values, "every_n_days")
    plant.file.plant(plant.file.table.num_rows, Planted((defect,), values, outcome="rejected"))


def _workbook(plant: Planter, ids: Iterator[str]) -> None:
    """Make a workbook whose keeper renamed, dropped and added columns."""
    file = plant.file
    renamed = {"session_date": "Date", "coach": "Manager", "coachee": "Rep"}
    table = file.table.drop_columns(["artefact"])
    table = table.rename_columns([renamed.get(name, name) for name in table.column_names])
    mood = plant.rng.integers(1, 6, table.num_rows)
    file.table = table.append_column("Mood of the day", number_text(mood))
    for column, header in renamed.items():
        file.header_notes.append(Defect("renamed_column", f"reported:alias:{column}", header))
    file.header_notes.append(
        Defect("missing_column", "reported:missing_optional:artefact", "artefact")
    )
    file.header_notes.append(
        Defect("new_column", "reported:unknown:Mood of the day", "Mood of the day")
    )
    for header, text, rule in (
        ("duration_minutes", "forty", "unparsable:duration_minutes"),
        ("area", "weather", "not_accepted:area"),
    ):
        plant.bad(kind_of(rule, text), header, text, f"rejected:{rule}", {"session_id": next(ids)})
    plant.changed("nbsp_and_blanks", "Manager", spaces)


def _coached_individually(file: SourceFile) -> np.ndarray:
    """Rows of held one-person sessions before the last weeks: what a defect may stand on."""
    status = np.array(file.table["status"].to_pylist())
    coachee = np.array([text is not None for text in file.table["coachee"].to_pylist()])
    return np.flatnonzero((status == "held") & coachee)


def _nickname(company: Company, file: SourceFile, held: np.ndarray) -> tuple[int, str, np.ndarray]:
    """Find the rep with most sessions, a nickname for them, and the rows of these sessions."""
    coachee = np.array(file.table["coachee"].to_pylist(), dtype=object)[held]
    mails, counts = np.unique(coachee.astype(str), return_counts=True)
    mail = mails[np.argmax(counts)]
    person = int(np.flatnonzero(company.email == mail)[0])
    nickname = f"{company.first_name[person][:3]} {company.last_name[person][0]}."
    return person, nickname, held[coachee == mail]


def _closed_deals(world: World, wanted: int) -> list[tuple[str, int]]:
    deals = world.deals
    changes, now = deals.changes, deals.last_change
    closed = np.flatnonzero(
        (changes.stage[now] >= names.WON)
        & (changes.second[now] // DAY < np.datetime64("2026-09-01").astype(int))
        & (changes.second[now] // DAY > np.datetime64("2026-05-01").astype(int))
    )[:wanted]
    ids = deal_id(world.crm.deals, closed).to_pylist()
    return list(zip(ids, (changes.second[now[closed]] // DAY).tolist(), strict=True))


def plant_coaching(
    planter_of: PlanterOf, world: World, outcome: Outcome, rng: np.random.Generator
) -> None:
    """Plant the defects of the coaching logs."""
    company, rounds = world.company, world.size.defect_rounds
    log = planter_of("coaching_log/sessions_north_america.csv", None).file
    held = _coached_individually(log)
    person, nickname, nicknamed = _nickname(company, log, held)
    nicknamed = nicknamed[:rounds]
    held = np.setdiff1d(held, nicknamed)
    outcome.aliases.append(("coaching_log", nickname, person))
    for row in nicknamed.tolist():
        values = log.take(row) | {"coachee": nickname}
        record = Planted((cell("alias", "accepted", values, "coachee"),), values)
        log.plant(int(rng.integers(0, log.table.num_rows)), record)
    session_ids, action_ids = numbered("CS-"), numbered("AC-")
    _sessions(planter_of(log.path, held), rounds, session_ids, _closed_deals(world, rounds))
    _attendees(planter_of("coaching_log/attendees_north_america.csv", None), rounds)
    _actions(planter_of("coaching_log/actions_north_america.csv", None), rounds, action_ids)
    _policies(planter_of("coaching_log/policies.csv", None))
    if (world.company.team_region == DACH).any():
        _workbook(planter_of("coaching_log/sessions_dach.xlsx", None), session_ids)
