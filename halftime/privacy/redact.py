"""Replace the texts of erased persons by pseudonyms that nobody can turn back.

A tombstone is a keyed hash of a text and the words that stand for it now. It tells the next
landing of the same file whom to replace, without holding the name. The words are drawn at
random and depend on nothing; the same text gets the same words everywhere, so that rows which
belonged together still do and every figure stays as it was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from halftime.errors import MachineError
from halftime.home import Home, to_json, write_atomically
from halftime.privacy.people import TOKEN, Known, words

_SALESFORCE = re.compile(r"^005[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$")
_LONGEST = 9  # words of the longest text that is looked for
MARK = "erased"
_REMEMBERED = 500_000


def private_folder(home: Home) -> Path:
    """Return the folder of keys and tombstones; only its owner can read it."""
    folder = home.root / "privacy"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def home_key(home: Home, name: str = "tombstone.key") -> bytes:
    """Return a secret of this home; made at the first call, readable by its owner alone."""
    path = private_folder(home) / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise MachineError(
                f"The key {path} can be read by others.", hint=f"Run: chmod 600 {path}"
            ) from None
        return path.read_bytes()
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(32))
    return path.read_bytes()


def normal(tokens: Iterable[str]) -> str:
    """Return the form in which words are compared: case counts only in ids of Salesforce."""
    items = tuple(tokens)
    if len(items) == 1 and _SALESFORCE.match(items[0]):
        return items[0][:15]
    return " ".join(items).lower()


@dataclass
class Tombstones:
    """Keyed hashes of erased texts, each with the words that stand for them.

    A key of ``whole`` also names the system in whose ids the text is looked for as a whole value.
    """

    key: bytes
    within: dict[str, list[str | None]] = field(default_factory=dict)
    whole: dict[str, list[str | None]] = field(default_factory=dict)
    texts: set[str] | None = field(default=None, repr=False)  # saves hashing, where they are known
    _seen: dict[str, list[str | None] | None] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, home: Home) -> Tombstones:
        """Read the tombstones of a home; empty where nobody was erased."""
        path = home.root / "privacy" / "tombstones.json"
        if not path.is_file():
            return cls(b"")
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(home_key(home), content["within"], content["whole"])

    def write(self, home: Home) -> None:
        """Write them down, for their owner alone."""
        path = private_folder(home) / "tombstones.json"
        write_atomically(path, to_json({"within": self.within, "whole": self.whole}))
        path.chmod(0o600)

    def __bool__(self) -> bool:
        return bool(self.within or self.whole)

    def digest(self, text: str) -> str:
        """Return the keyed hash of a text."""
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def find(self, text: str) -> list[str | None] | None:
        """Return what stands for a text within longer ones; None for one that nobody erased."""
        if self.texts is not None and text not in self.texts:
            return None
        if text not in self._seen:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[text] = self.within.get(self.digest(text))
        return self._seen[text]

    def find_whole(self, text: str, system: str) -> list[str | None] | None:
        """Return what stands for a whole value of one system, or of any."""
        form = normal(words(text))
        if self.texts is not None and form not in self.texts:
            return None
        for place in (system, ""):
            found = self.whole.get(self.digest(f"{place}\x1f{form}"))
            if found is not None:
                return found
        return None

    def bury(self, known: Known, taken: set[str]) -> None:
        """Add a text; ``taken`` are words that stand for somebody already."""
        tokens = known.tokens
        if tokens and len(tokens) <= _LONGEST:
            self._seen.clear()
            self.put(known, self.find(normal(tokens)) or _stand_ins(known, taken))

    def put(self, known: Known, stand_ins: list[str | None]) -> None:
        """Add a text and the words that stand for its words; None for a word that stays."""
        tokens = known.tokens
        if not tokens or len(tokens) > _LONGEST:
            return
        orders: list[tuple[tuple[str, ...], list[int]]] = [(tokens, list(range(len(tokens))))]
        if known.kind != "email" and len(tokens) > 1:  # 'Coleman, Raquel' is 'Raquel Coleman'
            turned = [len(tokens) - 1, *range(len(tokens) - 1)]
            orders.append((tuple(tokens[place] for place in turned), turned))
        for order, places in orders:
            given = [stand_ins[place] for place in places]
            if self.texts is not None:
                self.texts.add(normal(order))
            if known.stands_in_text:
                self.within.setdefault(self.digest(normal(order)), given)
            place = known.system if known.kind == "id" else ""
            self.whole.setdefault(self.digest(f"{place}\x1f{normal(order)}"), given)
        self._seen.clear()


def _stand_ins(known: Known, taken: set[str]) -> list[str | None]:
    local = len(words(known.text.partition("@")[0])) if known.kind == "email" else None
    found: list[str | None] = []
    for place, token in enumerate(known.tokens):
        if local is not None and place >= local:
            found.append(None)  # the domain is the company's
            continue
        found.append(_free(partial(_like, token), taken))
    return found


def _free(draw: Callable[[], str], taken: set[str]) -> str:
    while True:
        word = draw()
        if word.lower() not in taken:
            taken.add(word.lower())
            return word


def _like(token: str) -> str:
    """Draw a word that passes where ``token`` did."""
    letters = string.ascii_lowercase
    if _SALESFORCE.match(token):
        signs = string.ascii_letters + string.digits
        return "005" + "".join(secrets.choice(signs) for _ in range(12))
    if token.isdigit():
        return "9" + "".join(secrets.choice(string.digits) for _ in range(max(len(token), 15) - 1))
    return "x" + "".join(secrets.choice(letters) for _ in range(11))


@dataclass
class Redactor:
    """Replaces texts in values; remembers what it found for each value."""

    tombstones: Tombstones
    coaching_pattern: str = ""
    _values: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _noise: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def value(self, text: str, system: str = "") -> str:
        """Return a value with pseudonyms in place of erased texts."""
        key = (system, text)
        if key not in self._values:
            if len(self._values) > _REMEMBERED:
                self._values.clear()
            self._values[key] = self._replace(text, system)
        return self._values[key]

    def scrub(self, text: str) -> str:
        """Return what is left of a free text about an erased person: that there was one.

        The words that tell a coaching meeting from another stay, so do different texts differ.
        """
        if not text.strip() or text.startswith(f"{MARK} "):
            return text
        lower = text.lower()
        sign = hmac.new(self._noise, text.encode(), hashlib.sha256).hexdigest()[:10]
        kept = [MARK, sign]
        found = re.search(self.coaching_pattern, lower) if self.coaching_pattern else None
        if found:
            kept.append(found.group(2))
        cancelled = re.match(r"\s*cancell?ed:", lower)
        return (cancelled.group(0) + " " if cancelled else "") + " ".join(kept)

    def _replace(self, text: str, system: str) -> str:
        spans = list(TOKEN.finditer(text))
        if system and spans:
            whole = self.tombstones.find_whole(text, system)
            if whole is not None and len(whole) == len(spans):
                return text[: spans[0].start()] + _put(text, spans, whole) + text[spans[-1].end() :]
        parts, at, place = [], 0, 0
        while place < len(spans):
            length, found = self._at(spans, place)
            if found is None:
                place += 1
                continue
            chosen = spans[place : place + length]
            parts.append(text[at : chosen[0].start()])
            parts.append(_put(text, chosen, found))
            at, place = chosen[-1].end(), place + length
        return "".join([*parts, text[at:]]) if parts else text

    def _at(self, spans: list[re.Match[str]], place: int) -> tuple[int, list[str | None] | None]:
        for length in range(min(_LONGEST, len(spans) - place), 0, -1):
            tokens = [span.group(0) for span in spans[place : place + length]]
            found = self.tombstones.find(normal(tokens))
            if found is not None and len(found) == length:
                return length, found
        if place + 1 < len(spans) and spans[place + 1].start() == spans[place].end() + 1:
            system, text = spans[place].group(0), spans[place + 1].group(0)
            joined = spans[place].string[spans[place].end()]
            if joined == ":":  # 'hubspot:41', a key of ours
                found = self.tombstones.find_whole(text, system)
                if found is not None and len(found) == 1:
                    return 2, [None, *found]
        return 0, None


def _put(text: str, spans: list[re.Match[str]], found: list[str | None]) -> str:
    parts, at = [], spans[0].start()
    for span, word in zip(spans, found, strict=True):
        old = span.group(0)
        if word is None:
            new = old
        elif _SALESFORCE.match(old) or not old[:1].isupper():
            new = word
        else:
            new = word[:1].upper() + word[1:]
        parts += [text[at : span.start()], new]
        at = span.end()
    return "".join(parts)
