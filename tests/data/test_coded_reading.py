"""Sheets that come as columns are read as those that come row by row: the same records, findings and equation."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import attrs
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang import driver
from creditlang.core.operators import Policy
from creditlang.data.coded.coded_dataset import UNDATED, CodedDataset
from creditlang.data.dataset import Dataset
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Place, report
from creditlang.ledger import Record
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names, sample_path
from creditlang.schema import RawBatch, RawRow, RawTable

STUDENTS = RawTable("学生", "学生.csv", ("学号", "姓名", "班级"), [
    RawRow(2, ("2024010101", "林知夏", "软件2401")),
    RawRow(3, ("2024010102", "顾承宇", "软件2401")),
    RawRow(4, ("2024010106", "李明", "软件2402")),
    RawRow(5, ("2024010107", "李明", "软件2402")),
])  # fmt: skip
CELLS = {
    "学号": ["2024010101", "2024010102", " 2024010102 ", "2024010109", "2.02401E+11", "", "合计", "a\u200bb", "\u200b"],
    "姓名": ["林知夏", "顾承宇", "顾 承宇", "李明", "林**", ""],
    "班级": ["软件2401", "软件2402", ""],
    "项目": ["学术讲座", "讲座", "志愿服务", "打球", "", "填表人：张", "合计"],
    "日期": ["2024-10-08", "2024/10/8", "2024年10月8日", "2024-13-01", "昨天", "", " "],
    "时长": ["1.5", "１", "101", "1,5", "", "-"],
    "已完成": ["是", "no", "?", ""],
    "说明文字": ["", "讲", "=1", "x" * 50],
    "记录编号": ["A1", "A2", " A2", "A3", "A4", "A5", "", "活动.csv:3", "A1 (活动.csv:3)", "A\u202e6", "A\n7"],
    "序号": ["1", "2", ""],
    "": ["", "  ", "x"],
    "备注栏": ["", "y"],
}
HEADS = ("学号", "项目", "日期", "时长", "已完成", "说明文字", "记录编号", "姓名", "班级", "序号", "", "备注栏")


@st.composite
def sheets(draw: st.DrawFn, source: str = "活动.csv") -> tuple[tuple[str, ...], list[RawRow]]:
    """A heading with some of the columns, in any order, and rows of which some are broken."""
    usual = draw(st.sampled_from([4, 6, 7, 9]))
    heads = draw(st.permutations(sorted({*HEADS[:usual], *draw(st.lists(st.sampled_from(HEADS), max_size=4))})))
    heads = [head for head in heads if head not in draw(st.lists(st.sampled_from(HEADS), max_size=1))] or ["学号"]
    rows = []
    for number in range(2, 2 + draw(st.integers(0, 12))):
        # The first of a column's cells are the sound ones, so that most rows are.
        cells = tuple(draw(st.sampled_from(CELLS[head][: draw(st.sampled_from([2, 2, 2, 9]))])) for head in heads)
        if draw(st.integers(0, 9)):
            rows.append(RawRow(number, cells))
        else:
            place = Place(source, number)
            rows.append(RawRow(number, cells[: draw(st.integers(0, 3))], report("CR627", place, cells=1, columns=2)))
    return tuple(heads), rows


def by_rows(name: str, source: str, heads: tuple[str, ...], rows: Sequence[RawRow], size: int = 0) -> RawTable:
    """A sheet that comes row by row."""
    return RawTable(name, source, heads, rows)


def by_batches(name: str, source: str, heads: tuple[str, ...], rows: Sequence[RawRow], size: int) -> RawTable:
    """The same as columns, `size` rows at a time, every other batch with dictionaries."""

    def batches() -> Iterator[RawBatch]:
        for start in range(0, len(rows), size):
            batch = RawBatch.of(rows[start : start + size], len(heads))
            if start // size % 2:
                batch = attrs.evolve(batch, columns=tuple(column.dictionary_encode() for column in batch.columns))
            yield batch

    return RawTable.of_batches(name, source, heads, batches)


def told(value: object) -> Any:
    """Everything that a dataset says, to be compared."""
    if isinstance(value, Record):
        fields = ((x.name, told(getattr(value, x.name))) for x in attrs.fields(Record))
        return (*fields, list(value.values))
    if isinstance(value, list):
        return [told(each) for each in value]
    if isinstance(value, dict):
        return [(key, told(each)) for key, each in value.items()]
    return (type(value), str(value)) if not isinstance(value, str) else value


def read(policy: Policy, tables: Sequence[RawTable]) -> Any:
    """What comes of some tables."""
    dataset = DataReader(policy).read(tables)
    return said(dataset)


def said(dataset: Dataset) -> Any:
    """All of a dataset."""
    owners = [dataset.owners.get(id(problem)) for problem in dataset.problems]
    students = {name: [told(x.attributes), told(x.problem), told(x.records)] for name, x in dataset.students.items()}
    others = (dataset.problems, dataset.orphans, dataset.read, dataset.unread, dataset.joined)
    return [students, owners, *map(told, others)]


@settings(max_examples=300, deadline=None)
@given(sheet=sheets(), other=sheets("活动（2）.csv"), size=st.integers(1, 5), last=st.booleans())
@pytest.mark.adds_up_itself
def test_columns_are_read_as_rows(policy: Policy, sheet: Any, other: Any, size: int, last: bool) -> None:
    """Whatever stands in them, and whether the students are read before or after."""
    found = []
    for made in (by_rows, by_batches):
        tables = [
            made("活动", "活动.csv", *sheet, size=size), made("activity", "再来.csv", *other, size=size),
            by_rows("activity", "末.csv", *sheet),
        ]  # fmt: skip
        found.append(read(policy, [*tables, STUDENTS] if last else [STUDENTS, *tables]))
    assert found[0] == found[1]


@settings(max_examples=100, deadline=None)
@given(sheet=sheets(), other=sheets("再来.csv"), size=st.integers(1, 5), some=st.booleans())
@pytest.mark.adds_up_itself
def test_a_coded_dataset_says_the_same(policy: Policy, sheet: Any, other: Any, size: int, some: bool) -> None:
    """Its columns have the records of each student in the order that the interpreter goes by."""
    tables = [STUDENTS, by_batches("活动", "活动.csv", *sheet, size=size), by_rows("activity", "再来.csv", *other)]
    dataset = DataReader(policy).read(tables)
    if some:
        assert dataset.students["2024010101"].records is not None
    found = CodedDataset.of(policy, dataset)
    assert found.students == tuple(sorted(dataset.students))
    assert not found.unreadable.any()
    for at, identifier in enumerate(found.students):
        student = dataset.students[identifier]
        assert {x.name: x.of(numpy.array([at])) for x in found.attributes.values()} == {
            name: [value] for name, value in student.attributes.items()
        }
        for name, kind in found.kinds.items():
            rows = numpy.arange(kind.starts[at], kind.starts[at + 1])
            wanted = sorted((x for x in student.records if x.kind == name), key=lambda record: record.order)
            assert kind.students[rows].tolist() == [at] * len(wanted)
            assert kind.identifiers(rows) == [record.identifier for record in wanted]
            assert kind.unsound[rows].tolist() == [record.problem is not None for record in wanted]
            assert kind.named[rows].tolist() == [record.named for record in wanted]
            days = [UNDATED if record.on is None else record.on.toordinal() for record in wanted]
            assert kind.days[rows].tolist() == days
            for column in kind.fields.values():
                assert told(column.of(rows)) == told([record.values.get(column.name) for record in wanted])


@pytest.mark.parametrize(("heads", "rows", "codes"), [
    (("学号", "项目", "日期"), [], []),
    (("学号", "项目", "日期"), [("2024010101", "讲座", "2024-10-08"), ("a\u200bb", "讲座", "2024-10-08")], ["CR609"]),
    (("学号", "姓名", "项目", "日期"), [
        ("2024010101", "林知夏", "讲座", "2024-10-08"), ("2024010102", "顾承宇", "讲座", "2024-10-08"),
        ("2024010102", "林知夏", "讲座", "2024-10-08"), ("2024010106", "李明", "讲座", "2024-10-08"),
    ], ["CR684"]),
])  # fmt: skip
def test_what_is_wrong_with_a_sheet_in_columns(
    policy: Policy, heads: tuple[str, ...], rows: list[tuple[str, ...]], codes: list[str]
) -> None:
    """No rows, a number that is none, and the names of several beside their numbers, of which one is another's."""
    made = by_batches("活动", "活动.csv", heads, [RawRow(at, cells) for at, cells in enumerate(rows, start=2)], 3)
    assert [
        x.code for x in DataReader(policy).read([STUDENTS, made]).problems if x.code not in ("CR693", "CR897")
    ] == codes
    by_row = by_rows("活动", "活动.csv", heads, [RawRow(at, cells) for at, cells in enumerate(rows, start=2)])
    assert read(policy, [STUDENTS, made]) == read(policy, [STUDENTS, by_row])


