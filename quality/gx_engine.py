"""The one adapter between Great Expectations and DuckDB. Nothing else imports Great Expectations.

Great Expectations closes its connection before it fetches, and DuckDB's pending result dies with
the connection. So the engine here keeps one connection open, as Great Expectations itself does for
SQLite. The file is opened read-only, and no temporary tables are made for batches.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import quote

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import sqlalchemy as sa
from great_expectations import expectations as gxe
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.data_context.context_factory import set_context
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from quality.results import Cursor, connection_settings, private, relation

#: Expectation types in use; the contract test has one passing and one failing case of each.
EXPECTATIONS: dict[str, type[Any]] = {
    "expect_column_pair_values_a_to_be_greater_than_b": gxe.ExpectColumnPairValuesAToBeGreaterThanB,
    "expect_column_values_to_be_between": gxe.ExpectColumnValuesToBeBetween,
    "expect_column_values_to_be_in_set": gxe.ExpectColumnValuesToBeInSet,
    "expect_column_values_to_not_be_null": gxe.ExpectColumnValuesToNotBeNull,
    "expect_table_columns_to_match_set": gxe.ExpectTableColumnsToMatchSet,
    "expect_table_row_count_to_be_between": gxe.ExpectTableRowCountToBeBetween,
    "unexpected_rows_expectation": gxe.UnexpectedRowsExpectation,
}


class OpenConnectionEngine(SqlAlchemyExecutionEngine):
    """An execution engine that keeps its one connection open until it is closed."""

    @contextmanager
    def get_connection(self) -> Generator[sa.Connection, None, None]:
        """Yield the one connection, opening it on first use."""
        if not self._connection:
            self._connection: sa.Connection | None = self.engine.connect()
        yield self._connection

    def close(self) -> None:
        """Close the one connection, then the engine."""
        if self._connection:
            self._connection.close()
            self._connection = None
        super().close()


class DuckdbFileDatasource(SQLDatasource):
    """A data source on one DuckDB file that runs on :class:`OpenConnectionEngine`."""

    type: Literal["duckdb_file"] = "duckdb_file"
    execution_engine_override: ClassVar[Any] = OpenConnectionEngine


class MemoryContext(EphemeralDataContext):
    """A context that lives in memory and does not write itself down as YAML after each step."""

    def _save_project_config(self) -> None:
        return None


@dataclass(frozen=True)
class Check:
    """One expectation to run: the rule it stands for, its type and its arguments."""

    rule_id: str
    expectation: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says: held or not, what was seen, or why it could not be checked."""

    succeeded: bool
    observed: Any = None
    unexpected_rows: int | None = None
    error: str | None = None


class Warehouse:
    """A warehouse file opened read-only through Great Expectations; use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._context = MemoryContext(
            project_config=DataContextConfig(
                store_backend_defaults=InMemoryStoreBackendDefaults(),
                analytics_enabled=False,
            ),
        )
        set_context(self._context)
        self._context.variables.progress_bars = {
            "globally": False,
            "metric_calculations": False,
        }
        self._source = self._context.data_sources.add_duckdb_file(
            "warehouse",
            connection_string="duckdb:///" + quote(str(path.resolve())),
            kwargs={
                "connect_args": {"read_only": True, "config": connection_settings()},
                "isolation_level": "AUTOCOMMIT",
            },
            create_temp_table=False,
        )
        self._raw = self._source.get_engine().raw_connection()
        self._assets = 0

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every handle on the file."""
        self._raw.close()
        self._source.get_engine().dispose()
        self._source.get_execution_engine().close()

    def cursor(self) -> Cursor:
        """Return a cursor for our own SQL on the same database instance."""
        return self._raw.cursor()

    def check(self, table: str, where: str | None, checks: Sequence[Check]) -> dict[str, Outcome]:
        """Run expectations on one table (``schema.table``), or on its rows that meet ``where``.

        Returns the outcome by rule id. An expectation that cannot be evaluated is an outcome too.
        """
        self._assets += 1
        condition = "" if where is None else f" where {where}"
        asset = self._source.add_query_asset(
            f"{table}#{self._assets}", query=f"select * from {relation(table)}{condition}"
        )
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        suite = gx.ExpectationSuite(
            name=asset.name,
            expectations=[
                EXPECTATIONS[check.expectation](**check.arguments, meta={"rule_id": check.rule_id})
                for check in checks
            ],
        )
        validation = batch.validate(
            suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
        return {
            result.expectation_config.meta["rule_id"]: _outcome(result)
            for result in validation.results
        }


def _outcome(result: Any) -> Outcome:
    error = _error(result.exception_info)
    details = dict(result.result or {})
    unexpected = details.get("unexpected_count")
    observed = details.get("observed_value")
    if result.expectation_config.type == "unexpected_rows_expectation":
        unexpected = observed
    elif result.expectation_config.type == "expect_table_columns_to_match_set":
        observed = details.get("details", {}).get("mismatched", {}).get("missing", [])
        unexpected = len(observed)
    return Outcome(bool(result.success), observed, unexpected, error)


def _error(info: Any) -> str | None:
    """Pick the database's message out of Great Expectations' nest of exceptions."""
    if not isinstance(info, dict):
        return None
    if "exception_message" in info:
        nested = [info] if info.get("raised_exception", True) else []
    else:
        nested = [value for value in info.values() if isinstance(value, dict)]
    messages = [str(item.get("exception_message") or "") for item in nested]
    return private(next(filter(None, messages), "")) or None
