"""The sheet of the page 1:1 prep: one HTML file that prints on one page of A4 or Letter.

It needs nothing from elsewhere, runs no script, and every text of the data in it is escaped. What
fits is bounded here: so many lines of each kind, each cut at its end, and the room to write in is
what they leave. So no name and no list pushes the sheet onto a second page.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from dashboards.components.prep_words import Place, Point, Question, Standing
from dashboards.components.words import count_of, number

MOST_ACTIONS, MOST_WARNINGS, MOST_SESSIONS = 6, 2, 2
_LONGEST = 150  # letters of a line; longer ones end in …

_BAND = "grey: the middle half of others"

_STYLE = """
@page { margin: 11mm 13mm; }
/* What a page of Letter, the lower of the two, holds between its margins is 257.4 mm high. */
body { display: flex; flex-direction: column; height: 256mm; overflow: hidden; }
body > * { flex: none; min-width: 0; }
* { box-sizing: border-box; }
html { font: 8.4pt/1.28 Inter, "Segoe UI", Helvetica, Arial, sans-serif; color: #0d151c;
  overflow-wrap: anywhere; }
body { margin: 0 auto; max-width: 184mm; }
h1 { font-size: 13pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 10pt; margin: 0 0 1mm; border-bottom: .3mm solid #0072b2; }
h2 small { font-weight: normal; }
p { margin: 0; padding: 0; }
section { margin-top: 2.4mm; }
small, .quiet { color: #4b5560; font-size: 7.4pt; }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 7mm; }
.cut { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  overflow-wrap: anywhere; }
.one { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; display: block; }
.head { display: flex; gap: 1mm; min-width: 0; overflow: hidden; }
.head b { min-width: 0; }
.head span { flex: none; max-width: 60%; white-space: nowrap; overflow: hidden; }
.item { margin-bottom: .7mm; }
.room { flex: 1 1 0; min-height: 0; overflow: hidden; }
.write { border-bottom: .2mm dotted #5a6570; height: 7mm; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) 30mm; gap: 2mm;
  align-items: center; }
svg { display: block; width: 100%; height: 3mm; }
footer { margin-top: 3mm; border-top: .2mm solid #c3c9ce; }
@media screen { body { padding: 12mm 0; } }
"""


@dataclass(frozen=True)
class Sheet:
    """All that stands on the sheet, in words."""

    title: str
    who: str
    due: str
    gaps: list[Point]
    strengths: list[Point]
    actions: list[tuple[str, str]]  # due, and what is known of it
    actions_title: str
    oldest: str
    deals: list[tuple[str, str, tuple[str, ...]]]  # name, facts, warnings
    deal_count: int
    sessions: list[tuple[str, str, str]]  # when, what about, what was agreed
    questions: list[Question]
    foot: str


def document(sheet: Sheet) -> str:
    """Return the sheet as an HTML file."""
    body = [
        f'<h1 class="cut">{_text(sheet.title)}</h1>',
        f'<p class="quiet cut">{_text(sheet.who, 300)}</p>',
        '<div class="two">',
        _section("Gaps", [_point(point) for point in sheet.gaps], "None stands out.", _BAND),
        _section("Strengths", [_point(point) for point in sheet.strengths], "None stands out."),
        "</div>",
        _section("Ask, and let the other one answer", _questions(sheet.questions), "None."),
        _section(
            sheet.actions_title,
            [_action(*action) for action in sheet.actions[:MOST_ACTIONS]],
            "",
            sheet.oldest,
        ),
        _section(
            _counted("Deals to talk about", len(sheet.deals), sheet.deal_count),
            [_deal(*deal) for deal in sheet.deals],
            "No open deal has a warning.",
        ),
        _section(
            "Last sessions",
            [_session(*session) for session in sheet.sessions[:MOST_SESSIONS]],
            "The log has none.",
            sheet.due,
        ),
        '<section class="room"><h2>What we agree today, in the words of the one who does it</h2>'
        + '<div class="write"></div>' * 20
        + "</section>",
        f'<footer><small class="cut">{_text(sheet.foot, 400)}</small></footer>',
    ]
    return _whole(_text(sheet.title), "\n".join(body))


def _whole(title: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _text(words: str, longest: int = _LONGEST) -> str:
    """Return text as it may stand in HTML, in one line and cut."""
    line = " ".join(words.split())
    return escape(line if len(line) <= longest else f"{line[: longest - 1]}…")


def _counted(what: str, shown: int, total: int) -> str:
    return f"{what}: {number(shown)} of {number(total)}" if shown < total else what


def _section(head: str, items: list[str], nothing: str, note: str = "") -> str:
    more = f" <small>{_text(note)}</small>" if note else ""
    inside = "".join(items) if items else f"<p>{nothing}</p>"
    return f'<section><h2 class="one">{_text(head)}{more}</h2>{inside}</section>'


def _point(point: Point) -> str:
    strip = _strip(point.place) if point.place else ""
    # A long name is cut before its value is.
    head = (
        f'<span class="head"><b class="one">{_text(point.text)}</b>'
        f"<span>{_text(point.value)}</span></span>"
    )
    return (
        f'<div class="item"><div class="beside">{head}{strip}</div>'
        f'<small class="cut">{_text(point.basis, 200)}</small></div>'
    )


def _strip(place: Place) -> str:
    """Return a small picture: the scale from 0 to 100%, the others' middle half, the rep's mark."""
    low, high = place.peer_low or 0.0, place.peer_high or 0.0
    where = 2 + 196 * min(max(place.value, 0.0), 1.0)
    way = "above" if place.value > high else "below" if place.value < low else "in"
    shape = f"M{where - 4:.1f} 1.5h8l-4 8z"
    if place.standing is Standing.AHEAD:
        shape = f"M{where - 4:.1f} 10.5h8l-4 -8z"
    colour = "#b5471b" if place.standing is Standing.BEHIND else "#0072b2"
    return (
        f'<svg viewBox="0 0 200 12" preserveAspectRatio="none" role="img" '
        f'aria-label="{_text(place.text)}, {way} the middle half of the others">'
        '<line x1="2" x2="198" y1="6" y2="6" stroke="#c3c9ce"/>'
        f'<rect x="{2 + 196 * low:.1f}" y="3" width="{max(196 * (high - low), 1):.1f}" height="6" '
        f'fill="#c3c9ce"/><path d="{shape}" fill="{colour}"/></svg>'
    )


def _action(due: str, known: str) -> str:
    return f'<div class="item one">☐ <b>{_text(due)}</b> <small>{_text(known)}</small></div>'


def _deal(name: str, facts: str, warnings: tuple[str, ...]) -> str:
    rest = len(warnings) - MOST_WARNINGS
    more = f" And {count_of(rest, 'more warning')}." if rest > 0 else ""
    told = " ".join(warnings[:MOST_WARNINGS])
    return (
        f'<div class="item"><span class="one"><b>{_text(name)}</b> <small>{_text(facts)}</small>'
        f'</span><span class="cut">{_text(told, 260)}{more}</span></div>'
    )


def _session(when: str, about: str, agreed: str) -> str:
    return (
        f'<div class="item"><span class="one"><b>{_text(when)}</b> <small>{_text(agreed)}</small>'
        f'</span><span class="one">{_text(about)}</span></div>'
    )


def _questions(questions: list[Question]) -> list[str]:
    return [
        f'<div class="one">– {_text(asked.text)} <small>{_text(asked.about, 60)}</small></div>'
        for asked in questions
    ]
