"""Measure the pages while many readers look at them at once, and say so in ``docs/benchmarks.md``.

Usage: ``python scripts/bench_load.py --sizes m l``: makes, runs and publishes each size unless the
bench has done so already, and writes its section of the page; ``make bench`` calls it last. One
server, behind the header of a proxy, so that every reader is somebody else with a sight of their
own: managers and reps of the build, and two who see everything. Readers speak Streamlit's own
websocket protocol: they open a page, think for 5 to 15 seconds, then choose another option in a
filter (three times of four) or open another page.

* *filter change*, *page*: from sending the request until the script has ended and everything that
  it drew has arrived.
* *in a browser*: what one more reader waits for in a real Chromium meanwhile, drawing included, as
  ``bench_pages.py`` defines it.

The readers run on the cores that serve them, so the figures err upwards.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import bench_pages
import websockets
from bench_process import ROOT, tree_mib
from bench_report import Aim, Figures
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from windows import FLAGS, free_port, visiting

from dashboards.access.roles import PAGES, Role
from dashboards.published import connect, current_build

CHANGE, PAINT = Aim(0.7, "s"), Aim(2, "s")
THINK = (5.0, 15.0)
PATIENCE = 60.0
BROWSED = ("/week", "/deals", "/coaching")
FILTERS = ("Organisation", "Period")
WATCHES = 2  # readers who see the whole company
HEADING = "## Many readers at once"
PAGE = ROOT / "docs" / "benchmarks.md"
BENCH = ROOT / "var" / "bench"
CONFIG = """version: 1
sources: {tabular: {}}
access:
  mode: header
  people: people.csv
  header: {login: X-User, secret: X-Proxy}
"""


@dataclass
class Load:
    """What was measured; seconds, MiB."""

    size: str
    users: int
    minutes: float
    changes: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    paints: list[float] = field(default_factory=list)
    browser_changes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


@dataclass
class Reader:
    """One reader with a window: what stands on the page, and what was chosen there."""

    login: str
    role: Role
    random: random.Random
    page: str = ""
    page_hash: str = ""
    filters: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # id: key, options
    chosen: dict[str, str] = field(default_factory=dict)  # by id
    query: dict[str, str] = field(default_factory=dict)

    def open(self) -> bytes:
        """Turn to another page, and return what the browser would send."""
        self.page = self.random.choice([page for page in PAGES[self.role] if page != "detail"])
        self.page_hash = ""
        return self._request()

    def change(self) -> bytes:
        """Choose another option in one of the filters."""
        able = {key: found for key, found in self.filters.items() if len(found[1]) > 1}
        widget = self.random.choice(sorted(able))
        key, options = able[widget]
        choice = self.random.choice([one for one in options if one != self.chosen.get(widget)])
        self.chosen[widget] = choice
        if key:
            self.query[key] = choice
        return self._request()

    def can_change(self) -> bool:
        """Tell whether a filter of the page has more than one option."""
        return any(len(options) > 1 for _, options in self.filters.values())

    def _request(self) -> bytes:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = urlencode(self.query)
        state.page_name = "" if self.page_hash else self.page
        state.page_script_hash = self.page_hash
        for widget, choice in self.chosen.items():
            state.widget_states.widgets.add(id=widget, string_value=choice)
        return bytes(message.SerializeToString())

    def hear(self, message: ForwardMsg) -> str:
        """Note what the server drew; return how the run ended, or nothing while it goes on."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page_hash = message.new_session.page_script_hash
            self.filters = {}
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                return f"exception: {element.exception.message[:200]}"
            if element.WhichOneof("type") == "selectbox":
                box = element.selectbox
                self.filters[box.id] = (box.query_param_key, list(box.options))
        elif kind == "script_finished":
            ended = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
            return "" if ended == "FINISHED_EARLY_FOR_RERUN" else ended
        return ""


