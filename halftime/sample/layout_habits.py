"""Coaching that is kept without our template, and what enablement keeps beside it."""

from __future__ import annotations

import numpy as np

from halftime.sample import channels, crm, logs, programme
from halftime.sample.documents import Document
from halftime.sample.files import SourceFile
from halftime.sample.world import World, generator


def habit_files(world: World) -> list[SourceFile]:
    """Lay out the log and the answers to the form."""
    company, sessions = world.company, world.sessions
    deal = crm.deal_id(world.crm.deals, world.session_deal, world.session_deal >= 0)
    files = []
    for channel, thing, title, write in (
        (channels.LOG, "log", "Session Log", logs.log_table),
        (channels.FORM, "form", "Form Responses", logs.form_table),
    ):
        chosen = np.flatnonzero(world.channel == channel)
        if len(chosen):
            table = write(company, sessions, world.attendance, world.actions, deal, chosen)
            files.append(SourceFile(f"coaching_log/{title}.csv", "coaching_log", thing, table))
    return files


def matrix_documents(world: World) -> list[Document]:
    """Lay out the matrices: a workbook per manager."""
    chosen = np.flatnonzero(world.channel == channels.MATRIX)
    coach = world.sessions.coach[chosen]
    return [
        logs.matrix(world.company, world.sessions, int(person), chosen[coach == person])
        for person in np.unique(coach)
    ]


def programme_files(world: World) -> list[SourceFile]:
    """Lay out initiatives, the survey and recognition."""
    company = world.company
    tables = {
        "initiative": ("Initiatives", programme.initiatives(company)),
        "survey_response": (
            "Survey Responses",
            programme.survey(company, generator(world.seed, "survey")),
        ),
        "recognition": (
            "Awards",
            programme.recognition(
                company, world.deals, world.crm.deals, generator(world.seed, "recognition")
            ),
        ),
    }
    return [
        SourceFile(f"coaching_log/{title}.csv", "coaching_log", thing, table)
        for thing, (title, table) in tables.items()
    ]
