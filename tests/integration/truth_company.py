"""The company in whose raw files the tests measure what is planted.

It is that of size ``m`` with two fifths more deals and sessions: large enough that the
weakest planted effect lies well beyond the four standard errors that are asked of it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from halftime.sample import SIZES, write_size

SIZE = dataclasses.replace(SIZES["m"], opportunities=126_000, sessions=50_400)
NAME = "sample-truth"
SEED = 7


def write_truth_company(folder: Path) -> None:
    """Write its files into a folder."""
    write_size(SIZE, SEED, folder)
