"""Tables in memory: what a program has goes in, what a run found comes out, both by the Arrow stream interface."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import polars
import pyarrow
import pytest

import creditlang
from creditlang.plugin import PluginError, Source
from creditlang.schema import RESULT_TABLES, Column
from creditlang.toolkit.result_table import ResultTable
from creditlang_builtin.csv.csv_source import CsvSource

POLICY = """
use "common/calendar"
unit credit
record activity
    item  : item
    on    : date
    hours : number, required when used
category sport in credit [Article 3]
    item run [Article 3(1)] : 0.2 per event
    item swim [Article 3(2)] : 0.05 per hours
    cap 1 per semester [Article 4]
require graduation [Article 5]
    sport at least 1
"""


@pytest.fixture(scope="module")
def policy() -> creditlang.Policy:
    return creditlang.load(POLICY)


STUDENTS = pyarrow.table({"student_id": ["1", "2"]})
ACTIVITIES = pyarrow.table(
    {
        "record_id": ["A", "B", "C", "D"],
        "student_id": ["1", "1", "2", "3"],
        "item": pyarrow.array(["run", "swim", "run", "run"]).dictionary_encode(),
        "on": pyarrow.array([datetime(2024, 10, 8), *[datetime(2024, 10, 9)] * 3], pyarrow.timestamp("ns")),
        "hours": [None, 1.5, None, None],
    }
)


def accounts(cohort: Any) -> dict[tuple[str, str], Decimal]:
    return {row[:2]: row[3] for row in cohort.tables["accounts"] if not row[2]}


FRAMES: dict[str, Callable[[pyarrow.Table], Any]] = {
    "pyarrow": lambda table: table,
    "batches": lambda table: pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1)),
    "polars": polars.DataFrame,
    "duckdb": duckdb.from_arrow,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_is_a_table(policy: creditlang.Policy, kind: str) -> None:
    # 0.2 for the run and 1.5 · 0.05 = 0.075 for the swim; the fourth record belongs to nobody.
    cohort = policy.run(tables={"student": FRAMES[kind](STUDENTS), "activity": FRAMES[kind](ACTIVITIES)})
    assert accounts(cohort) == {("1", "sport"): Decimal("0.275"), ("2", "sport"): Decimal("0.2")}
    assert [(found.code, found.place.source, found.place.row) for found in cohort.dataset.problems if found.place] == [
        ("CR658", "activity", 4)
    ]
    assert (cohort.read, cohort.balanced) == (4, True)


def test_a_pandas_frame_is_a_table(policy: creditlang.Policy) -> None:
    pandas = pytest.importorskip("pandas")
    frame = ACTIVITIES.to_pandas()
    cohort = policy.run(tables={"student": STUDENTS.to_pandas(), "activity": frame[frame["student_id"] != "3"]})
    assert accounts(cohort) == {("1", "sport"): Decimal("0.275"), ("2", "sport"): Decimal("0.2")}
    assert cohort.dataset.problems == []
    balances = cohort.tables["accounts"].to_pandas()
    assert isinstance(balances["amount"].dtype, pandas.ArrowDtype)
    assert balances["amount"].sum() == Decimal("0.95")


def test_the_fingerprint_is_that_of_the_text(policy: creditlang.Policy) -> None:
    def fingerprint(students: Any, activities: Any) -> str:
        cohort = policy.run(tables={"student": students, "activity": activities})
        return dict(cohort.tables["manifest"].rows)["data_hash"]  # type: ignore[arg-type, return-value]

    first = fingerprint(STUDENTS, ACTIVITIES)
    assert first == fingerprint(polars.DataFrame(STUDENTS), FRAMES["batches"](ACTIVITIES))
    assert first != fingerprint(STUDENTS, ACTIVITIES.slice(1))
    assert first != fingerprint(STUDENTS.rename_columns(["学号"]), ACTIVITIES)


def test_a_bad_cell_costs_its_row_and_a_bad_column_its_table(policy: creditlang.Policy) -> None:
    hours = pyarrow.array([None, float("nan"), None, None])
    given = ACTIVITIES.set_column(4, "hours", hours)
    cohort = policy.run(tables={"student": STUDENTS, "activity": given})
    assert [found.code for found in cohort.dataset.problems] == ["CR743", "CR658"]
    assert accounts(cohort)["1", "sport"] == Decimal("0.2")
    lists = ACTIVITIES.set_column(4, "hours", pyarrow.array([[1], [2], [], None]))
    cohort = policy.run(tables={"student": STUDENTS, "activity": lists})
    assert [found.code for found in cohort.dataset.problems] == ["CR897", "CR744"]
    assert not cohort.reliable


def test_what_is_no_table_is_said(policy: creditlang.Policy) -> None:
    with pytest.raises(creditlang.DataError, match="CR749"):
        policy.run(tables={"student": [{"student_id": "1"}]})
    with pytest.raises(creditlang.DataError, match="CR735"):
        policy.run()


def test_the_sample_as_frames_gives_the_same_results(sample: Callable[[str], dict[str, Source]]) -> None:
    policy = creditlang.load("hengyang")
    frames = {}
    for source in sample("hengyang").values():
        for table in source.tables():
            cells = list(zip(*(row.cells for row in table.rows), strict=True))
            frames[table.name] = polars.DataFrame(dict(zip(table.header, cells, strict=True)))
    one, two = policy.run("sample:hengyang"), policy.run(tables=frames)
    for name in ("students", "accounts", "facts", "requirements", "steps"):
        assert one.tables[name].rows == two.tables[name].rows
    assert one.tables["students"].to_arrow() == two.tables["students"].to_arrow()


@pytest.fixture
def sample() -> Callable[[str], dict[str, Source]]:
    """The CSV files of a bundled sample."""
    from creditlang.resources import sample_path

    def files(name: str) -> dict[str, Source]:
        folder = sample_path(name)
        assert folder is not None
        return {path.stem: CsvSource(str(path)) for path in sorted(folder.glob("*.csv"))}

    return files


def table_of(*values: object, name: str = "accounts") -> pyarrow.Table:
    return ResultTable(name, (Column("value", "number"),), [(value,) for value in values]).to_arrow()  # type: ignore[misc]


def test_amounts_are_exact_decimals_and_open_ones_have_two_ends() -> None:
    table = table_of(Decimal("1.50"), Decimal("-0.125"), 7, None, "1.0 … 2.25", "5 …", "-1 … -0.5", Decimal("1E+3"))
    assert {str(column.type) for column in table.columns} == {"decimal128(38, 3)"}
    assert table.column_names == ["value", "value_low", "value_high"]
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows == [
        (Decimal("1.5"),) * 3,
        (Decimal("-0.125"),) * 3,
        (7,) * 3,
        (None,) * 3,
        (None, 1, Decimal("2.25")),
        (None, 5, None),
        (None, -1, Decimal("-0.5")),
        (1000,) * 3,
    ]


def test_facts_that_are_words_have_a_column_of_their_own() -> None:
    table = table_of("yes", Decimal(2), None, name="facts")
    assert table.column("value_text").to_pylist() == ["yes", None, None]
    assert table.column("value").to_pylist() == [None, 2, None]
    assert "value_text" in table_of(Decimal(2), name="facts").column_names
    assert "value_text" not in table_of(Decimal(2)).column_names
    assert table_of(True).column("value_text").to_pylist() == ["true"]


def test_a_companion_takes_no_columns_name() -> None:
    columns = (Column("x", "number"), Column("x_low"))
    table = ResultTable("students", columns, [(Decimal(1), "mine")]).to_arrow()
    assert table.column_names == ["x", "x_low_", "x_high", "x_low"]
    assert table.column("x_low").to_pylist() == ["mine"]


def test_an_amount_of_too_many_digits_is_refused() -> None:
    assert table_of(Decimal("9" * 38)).num_rows == 1
    for values in ((Decimal("9" * 39),), (Decimal("1E+37"), Decimal("0.01")), (f"0 … {'9' * 39}",)):
        with pytest.raises(PluginError) as raised:
            table_of(*values)
        assert [found.code for found in raised.value.diagnostics] == ["CR752"]
    with pytest.raises(ValueError, match="finite"):
        table_of(Decimal("NaN"))


def test_other_columns_have_their_types() -> None:
    columns = (Column("number", "whole"), Column("day", "date"), Column("text", label="文字"))
    table = ResultTable("t", columns, [(1, date(2024, 10, 8), "a"), (None, None, None)]).to_arrow()
    assert [str(column.type) for column in table.columns] == ["int64", "date32[day]", "string"]
    assert table.schema.field("text").metadata == {b"label": "文字".encode()}
    mixed = ResultTable("t", columns, [("?", "soon", Decimal("1.50"))]).to_arrow()
    assert mixed.to_pylist() == [{"number": "?", "day": "soon", "text": "1.50"}]
    empty = ResultTable("t", (*columns, Column("x", "number")), []).to_arrow()
    assert (empty.num_rows, str(empty.schema.field("x").type)) == (0, "decimal128(38, 0)")


def test_everybody_reads_a_result_table(policy: creditlang.Policy) -> None:
    cohort = policy.run(tables={"student": STUDENTS, "activity": ACTIVITIES})
    assert list(cohort.tables) == list(RESULT_TABLES)
    balances = cohort.tables["accounts"]
    assert len(balances) == len(list(balances)) == balances.to_arrow().num_rows
    assert balances.to_polars()["amount"].sum() == Decimal("0.95")
    assert duckdb.sql("SELECT sum(amount_low) FROM balances").fetchall() == [(Decimal("0.950"),)]
    assert pyarrow.table(balances).equals(balances.to_arrow())
