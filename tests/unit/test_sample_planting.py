"""What is planted in the sample: every row is touched by one defect at most."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from halftime.sample.files import SourceFile
from halftime.sample.planting import Planter


def test_planters_of_one_file_never_take_the_same_row() -> None:
    """A file has several planters; a row written twice by one must stay out of the other's hands.

    Otherwise a row stands three times, and the second of them is no longer the newest.
    """
    table = pa.table({"id": ["1", "2", "3"]})
    file = SourceFile("companies.csv", "hubspot", "company", table)
    every_row = np.arange(3)
    first, second = (Planter(file, every_row, np.random.default_rng(seed)) for seed in (1, 2))

    first.duplicate()
    second.changed("blanks", "id", lambda text: text + " ")
    first.duplicate()

    assert file.kept == [0, 1, 2]
    with pytest.raises(ValueError, match="too few clean rows"):
        second.changed("blanks", "id", lambda text: text + " ")
