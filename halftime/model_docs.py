"""The documentation of the models as one page that needs no network: dbt's own.

It is no part of a run: reading the project and the catalogue takes as long as a tenth of one, and
it changes only with the code. Nothing is compiled, so no value of a configuration gets into it; of
the warehouse it holds names and types of columns, and no row.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from halftime.console import Reporter
from halftime.dbt import dbt_session
from halftime.errors import UsageError
from halftime.home import Home, machine_errors, write_atomically


@dataclass(frozen=True)
class ModelDocs:
    """A written page, and the build whose warehouse its catalogue is of."""

    build_id: str
    page: Path

    def to_dict(self) -> dict[str, str]:
        """Return what the command prints."""
        return {"build_id": self.build_id, "page": str(self.page)}


def write_docs(home: Home, reporter: Reporter) -> ModelDocs:
    """Write ``HOME/docs/<build>.html`` anew; to be called under the lock of the home."""
    build_id = home.latest_build()
    if build_id is None:
        raise UsageError(
            f"There is no build in {home.root}.", hint="Begin with 'halftime run', then try again."
        )
    with machine_errors("write the documentation of the models"):
        home.temporary.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=home.temporary))
        try:
            with reporter.step("Writing the models' docs"), dbt_session(home) as dbt:
                # Told not to compile, dbt takes the list of models that it finds in the folder.
                dbt.run("docs", ["parse"], variables={}, folder=scratch)
                words = ["docs", "generate", "--no-compile", "--static"]
                made = dbt.run("docs", words, variables={}, folder=scratch)
            home.docs.mkdir(exist_ok=True)
            page = home.docs / f"{build_id}.html"
            write_atomically(page, (made.target / "static_index.html").read_bytes())
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        for older in home.docs.glob("*Z-*.html"):
            if older != page:
                older.unlink()
    return ModelDocs(build_id, page)
