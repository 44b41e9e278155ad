"""The process of the rules: it waits to be told, and how it ends without that is no riddle."""

from __future__ import annotations

from pathlib import Path

import pytest

from halftime.errors import MachineError
from halftime.home import Home
from halftime.rules_process import rules_process

BUILD = "20260101T000000Z-abcdef"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    for name in ("logs", "rules"):
        (home.build_folder(BUILD) / name).mkdir(parents=True)
    return home


def test_one_that_is_not_told_to_begin_ends_without_a_word(home: Home) -> None:
    with rules_process(home, BUILD) as rules:
        process = rules._process
    assert process.returncode == 0
    assert (home.build_folder(BUILD) / "logs" / "rules.log").read_text() == ""
    assert list((home.build_folder(BUILD) / "rules").iterdir()) == []


def test_one_that_is_gone_is_the_machines_fault(home: Home) -> None:
    with rules_process(home, BUILD) as rules:
        rules._process.kill()
        rules._process.wait()
        with pytest.raises(MachineError, match="signal 9"):
            rules.check(lambda *_: None)