def test_most_rows_of_a_sheet_are_plain(policy: Policy) -> None:
    """Records are made when somebody asks for them, save the odd ones."""
    rows = [RawRow(at, (f"20240101{at % 3:02}", "讲座", "2024-10-08")) for at in range(2, 200)]
    rows.append(RawRow(200, ("2024010101", "讲座", "昨天")))
    reader = DataReader(policy)
    dataset = reader.read([STUDENTS, by_batches("活动", "活动.csv", ("学号", "项目", "日期"), rows, 50)])
    pieces = [piece for student in dataset.students.values() for piece in student.pieces]
    assert sum(len(piece[1]) for piece in pieces if isinstance(piece, tuple)) == 133
    assert [x.code for x in dataset.problems] == ["CR693", "CR897"] + ["CR658"] * 66 + ["CR605"]
    assert sum(len(student.records) for student in dataset.students.values()) == 133


@pytest.mark.parametrize("name", [name for name in policy_names() if sample_path(name)])
@pytest.mark.adds_up_itself
def test_samples_are_read_alike(name: str) -> None:
    """The bundled samples, as rows and as columns."""
    path = driver.find_policy(name)
    assert path is not None
    policy = driver.compile_source(driver.read_source(path, path.name), True).policy  # type: ignore[arg-type]
    found = []
    for made in (by_rows, partial(by_batches, size=7)):
        with PluginManager().opened([f"sample:{name}"]) as sources:
            tables = [
                made(table.name, table.source, table.header, list(table.rows))
                for source in sources for table in source.tables()
            ]  # fmt: skip
        found.append(read(policy, tables))
    assert found[0] == found[1]
