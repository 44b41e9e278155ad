"""What a query asks the database: its statements and their parameters, to be shown to a reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd

from dashboards.queries.scope import Scope


@dataclass(frozen=True)
class Statement:
    """One statement as it was run."""

    sql: str
    parameters: tuple[Any, ...]

    def text(self) -> str:
        """Return the statement without its margin, its parameters below as a comment."""
        lines = [line.rstrip() for line in self.sql.strip("\n").splitlines() if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
        told = [line[margin:] for line in lines]
        if self.parameters:
            told.append(f"-- for each ?, in this order: {', '.join(map(repr, self.parameters))}")
        return "\n".join(told)


@dataclass
class _Listening:
    """A connection that runs what it is asked, and remembers it."""

    connection: duckdb.DuckDBPyConnection
    heard: list[Statement] = field(default_factory=list)

    def cursor(self) -> _Listening:
        return _Listening(self.connection.cursor(), self.heard)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        self.heard.append(Statement(sql, tuple(parameters)))
        return self.connection.execute(sql, list(parameters))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()


def statements(
    query: Callable[..., pd.DataFrame],
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    *arguments: Any,
) -> list[Statement]:
    """Run a query once more and return what it asked, the scope's own condition included."""
    listening = _Listening(connection)
    query(listening, scope, *arguments)
    return [item for item in listening.heard if "duckdb_tables()" not in item.sql]
