"""What several modules of integration tests build once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import core_builder
import pytest


@pytest.fixture(scope="session")
def compiled_core(once: Callable[[str, Callable[[Path], None]], Path], project_root: Path) -> Path:
    """The models up to the core, compiled once per test session for a company of any content."""
    return once(
        "compiled-core",
        lambda folder: core_builder.compile_core(folder, project_root, core_builder.ANY_COMPANY),
    )
