"""A YAML file as plain values that remember their lines, so that every mistake names its line."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Any

import yaml

from halftime.errors import UsageError


class Reader:
    """Plain values of a YAML document, with the line on which each key stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[tuple[str, ...], int] = {}
        try:
            content = path.read_bytes()
            self.sha256 = hashlib.sha256(content).hexdigest()
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8."
            ) from error
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise UsageError(
                f"{path}{_yaml_place(error)}: the YAML is broken ({_yaml_problem(error)}).",
                hint="Mend that line; indentation and quotes are the usual causes.",
            ) from error
        self.root = self._plain(node, ()) if node is not None else {}

    def _plain(self, node: yaml.Node, at: tuple[str, ...]) -> Any:
        if isinstance(node, yaml.MappingNode):
            plain: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                place = (*at, key)
                if key in plain:
                    raise UsageError(
                        f"{self.path}, line {key_node.start_mark.line + 1}: "
                        f"the key '{'.'.join(place)}' stands twice.",
                        hint="Keep one of them.",
                    )
                self.lines[place] = key_node.start_mark.line + 1
                plain[key] = self._plain(value_node, place)
            return plain
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, at) for item in node.value]
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise UsageError(
                f"{self.path}, line {node.start_mark.line + 1}: cannot read '{node.value}'.",
                hint="Put the value in quotes.",
            ) from error
        finally:
            loader.dispose()

    def fail(self, at: tuple[str, ...], message: str, hint: str) -> UsageError:
        """Return the error that names file, line and mistake; ``at`` is the path of keys."""
        line = next(
            (self.lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in self.lines), None
        )
        where = f"{self.path}, line {line}" if line else str(self.path)
        return UsageError(f"{where}: {message}", hint=hint)

    def mapping(self, value: Any, at: tuple[str, ...], keys: frozenset[str] | None) -> dict:
        """Return ``value`` as a mapping whose keys are all known (``keys`` None: any)."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            name = f"'{'.'.join(at)}'" if at else "the file"
            raise self.fail(at, f"{name} must be a mapping.", "Write 'key: value' lines.")
        for key in value:
            if keys is not None and key not in keys:
                raise self.fail(
                    (*at, key),
                    f"unknown key '{'.'.join((*at, key))}'.",
                    nearest(key, keys),
                )
        return value

    def one_of(
        self,
        node: dict,
        at: tuple[str, ...],
        key: str,
        known: tuple[str, ...],
        default: str,
    ) -> str:
        """Return a word of the mapping at ``at`` that must be one of a few."""
        value = str(node.get(key, default)).strip().lower()
        if value not in known:
            raise self.fail((*at, key), f"'{key}' is '{node[key]}'.", nearest(value, known))
        return value

    def truth(self, node: dict, at: tuple[str, ...], key: str) -> bool:
        """Return whether something is so; false where the mapping does not say."""
        value = node.get(key, False)
        if not isinstance(value, bool):
            raise self.fail((*at, key), f"'{key}' is '{value}'.", "Write true or false.")
        return value

    def texts(self, value: Any, at: tuple[str, ...]) -> tuple[str, ...]:
        """Return one text or a list of texts as a tuple."""
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise self.fail(
                at, f"'{'.'.join(at)}' must be a text or a list of texts.", "Use quotes."
            )
        return tuple(values)


def _yaml_place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _yaml_problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "not readable")


def nearest(word: str, known: frozenset[str] | tuple[str, ...]) -> str:
    """Return a hint that names the word which was probably meant, and all known ones."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    listed = ", ".join(sorted(known))
    return f"Did you mean '{close[0]}'? Known: {listed}." if close else f"Known: {listed}."
