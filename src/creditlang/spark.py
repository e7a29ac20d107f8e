"""A policy over more students than one machine holds, by Spark: each student's rows brought together, then as anywhere.

    found = run_on_spark(policy, {"student": students, "enrolment": enrolments, "activity": activities})
    found["records"].write.parquet("results/records")

Every table is turned to rows of text with the student's number, the rows are dealt out by that number, and each worker
goes through its own some students at a time, with the engine for many. A student's rows are never parted: whoever a
batch cuts in two waits for the next. The rows that come out are those of a run on one machine, in no order; amounts are
text, as in CSV files. What has to be known among all people cannot be worked out like this, and is refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from creditlang.api import Policy
from creditlang.data.cells import CellError, parse_identifier, strip_cell
from creditlang.data.dataset import RECORD_ID, number_columns, people_tables
from creditlang.diagnostics import Language, Phrase, Place, report
from creditlang.errors import DataError
from creditlang.given_arguments import asked_tables, look_at, wrong_argument
from creditlang.one_student import Engine
from creditlang.plugin.value_text import text_of
from creditlang.table_columns import CodedCells, TableColumns
from creditlang.toolkit.arrow_text import texts_of
from creditlang.words import AMONG_ALL

if TYPE_CHECKING:
    import pyarrow

_TOGETHER: Final = 200_000
"""Rows that a worker takes together, at least: about 5,000 students with 40 records each."""
_ROWS: Final = "person string, sheet string, cells array<string>"
_RESULTS: Final = "sheet string, cells array<string>"
_NO_NUMBERS: Final = Phrase("there is no column of the numbers of people", "缺少学号列")
_NO_IDS: Final = Phrase("there is no column of record ids", "缺少记录编号列")
_TWICE: Final = Phrase("a record id stands twice", "有重复的记录编号")
_OF_GROUPS: Final = Phrase("its records are of groups, not of single people", "表中记录属于集体，不属于个人")


@frozen(eq=False)
class _Sheet:
    """A table as it is dealt out: what it is called, its columns, and which of them has the numbers."""

    name: str
    header: tuple[str, ...]
    number: int


@frozen(eq=False)
class _Work:
    """What a worker is sent."""

    policy: Policy
    sheets: tuple[_Sheet, ...]
    options: Mapping[str, Any] = field(factory=dict)
    """Of `Policy.run`."""

    def results(self, batches: Iterable["pyarrow.RecordBatch"]) -> Iterator["pyarrow.RecordBatch"]:
        """The result tables of the students of a partition, whose rows come student by student."""
        import pyarrow
        from pyarrow import compute

        waiting: list[Any] = []
        for batch in batches:
            waiting.append(batch)
            if sum(x.num_rows for x in waiting) >= _TOGETHER:
                rows = pyarrow.Table.from_batches(waiting).combine_chunks()
                people = rows.column("person")
                last = compute.index(people, people[-1]).as_py()
                yield from self._of(rows.slice(0, last))
                waiting = rows.slice(last).to_batches()
        if waiting:
            yield from self._of(pyarrow.Table.from_batches(waiting))

    def _of(self, rows: "pyarrow.Table") -> Iterator["pyarrow.RecordBatch"]:
        """The result tables of some whole students."""
        import pyarrow
        from pyarrow import compute

        if not rows.num_rows:
            return
        tables = {}
        for sheet in self.sheets:
            cells = rows.filter(compute.equal(rows.column("sheet"), sheet.name)).column("cells")
            flat = cells.combine_chunks().flatten()
            places = (range(at, len(flat), len(sheet.header)) for at in range(len(sheet.header)))
            columns = [flat.take(pyarrow.array(own, pyarrow.int64())) for own in places]
            if len(flat):
                tables[sheet.name] = pyarrow.table(dict(zip(sheet.header, columns, strict=True)))
        cohort = self.policy.run(tables=tables, **self.options)
        for name, table in cohort.tables.items():
            if len(table) and name != "manifest":
                yield _as_cells(name, TableColumns.of(table.rows, len(table.columns)))


def run_on_spark(
    policy: Policy, tables: Mapping[str, Any], *, as_of: date | str | None = None, set: Mapping[str, Any] | None = None,
    language: Language = "zh", engine: Engine = "columnar", partitions: int | None = None,
    results: str | Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The result tables by name, all but the manifest, as Spark data frames of text that are worked out when asked for.

    `tables` are Spark data frames by the names of their kinds, with the policy's own names of columns; each has a
    column of the numbers of people, and those of records one of ids. The rows are dealt out in `partitions`, by Spark's
    own setting if that is not given; some 10,000 students in each are a good number. The other arguments are those of
    `Policy.run`. The first table that is asked for works all of them out; Spark keeps them until its cache is cleared.

    Raises `DataError` CR756 where the policy asks for what is known among all people only, or a table cannot be dealt
    out by people.
    """
    from pyspark.sql import functions as f

    look_at(tables=tables, as_of=as_of, set=set, language=language, engine=engine)
    made = asked_tables(results)
    if any(fact.among_others for fact in policy.core.facts.values()):
        raise _refused("", AMONG_ALL)
    sheets = [_sheet(policy, name, frame) for name, frame in tables.items()]
    options = {"as_of": as_of, "set": set, "language": language, "engine": engine, "results": made}
    work = _Work(policy, tuple(sheets), {name: x for name, x in options.items() if x is not None})
    dealt = None
    for sheet, frame in zip(sheets, tables.values(), strict=True):
        rows = frame.mapInArrow(partial(_rows_of, sheet), _ROWS)
        dealt = rows if dealt is None else dealt.unionByName(rows)
    if dealt is None:
        expected = Phrase("a mapping of kinds to Spark data frames", "从种类到 Spark 数据框的映射")
        raise wrong_argument("tables", expected, tables, '{"student": students}')
    by = [f.col("person")]
    dealt = (dealt.repartition(partitions, *by) if partitions else dealt.repartition(*by)).sortWithinPartitions(
        "person"
    )
    found = dealt.mapInArrow(work.results, _RESULTS).persist()
    columns = _columns(policy, language, made)
    return {
        name: found.where(f.col("sheet") == name).select(
            *(f.col("cells")[place].alias(column) for place, column in enumerate(names))
        )
        for name, names in columns.items()
    }


