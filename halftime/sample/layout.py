"""All raw files of a drawn world, laid out but not yet written."""

from __future__ import annotations

from halftime.sample.documents import Document
from halftime.sample.files import SourceFile
from halftime.sample.known import has
from halftime.sample.layout_coaching import coaching_files, sheet_files
from halftime.sample.layout_feeds import calendar_documents, gong_documents, learning_files
from halftime.sample.layout_habits import habit_files, matrix_documents, programme_files
from halftime.sample.layout_hubspot import hubspot_files
from halftime.sample.layout_reference import reference_files
from halftime.sample.layout_salesforce import salesforce_files
from halftime.sample.world import World


def plan_files(world: World) -> list[SourceFile]:
    """Lay out all raw files, without defects yet."""
    return [
        *salesforce_files(world),
        *hubspot_files(world),
        *coaching_files(world),
        *sheet_files(world),
        *reference_files(world),
        *(learning_files(world) if has("learning") else ()),
        *calendar_documents(world)[1],
        *habit_files(world),
        *(programme_files(world) if has("coaching_log", "recognition") else ()),
    ]


def plan_documents(world: World) -> list[Document]:
    """Lay out the files that are no tables."""
    calendars, _ = calendar_documents(world)
    return [
        *calendars,
        *(gong_documents(world) if has("gong") else ()),
        *matrix_documents(world),
    ]