async def read(reader: Reader, port: int, headers: dict[str, str], load: Load, end: float) -> None:
    """Look at pages until the time is over."""
    await asyncio.sleep(reader.random.uniform(0, THINK[1]))
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    try:
        async with websockets.connect(
            address, additional_headers=headers | {"X-User": reader.login}, max_size=None
        ) as socket:
            request, waits = reader.open(), load.pages
            while True:
                begun = time.monotonic()
                await socket.send(request)
                ended = ""
                while not ended:
                    heard = await asyncio.wait_for(socket.recv(), PATIENCE)
                    ended = reader.hear(ForwardMsg.FromString(bytes(heard)))
                waits.append(time.monotonic() - begun)
                if ended != "FINISHED_SUCCESSFULLY":
                    load.errors.append(f"{reader.login} on {reader.page}: {ended}")
                await asyncio.sleep(reader.random.uniform(*THINK))
                if time.monotonic() > end:
                    return
                changes = reader.can_change() and reader.random.random() < 0.75
                request = reader.change() if changes else reader.open()
                waits = load.changes if changes else load.pages
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        load.errors.append(f"{reader.login} on {reader.page}: {error!r}")


def readers_of(home: Path, count: int, seed: int) -> list[Reader]:
    """Choose so many people of the build: two thirds managers as far as there are, then reps."""
    build = current_build(home)
    if build is None:
        sys.exit(f"Nothing is published in {home}.")
    with connect(build.database) as connection:
        rows = connection.execute(
            "select person_id, is_manager from core.dim_person "
            "where (is_manager or is_rep) and is_active and not is_deleted order by person_id"
        ).fetchall()
    chance = random.Random(seed)
    managers = [person for person, is_manager in rows if is_manager]
    reps = [person for person, is_manager in rows if not is_manager]
    lead = chance.sample(managers, min(len(managers), 2 * count // 3))
    people = [(person, Role.MANAGER) for person in lead]
    people += [(person, Role.REP) for person in chance.sample(reps, count - len(lead) - WATCHES)]
    people += [("everything@load.example", Role.ADMIN), ("programme@load.example", Role.ENABLEMENT)]
    return [
        Reader(person, role, random.Random(seed * 1000 + number))
        for number, (person, role) in enumerate(people)
    ]


def list_people(path: Path, readers: Sequence[Reader]) -> None:
    """Write who has which role, as a company would."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("login", "role", "person"))
        for reader in readers:
            is_person = reader.role.is_of_a_person
            writer.writerow((reader.login, reader.role.value, reader.login if is_person else ""))


def browse(load: Load, port: int, headers: dict[str, str], chromium: str, end: float) -> None:
    """Wait as one more reader in a real browser, until the time is over."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        address = f"http://127.0.0.1:{port}"
        turn = 0
        with visiting(browser, address, headers=headers) as visitor:
            visitor.visit(BROWSED[0])  # fetches Streamlit's code, as a first visit ever does
            while time.monotonic() < end:
                path = BROWSED[turn % len(BROWSED)]
                load.paints.append(bench_pages.paint_seconds(visitor, path))
                load.browser_changes += bench_pages.change_seconds(
                    visitor, FILTERS[turn % len(FILTERS)]
                )
                time.sleep(THINK[0])
                turn += 1
        browser.close()


def watch(load: Load, process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    """Note the memory of the server each second."""
    while not ended.wait(1):
        load.memory.append(tree_mib(process.pid)[0])


def measure(home: Path, size: str, users: int, minutes: float, seed: int, chromium: str) -> Load:
    """Serve a home, and read it for so many minutes."""
    load = Load(size, users, minutes)
    readers = readers_of(home, users, seed)
    port, secret = free_port(), secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        list_people(Path(folder) / "people.csv", readers)
        config = Path(folder) / "halftime.yml"
        config.write_text(CONFIG, encoding="utf-8")
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "halftime", "dashboard", "--home", str(home.resolve())),
                *("--config", str(config), "--port", str(port)),
            ],
            cwd=ROOT,
            env={**os.environ, "HALFTIME_PROXY_SECRET": secret},
            stdout=subprocess.DEVNULL,
        )
        ended = threading.Event()
        try:
            _wait_for(port)
            end = time.monotonic() + 60 * minutes
            headers = {"X-Proxy": secret}
            watching = threading.Thread(target=watch, args=(load, process, ended))
            reading = threading.Thread(
                target=asyncio.run, args=(_all(readers, port, headers, load, end),)
            )
            watching.start()
            reading.start()
            browse(load, port, headers | {"X-User": readers[-1].login}, chromium, end)
            reading.join()
        finally:
            ended.set()
            process.terminate()
            process.wait()
    return load


