"""``halftime docs`` writes one offline page, without compiled statements, and leaves no scratch."""

from __future__ import annotations

from pathlib import Path

from halftime.console import Reporter
from halftime.home import Home
from halftime.model_docs import write_docs


def test_the_documentation_is_one_page_of_the_latest_build(sample_home: Path) -> None:
    home = Home(sample_home)
    with home.lock() as held:
        before = set(home.temporary.iterdir())
        written = write_docs(held, Reporter(json_output=True))
    assert written.page == home.docs / f"{home.latest_build()}.html"
    text = written.page.read_text(encoding="utf-8")
    assert "model.halftime.fct_opportunity" in text
    assert '"compiled_code": "' not in text
    assert set(home.temporary.iterdir()) == before
    assert [path.name for path in home.docs.iterdir()] == [written.page.name]
