"""Zip archives as folders, and the size of what is packed.

A member of ``teams.zip`` has the path ``teams.zip/anna.xlsx``; it is unpacked into a scratch file
when it is read. What an archive claims to hold is not believed: bytes are counted while they come.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from halftime.landing.spec import RejectedFileError

MAXIMUM_MEMBERS = 10_000
_CHUNK_BYTES = 1 << 20
_DEFLATE_RATIO = 1032
_ERROR_MARK = b't="e"'
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def unpacked_limit() -> int:
    """Bytes that one packed file may unpack to: 1 GiB, or HALFTIME_UNPACKED_LIMIT_MB."""
    return int(os.environ.get("HALFTIME_UNPACKED_LIMIT_MB", "1024")) << 20


def is_archive(name: str) -> bool:
    """Whether a file is named as a zip archive."""
    return name.lower().endswith(".zip")


def member_names(path: Path) -> list[str]:
    """List the files of an archive, sorted; none if it cannot be read or holds too many."""
    try:
        with zipfile.ZipFile(path) as book:
            # Not by is_dir(), which breaks on a member whose name was damaged to nothing.
            names = [name for name in book.namelist() if not name.endswith("/")]
    except (*_BROKEN, ValueError, UnicodeDecodeError):
        return []
    if len(names) > MAXIMUM_MEMBERS:
        return []
    plain = {_plain(name) for name in names}
    return sorted(plain) if len(plain) == len(names) and "" not in plain else []


def _plain(name: str) -> str:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("..", ".", "/"))


def split_member(path: str) -> tuple[str, str] | None:
    """Split ``a/teams.zip/anna.xlsx`` into archive and member, or None for an ordinary path."""
    match = re.match(r"(.*?\.zip)/(.+)\Z", path, re.IGNORECASE | re.DOTALL)
    return (match[1], match[2]) if match else None


@contextmanager
def materialised(landing: Path, path: str) -> Iterator[Path]:
    """Yield a real file for a path of the landing folder; members are unpacked into scratch.

    Raises :class:`RejectedFileError` ``unreadable`` or ``too_large``.
    """
    parts = split_member(path)
    if parts is None or not (landing / parts[0]).is_file():
        yield landing / path
        return
    with TemporaryDirectory(prefix="halftime-") as scratch:
        suffixes = "".join(PurePosixPath(parts[1]).suffixes[-2:])
        target = Path(scratch) / f"member{suffixes.replace('/', '')[-40:]}"
        _unpack(landing / parts[0], parts[1], target)
        yield target


def _unpack(archive: Path, member: str, target: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as book, target.open("wb") as sink:
            info = next(info for info in book.infolist() if _plain(info.filename) == member)
            with book.open(info) as stream:
                for chunk in _bounded(stream, unpacked_limit(), member):
                    sink.write(chunk)
    except StopIteration as error:
        raise RejectedFileError("unreadable", f"'{archive.name}' has no '{member}'.") from error
    except _BROKEN as error:
        raise RejectedFileError(
            "unreadable", f"'{member}' cannot be taken out of '{archive.name}': {error}."
        ) from error


def _bounded(stream: IO[bytes], limit: int, name: str) -> Iterator[bytes]:
    left = limit
    while chunk := stream.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise RejectedFileError(
                "too_large",
                f"'{name}' unpacks to more than {limit >> 20} MiB. Save it as CSV or Parquet, or "
                "raise HALFTIME_UNPACKED_LIMIT_MB.",
            )
        yield chunk


def look_into_workbook(path: Path) -> frozenset[str]:
    """Check what a workbook unpacks to; return the names of its sheets' parts with error cells.

    Raises :class:`RejectedFileError` ``too_large`` or ``unreadable``.
    """
    with_errors: set[str] = set()
    left = unpacked_limit()
    try:
        with zipfile.ZipFile(path) as book:
            for info in book.infolist():
                is_sheet = info.filename.startswith("xl/worksheets/")
                if not is_sheet and info.compress_size * _DEFLATE_RATIO <= left >> 4:
                    left -= min(info.file_size, info.compress_size * _DEFLATE_RATIO)
                    continue
                tail = b""
                with book.open(info) as stream:
                    for chunk in _bounded(stream, max(left, 0), path.name):
                        left -= len(chunk)
                        if is_sheet and _ERROR_MARK in tail + chunk:
                            with_errors.add(info.filename)
                        tail = chunk[-8:]
    except _BROKEN as error:
        raise RejectedFileError("unreadable", f"The workbook cannot be read: {error}.") from error
    return frozenset(with_errors)


_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>',
    re.DOTALL,
)
_SMALL = 16 << 20


def error_cells(path: Path, place: int, parts: frozenset[str]) -> dict[tuple[int, int], str]:
    """Return the error cells (``#REF!``) of the sheet at a place, by row and column from 0.

    ``parts`` is what :func:`look_into_workbook` returned. Raises :class:`RejectedFileError`
    ``unreadable``.
    """
    if not parts:
        return {}
    try:
        return _error_cells(path, place, parts)
    except _BROKEN as error:
        raise RejectedFileError("unreadable", f"The workbook cannot be read: {error}.") from error


def _error_cells(path: Path, place: int, parts: frozenset[str]) -> dict[tuple[int, int], str]:
    with zipfile.ZipFile(path) as book:
        sheets = [
            dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(_text(book, "xl/workbook.xml"))
        ]
        relations = {
            item.get("Id"): item.get("Target", "")
            for item in (
                dict(_ATTRIBUTE.findall(tag))
                for tag in _RELATION.findall(_text(book, "xl/_rels/workbook.xml.rels"))
            )
        }
        if place >= len(sheets):
            return {}
        relation = next((v for k, v in sheets[place].items() if k.endswith(":id")), None)
        target = relations.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part not in parts:
            return {}
        found: dict[tuple[int, int], str] = {}
        pending = b""
        with book.open(part) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                pending += chunk
                end = pending.rfind(b"</c>") + 4
                if end < 4:
                    pending = pending[-_CHUNK_BYTES:]
                    continue
                for letters, row, text in _ERROR_CELL.findall(pending[:end]):
                    found[int(row) - 1, column_number(letters.decode())] = text.decode("utf-8")
                pending = pending[end:]
    return found


def _text(book: zipfile.ZipFile, name: str) -> str:
    try:
        with book.open(name) as stream:
            return stream.read(_SMALL).decode("utf-8", "replace")
    except KeyError:
        return ""


def column_number(letters: str) -> int:
    """Place of a column from 0: ``A`` is 0, ``AA`` 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(place: int) -> str:
    """Letters of a column by its place from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
