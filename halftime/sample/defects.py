"""All planted defects: what is wrong where, and what should become of it, system by system."""

from __future__ import annotations

import numpy as np

from halftime.sample.defects_coaching import plant_coaching
from halftime.sample.defects_files import raw_files
from halftime.sample.defects_hubspot import plant_hubspot
from halftime.sample.defects_salesforce import plant_salesforce
from halftime.sample.defects_sheets import plant_sheets
from halftime.sample.files import Defect, SourceFile
from halftime.sample.planting import Outcome, Planter
from halftime.sample.world import World


def plant_defects(files: list[SourceFile], world: World, rng: np.random.Generator) -> Outcome:
    """Plant all defects into the laid-out files; return what else they bring with them."""
    by_path = {file.path: file for file in files}
    outcome = Outcome()

    def planter_of(path: str, rows: np.ndarray | None = None) -> Planter:
        file = by_path[path]
        return Planter(file, np.arange(file.table.num_rows) if rows is None else rows, rng)

    plant_salesforce(planter_of, world, outcome)
    plant_hubspot(planter_of, world, outcome)
    plant_coaching(planter_of, world, outcome, rng)
    plant_sheets(planter_of, world, outcome)
    for file in files:
        if file.encoding == "utf-16":
            file.header_notes.append(Defect("encoding", "accepted", "UTF-16 with semicolons"))
    outcome.raw_files = raw_files()
    return outcome
