"""Pages of an interface (JSON), taken apart into the rows of several objects.

A page is an envelope: some bookkeeping and one array of records under a known key. Records are
told apart by that key, not by the file's name; arrays within them are objects of their own
(``explode`` in the contract). DuckDB reads the values; a walk over brackets and keys, apart from
any parser, counts the elements that every object must have. A bare record, or an array of them,
is read as well.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import duckdb

from halftime.contracts import Contract, Explode
from halftime.landing import text
from halftime.landing.header import unique_headers
from halftime.landing.spec import RejectedFileError
from halftime.landing.typed_readers import (
    MAXIMUM_OBJECT_BYTES,
    Scan,
    TypedFile,
    json_path,
    literal,
)

Keys = tuple[str, ...]
RECORD = "record."
POSITION = "record.position"
_MAXIMUM_DEPTH = 64
_MAXIMUM_KEYS = 2_000
_KEPT_DEPTH = 12
_HEAD_BYTES = 1 << 20
_ARRAY_KEY = re.compile(rb'"([^"\\]{1,80})"\s*:\s*\[')
# Commas say nothing here: what opens a bracket follows its key and a colon at once, or has no key.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:]|"', re.DOTALL)


@dataclass
class Structure:
    """How a JSON text is built: key paths, without the arrays on the way."""

    documents: int = 0
    is_array: bool = False
    elements: Counter[tuple[str, ...]] = field(default_factory=Counter)
    arrays: Counter[tuple[str, ...]] = field(default_factory=Counter)


def walk(stream: text.Utf8Stream) -> Structure:
    """Count the objects that stand in each array, by the keys that lead there.

    Works on brackets, colons and keys alone. Raises :class:`RejectedFileError` ``truncated`` if
    something is still open at the end, ``unreadable`` if brackets do not match or lie too deep.
    """
    found = Structure()
    stack: list[tuple[bytes, tuple[str, ...]]] = []
    key, word = b"", b""
    started = False
    for token in _tokens(stream):
        if not started:
            started = True
            found.is_array = token == b"["
        if token == b":":
            key = word
        elif token in (b"{", b"["):
            name = _plain(key) if key and len(stack) <= _KEPT_DEPTH else ""
            _open_bracket(found, stack, token, name)
            key = b""
        elif token in (b"}", b"]"):
            if not stack or stack.pop()[0] != (b"{" if token == b"}" else b"["):
                raise RejectedFileError("unreadable", "The brackets of the JSON do not match.")
            key = b""
        else:
            word, key = token, b""
    if stack:
        raise RejectedFileError("truncated", "The JSON ends inside an object, an array or a text.")
    return found


def _open_bracket(
    found: Structure,
    stack: list[tuple[bytes, tuple[str, ...]]],
    token: bytes,
    key: str,
) -> None:
    if len(stack) >= _MAXIMUM_DEPTH:
        raise RejectedFileError(
            "unreadable", f"The JSON is nested more than {_MAXIMUM_DEPTH} levels deep."
        )
    above = stack[-1] if stack else (b"", ())
    path = (*above[1], key) if above[0] == b"{" else above[1]
    if token == b"[":
        found.arrays[path] += 1
    elif above[0] == b"[" and len(stack) > 1:
        found.elements[path] += 1
    else:
        found.documents += len(stack) == int(found.is_array)
    stack.append((token, path))


def _tokens(stream: text.Utf8Stream) -> Iterator[bytes]:
    pending = b""
    while block := stream.read(text.CHUNK_BYTES):
        chunk, pending = pending + block, b""
        for match in _TOKEN.finditer(chunk):
            token = match.group()
            if token == b'"':
                pending = chunk[match.start() :]
                break
            yield token
        if len(pending) > MAXIMUM_OBJECT_BYTES:
            break
    if pending:
        raise RejectedFileError("truncated", "The JSON ends inside an object, an array or a text.")


def _plain(word: bytes) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return word.decode("utf-8", "replace").strip('"')


def envelope_of(path: Path, envelopes: frozenset[str]) -> str | None:
    """Return which of the known keys holds an array in a page, looking at its beginning only."""
    try:
        with text.open_bytes(path) as stream:
            head = stream.read(_HEAD_BYTES)
    except (OSError, EOFError):
        return None
    for mark, name in text.BOMS:
        if head.startswith(mark):
            head = head[len(mark) :].decode(name, "ignore").encode()
            break
    keys = (name.decode("utf-8", "replace") for name in _ARRAY_KEY.findall(head))
    return next((key for key in keys if key in envelopes), None)


@lru_cache(maxsize=4)
def _walked(path: str, stamp: tuple[int, int]) -> Structure:
    del stamp  # tells a file from an older one at the same path
    with text.Utf8Stream(Path(path), text.Encoding("utf-8")) as stream:
        return walk(stream)


def open_page(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    encoding: text.Encoding,
) -> TypedFile:
    """Look through pages for the rows of one object. ``path`` is plain UTF-8 text.

    Raises :class:`RejectedFileError` for ``truncated``, ``unreadable``, ``empty_file``.
    """
    explode = contract.explode
    if explode is None:
        raise ValueError(f"'{contract.object}' does not say where its rows stand in a page.")
    stat = path.stat()
    structure = _walked(str(path), (stat.st_size, stat.st_mtime_ns))
    if not structure.documents and not structure.is_array:
        raise RejectedFileError("empty_file", "The file holds no JSON object.")
    is_page = (explode.envelope,) in structure.arrays
    if is_page and structure.arrays[(explode.envelope,)] != structure.documents:
        raise RejectedFileError(
            "unreadable", f"Not every page of the file has one array '{explode.envelope}'."
        )
    elements = _elements_sql(path, explode, is_array=structure.is_array, is_page=is_page)
    try:
        row = con.execute(
            "select cast(json_group_structure(element) as varchar), count(*), "
            f"count(*) filter (where json_type(element) = 'OBJECT') from {elements}"
        ).fetchone()
    except duckdb.Error as error:
        reason = f"The JSON cannot be read: {str(error).splitlines()[0]}"
        raise RejectedFileError("unreadable", reason) from error
    shape, count, objects = row if row else (None, 0, 0)
    if count != objects:
        raise RejectedFileError(
            "unreadable", f"{count - objects} elements of '{contract.object}' are no objects."
        )
    leaves, lists = _leaves(json.loads(shape) if shape else {}, explode.claimed)
    wanted = [c.header.removeprefix(RECORD) for c in contract.columns if _is_outer(c.header)]
    outer: list[Keys] = [tuple(name.split(".")) for name in dict.fromkeys(wanted)]
    return TypedFile(
        header=tuple(
            unique_headers(
                [
                    *(".".join(keys) for keys in leaves),
                    *(".".join((*keys, "count")) for keys in lists),
                    *(RECORD + ".".join(keys) for keys in outer),
                    POSITION,
                ]
            )
        ),
        source_rows=_count(structure, explode, is_page=is_page),
        scan=Scan(
            relation=(
                f"(select json_extract_string(element, {_paths(leaves)}) as f, "
                f"json_array_length(element, {_paths(lists)}) as l, "
                f"json_extract_string(record, {_paths(outer)}) as r, n, position "
                f"from {elements})"
            ),
            expressions=(
                *(f"f[{place}]" for place in range(1, len(leaves) + 1)),
                *(f"cast(l[{place}] as varchar)" for place in range(1, len(lists) + 1)),
                *(f"r[{place}]" for place in range(1, len(outer) + 1)),
                "cast(position as varchar)",
            ),
            row="n",
        ),
        format="json",
        encoding=encoding.name,
    )


def _is_outer(header: str) -> bool:
    return header.startswith(RECORD) and header != POSITION


def _count(structure: Structure, explode: Explode, *, is_page: bool) -> int:
    if not is_page and not explode.path:
        return structure.documents
    keys = ".".join([explode.envelope] * is_page + list(explode.path))
    return structure.elements[tuple(keys.split("."))]


def _elements_sql(path: Path, explode: Explode, *, is_array: bool, is_page: bool) -> str:
    """Build SQL of the elements: record, element, n (the record's number), position in its list."""
    style = "array" if is_array else "unstructured"
    documents = (
        f"(select json as document, row_number() over () as d from read_json_objects("
        f"{literal(str(path))}, format = '{style}', compression = 'uncompressed', "
        f"maximum_object_size = {MAXIMUM_OBJECT_BYTES}))"
    )
    if is_page:
        records = f"(select {_unnested('document', explode.envelope)} as record, d, "
        records += f"{_subscripts('document', explode.envelope)} as p from {documents})"
    else:
        records = f"(select document as record, d, 0 as p from {documents})"
    found = (
        "(select record, record as element, '' as place, row_number() over (order by d, p) as n "
    )
    found += f"from {records})"
    for step in explode.path:
        found = (
            f"(select record, {_unnested('element', step)} as element, n, "
            f"place || lpad(cast({_subscripts('element', step)} as varchar), 9, '0') as place "
            f"from {found})"
        )
    return (
        "(select record, element, n, "
        f"row_number() over (partition by n order by place) as position from {found})"
    )


def _array(column: str, step: str) -> str:
    return f"json_extract({column}, {literal(json_path(step.split('.')) + '[*]')})"


def _unnested(column: str, step: str) -> str:
    return f"unnest({_array(column, step)})"


def _subscripts(column: str, step: str) -> str:
    return f"generate_subscripts({_array(column, step)}, 1)"


def _paths(leaves: Iterable[Keys]) -> str:
    return f"[{', '.join(literal(json_path(leaf)) for leaf in leaves)}]::varchar[]"


def _leaves(shape: object, claimed: frozenset[str]) -> tuple[list[Keys], list[Keys]]:
    """Dotted paths of what is no object, but for arrays that are other objects' rows.

    The second list holds those of them that are arrays: their lengths are columns as well.
    """
    leaves: list[Keys] = []
    lists: list[Keys] = []
    waiting: list[tuple[Keys, object]] = [((), shape)]
    while waiting:
        keys, node = waiting.pop()
        # There is no path to a blank key, or to one with a NUL: what holds one stays whole.
        if isinstance(node, dict) and (not keys or all(k and "\0" not in k for k in node)):
            waiting.extend(((*keys, key), node[key]) for key in reversed(node) if key)
        elif keys and ".".join(keys) not in claimed:
            leaves.append(keys)
            if isinstance(node, list):
                lists.append(keys)
        if len(leaves) + len(waiting) > _MAXIMUM_KEYS:
            raise RejectedFileError(
                "unreadable", f"The records have more than {_MAXIMUM_KEYS} different keys."
            )
    return leaves, lists
