"""Invariant 8: the same models will run on Apache Spark, so no compiled model speaks DuckDB only.

Spark's dialect of sqlglot parses nearly anything, so parsing proves nothing: the syntax tree of
every compiled model is walked with a ban list and a function allow-list, and each ban has a fixture
that must fail.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

# What both engines have under one name and with one meaning (checked against both manuals).
ALLOWED_FUNCTIONS = {
    "abs",
    "avg",
    "cast",
    "case",
    "ceil",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "dense_rank",
    "exp",
    "floor",
    "greatest",
    "if",
    "lag",
    "last_day",
    "lead",
    "least",
    "length",
    "levenshtein",
    "ln",
    "lower",
    "lpad",
    "ltrim",
    "max",
    "hash",  # of any number of values; the engines' hashes differ, so they are compared, not stored
    "md5",
    "min",
    "mod",
    "nullif",
    "power",
    "pad",
    "pow",
    "rank",
    "regexp_extract",
    "regexp_replace",
    "replace",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "sqrt",
    "split_part",
    "strposition",
    "instr",
    "substring",
    "substr",
    "sum",
    "translate",
    "trim",
    "try_cast",
    "upper",
    "year",
    "month",
    "day",
    "left",
    "right",
    "ntile",
    "percent_rank",
    "first_value",
    "last_value",
    "repeat",
    "sign",
    "exists",
    "and",
    "or",
    "not",
    "datediff",
    "date_add",
    "date_sub",
    "bool_or",
    "bool_and",
    "logical_or",
    "logical_and",
    "any_value",
    "str_position",
}
# What our dispatched macros and dbt's cross-database ones emit on DuckDB; on Spark, Spark's own.
DISPATCHED = {
    "date_trunc",
    "extract",
    "split",  # dbt.split_part
    "timestamp_trunc",
    "date_diff",
    "datediff",
    "quantile_cont",
    "percentile_cont",
    "median",
    "timezone",
    "at_time_zone",
    "regexp_matches",
    "regexp_like",
    "generate_series",
    "unnest",
    "range",
    "ascii",
}


SYSTEM_CLOCK = {
    "current_date",
    "current_timestamp",
    "now",
    "today",
    "current_datetime",
    "localtimestamp",
}
BANNED_NODES = {
    "qualify": exp.Qualify,
    "filter": exp.Filter,
    "exclude": exp.Star,
    "list": exp.Array,
    "struct": exp.Struct,
    "json": (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONObject, exp.ParseJSON),
    "strptime": exp.StrToTime,
    "lambda": exp.Lambda,
    "recursive": exp.With,
    "group by all": exp.Group,
    "asof": exp.Join,
}
# These kinds of node are banned only with one of these arguments.
BANNED_ARGUMENTS = {
    "exclude": ("except_", "except", "replace"),
    "recursive": ("recursive",),
    "group by all": ("all",),
}


def violations(sql: str) -> set[str]:
    """Return the names of all bans that a statement breaks."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = {
        name
        for name, kinds in BANNED_NODES.items()
        if any(_is_banned(name, node) for node in tree.find_all(kinds))
    }
    for node in tree.find_all(exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if name in SYSTEM_CLOCK:
            found.add("system clock")
        elif name not in ALLOWED_FUNCTIONS | DISPATCHED:
            found.add(f"function {name}")
    if any(token.token_type.name == "DCOLON" for token in sqlglot.tokenize(sql, read="duckdb")):
        found.add("::")
    for node in tree.find_all(exp.Div):
        if not all(_is_double(side) for side in (node.this, node.expression)):
            found.add("division without double")
    return found


def _is_banned(name: str, node: exp.Expression) -> bool:
    if name == "asof":
        return str(node.args.get("method") or "").upper() == "ASOF"
    arguments = BANNED_ARGUMENTS.get(name)
    return arguments is None or any(node.args.get(argument) for argument in arguments)


def _is_double(node: exp.Expression) -> bool:
    """A side of a division is a double if it is cast to one, or is made only of such parts."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return node.to.this in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
    if isinstance(node, exp.Literal):
        return True
    if isinstance(
        node,
        (
            exp.Add,
            exp.Sub,
            exp.Mul,
            exp.Div,
            exp.Nullif,
            exp.Sqrt,
            exp.Pow,
            exp.Ln,
            exp.Sum,
            exp.Neg,
            exp.Coalesce,
        ),
    ):
        children = list(node.iter_expressions())
        return any(
            _is_double(child) for child in children if not isinstance(child.unnest(), exp.Literal)
        )
    return False


BANNED = {
    "::": "select a::int from t",
    "qualify": "select a from t qualify row_number() over (order by a) = 1",
    "filter": "select sum(a) filter (where b) from t",
    "group by all": "select a, sum(b) from t group by all",
    "exclude": "select * exclude (a) from t",
    "asof": "select a from t asof join u on t.x >= u.x",
    "list": "select [a, b] from t",
    "struct": "select {'a': b} from t",
    "json": "select a -> '$.b' from t",
    "strptime": "select strptime(a, '%Y') from t",
    "lambda": "select list_transform(a, x -> x + 1) from t",
    "recursive": "with recursive r as (select 1 as a union all select a + 1 from r) "
    "select a from r",
    "system clock": "select current_date",
    "function string_agg": "select string_agg(a) from t",
    "division without double": "select a / b from t",
}


@pytest.mark.parametrize("ban", sorted(BANNED))
def test_each_ban_is_noticed(ban: str) -> None:
    found = violations(BANNED[ban])
    assert ban in found or (
        ban == "function string_agg" and any(name.startswith("function") for name in found)
    )


def test_portable_sql_passes() -> None:
    sql = """
    with a as (select b, cast(c as double) / nullif(cast(d as double), 0) as e from t)
    select b, e from a
    """
    assert violations(sql) == set()


def test_every_compiled_model_is_portable(sample_home: Path) -> None:
    manifest = json.loads(next(sample_home.glob("builds/*/dbt/run/manifest.json")).read_text())
    models = {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert models
    broken = {
        name: sorted(found)
        for name, sql in models.items()
        # On DuckDB dbt's own datediff writes '::'; what we write ourselves is held below.
        if (found := violations(sql) - {"::"})
    }
    assert broken == {}


def test_nothing_we_write_casts_in_shorthand(project_root: Path) -> None:
    written = [
        path for folder in ("models", "macros") for path in (project_root / folder).rglob("*.sql")
    ]
    assert len(written) > 80
    assert [path.name for path in written if "::" in path.read_text(encoding="utf-8")] == []