def _columns(policy: Policy, language: Language, made: Sequence[str]) -> dict[str, list[str]]:
    """The names of the columns of each result table that is made, but for the manifest."""
    from creditlang.results import Results

    results = Results(policy.core, language)
    return {name: [x.name for x in results.columns(name)] for name in made[:-1]}


def _sheet(policy: Policy, name: str, frame: Any) -> _Sheet:
    """A table that can be dealt out by people."""
    from pyspark.sql import functions as f

    core, header = policy.core, tuple(frame.columns)
    known = [strip_cell(x) for x in header]
    number = next((known.index(x) for x in number_columns(core) if x in known), None)
    kind = next((kind for kind in core.kinds.values() if name in (kind.name, *kind.labels)), None)
    if kind is not None and kind.group is not None:
        raise _refused(name, _OF_GROUPS)
    if number is None:
        raise _refused(name, _NO_NUMBERS)
    if name not in people_tables(core) and not (kind is not None and kind.enrolment):
        identifier = next((header[known.index(x)] for x in RECORD_ID if x in known), None)
        if identifier is None:
            raise _refused(name, _NO_IDS)
        if frame.groupBy(f.trim(f.col(f"`{identifier}`"))).count().where("count > 1").limit(1).count():
            raise _refused(name, _TWICE)
    return _Sheet(name, header, number)


def _refused(name: str, reason: Phrase) -> DataError:
    return DataError([report("CR756", Place(name) if name else None, reason=reason)])


def _rows_of(sheet: _Sheet, batches: Iterable["pyarrow.RecordBatch"]) -> Iterator["pyarrow.RecordBatch"]:
    """The rows of a table as text, each with whose it is."""
    import pyarrow

    for batch in batches:
        texts = [texts_of(column)[0] for column in batch.columns]
        numbers = texts[sheet.number].dictionary_encode()
        people = pyarrow.array([_person(text) for text in numbers.dictionary.to_pylist()], pyarrow.string())
        names = pyarrow.array([sheet.name]).take(pyarrow.array([0] * batch.num_rows, pyarrow.int8()))
        yield _batch({"person": people.take(numbers.indices), "sheet": names, "cells": _beside(texts)})


def _person(text: str) -> str:
    """The number by which a row is dealt out; one that is no number stays as it is."""
    try:
        return parse_identifier(strip_cell(text)) or ""
    except CellError:
        return text


def _as_cells(name: str, table: TableColumns) -> "pyarrow.RecordBatch":
    import pyarrow

    texts = [
        pyarrow.array([None if x is None else text_of(x) for x in cells.values], pyarrow.string()).take(
            pyarrow.array(cells.codes)
        )
        for cells in table.cells
    ]
    names = pyarrow.array([name]).take(pyarrow.array(CodedCells.alike("", len(table)).codes))
    return _batch({"sheet": names, "cells": _beside(texts)})


def _beside(texts: list["pyarrow.StringArray"]) -> "pyarrow.ListArray":
    """Columns of text as one of lists."""
    import numpy
    import pyarrow

    count, width = len(texts[0]), len(texts)
    places = numpy.arange(count * width).reshape(width, count).T.ravel()
    flat = pyarrow.concat_arrays(texts).take(pyarrow.array(places))
    return pyarrow.ListArray.from_arrays(pyarrow.array(numpy.arange(count + 1, dtype=numpy.int32) * width), flat)


def _batch(columns: Mapping[str, Any]) -> "pyarrow.RecordBatch":
    import pyarrow

    return pyarrow.RecordBatch.from_pydict(dict(columns))