async def _all(
    readers: Sequence[Reader], port: int, headers: dict[str, str], load: Load, end: float
) -> None:
    await asyncio.gather(*(read(reader, port, headers, load, end) for reader in readers))


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("The server does not answer.")


def p95(seconds: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def home_of(size: str, seed: int, folder: Path) -> Path:
    """Return the published home of a size; make it where the bench has left none."""
    home = folder / "home"
    if current_build(home) is None:
        sample, halftime = folder / "sample", Path(sys.executable).parent / "halftime"
        for words in (
            ("sample", "--size", size, "--seed", str(seed), "--out", sample),
            ("run", "--config", sample / "halftime.yml", "--home", home),
        ):
            subprocess.run([halftime, *words], cwd=ROOT, check=True)
    return home


def load_lines(loads: Sequence[Load], figures: Figures) -> list[str]:
    """Return the section, and note its figures that have an aim."""
    lines = [
        "",
        HEADING,
        "",
        (
            f"Each is somebody else with a sight of their own, thinks {THINK[0]:g} to {THINK[1]:g} "
            "s, then changes a filter or opens another page. They run on the cores that serve them."
        ),
    ]
    for load in loads:
        lines += _lines_of(load, figures)
    return lines


def _lines_of(load: Load, figures: Figures) -> list[str]:
    lines = [
        "",
        f"### {load.users} readers on `{load.size}`, {load.minutes:g} minutes",
        "",
        "| wait | count | median s | p95 s | worst s | aim for p95 |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for name, seconds, aim in (
        ("filter change", load.changes, CHANGE),
        ("page", load.pages, None),
        ("in a browser: first paint", load.paints, PAINT),
        ("in a browser: filter change", load.browser_changes, None),
    ):
        said = figures.judge(f"`{load.size}`, {load.users} readers: {name}", p95(seconds), aim)
        lines.append(
            f"| {name} | {len(seconds):,} | {statistics.median(seconds):.2f} "
            f"| {p95(seconds):.2f} | {max(seconds):.2f} | {said} |"
        )
    middle = load.memory[len(load.memory) // 2 :]
    lines += [
        "",
        (
            f"Errors: {len(load.errors)}. Memory of the server: {middle[0]:,.0f} MiB at "
            f"half time, {middle[-1]:,.0f} MiB at the end, at most {max(load.memory):,.0f} MiB."
        ),
    ]
    return lines


def write(lines: Sequence[str], page: Path) -> None:
    """Put the section in the place of the one that stands on the page, or at its end."""
    text = page.read_text(encoding="utf-8")
    before, _, after = text.partition(f"\n{HEADING}\n")
    rest = after[after.index("\n## ") :] if "\n## " in after else ""
    page.write_text(before.rstrip("\n") + "\n" + "\n".join(lines) + "\n" + rest, encoding="utf-8")


def bench_load(size: str, seed: int, folder: Path, users: int, minutes: float) -> Load:
    """Measure one size. What readers met is said on standard error."""
    chromium = subprocess.run(
        [ROOT / "scripts" / "find_chromium.sh"], capture_output=True, text=True, check=True
    ).stdout.strip()
    load = measure(home_of(size, seed, folder), size, users, minutes, seed, chromium)
    for error in load.errors[:20]:
        print(error, file=sys.stderr)
    return load


def main() -> None:
    """Measure homes and write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", default=["m", "l"])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    loads = [
        bench_load(size, options.seed, BENCH / size, options.users, options.minutes)
        for size in options.sizes
    ]
    lines = load_lines(loads, Figures())
    write(lines, PAGE)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
