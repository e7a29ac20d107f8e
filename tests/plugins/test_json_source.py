"""JSON and JSON Lines: numbers stay text, mistakes are placed, nothing is read twice or half."""

import codecs
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang.plugin import Source
from creditlang.plugin.contract_tests import SourceContract
from creditlang_builtin.json.json_rows import number_text
from creditlang_builtin.json.json_source import JsonLinesSource, JsonSource

Reader = Callable[[str | bytes], Any]


class TestJson(SourceContract):
    """A list of rows, which has a heading only in its rows."""

    ending = ".json"

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / f"sample{self.ending}"
        path.write_text(self.text([dict(zip(header, row, strict=True)) for row in rows]), encoding="utf-8")
        return str(path)

    def text(self, rows: list[dict[str, str]]) -> str:
        return json.dumps(rows, indent=1)

    def open(self, address: str) -> Source:
        return JsonSource(address)

    def test_a_table_without_rows_is_a_table(self, tmp_path: Path) -> None:
        """An empty list has no heading, so there is no table; that is noted."""
        tables, problems, _ = self._read(self.write_sample(tmp_path, ("a",), ()))
        assert tables == []
        assert [problem.code for problem in problems] == ["CR639"]


class TestJsonByName(TestJson):
    """An object of lists."""

    def text(self, rows: list[dict[str, str]]) -> str:
        return json.dumps({"activity": rows}, ensure_ascii=False)


class TestJsonLines(TestJson):
    """An object on each line."""

    ending = ".jsonl"

    def text(self, rows: list[dict[str, str]]) -> str:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def open(self, address: str) -> Source:
        return JsonLinesSource(address)

    def test_a_table_without_rows_is_a_table(self, tmp_path: Path) -> None:
        """A file without a line cannot be told from a broken export."""
        assert [problem.code for problem in self._read(self.write_sample(tmp_path, ("a",), ()))[1]] == ["CR621"]


@pytest.fixture
def document(tmp_path: Path, read_source: Callable[[Source], Any]) -> Reader:
    """Write `data.json` and read it."""

    def write_and_read(content: str | bytes) -> Any:
        (tmp_path / "data.json").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(JsonSource(str(tmp_path / "data.json")))

    return write_and_read


@pytest.fixture
def lines(tmp_path: Path, read_source: Callable[[Source], Any]) -> Reader:
    """Write `activity.jsonl` and read it."""

    def write_and_read(content: str | bytes) -> Any:
        (tmp_path / "activity.jsonl").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(JsonLinesSource(str(tmp_path / "activity.jsonl")))

    return write_and_read


def test_tables_by_name_are_counted_each_for_itself(document: Reader) -> None:
    result = document('{"student": [{"学号": "1"}, {"学号": "2"}], "活动": [{"学号": "1", "项目": "讲座"}]}')
    assert {name: (table.source, table.header) for name, (table, _) in result.tables.items()} == {
        "student": ("data.json student", ("学号",)),
        "活动": ("data.json 活动", ("学号", "项目")),
    }
    assert result.good == [(1, ("1",)), (2, ("2",)), (1, ("1", "讲座"))]


def test_a_list_is_one_table_named_after_the_file(document: Reader) -> None:
    result = document('[{"a": "1"}]')
    ((table, _),) = result.tables.values()
    assert (table.name, table.source) == ("data", "data.json")


def test_every_row_may_have_names_of_its_own(document: Reader, lines: Reader) -> None:
    rows = ['{"a": "1"}', '{" b ": "2", "a": null}', "{}"]
    for result in (document(f"[{','.join(rows)}]"), lines("\n".join(rows))):
        ((table, _),) = result.tables.values()
        assert table.header == ("a", "b")
        assert [cells for _, cells in result.good] == [("1", ""), ("", "2"), ("", "")]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.50", "1.5"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("123456789012345678", "123456789012345678"),
        ("2024010101.0", "2024010101"),
        ("100", "100"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("2e3", "2000"),
        ("1.5E-3", "0.0015"),
        ("12e-1", "1.2"),
        ("1E+3000000", "1E+3000000"),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_numbers_are_never_floats(document: Reader, number: str, text: str) -> None:
    assert document(f'[{{"hours": {number}}}]').good == [(1, (text,))]


def test_other_values(document: Reader) -> None:
    assert document('[{"a": true, "b": false, "c": null, "d": "1.50", "e": "1e5", "f": ""}]').good == [
        (1, ("true", "false", "", "1.50", "1e5", ""))
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('{"a": 1, "a": 2}', "CR742"),
        ('["1"]', "CR742"),
        ("null", "CR742"),
        ('{"a": [1]}', "CR743"),
        ('{"a": {"b": 1}}', "CR743"),
        ('{"a": NaN}', "CR743"),
        ('{"a": -Infinity}', "CR743"),
        ('{"a": "\\ud83d"}', "CR743"),
    ],
)
def test_a_bad_row_costs_itself_alone(document: Reader, lines: Reader, row: str, code: str) -> None:
    result = document(f'[{{"a": "x"}}, {row}, {{"a": "\\ud83d\\ude00"}}]')
    assert (result.good, result.bad, result.codes) == ([(1, ("x",)), (3, ("😀",))], [(2, code)], [])
    result = lines(f'{{"a": "x"}}\n\n{row}\n{{"a": "y"}}')
    assert (result.good, result.bad, result.codes) == ([(1, ("x",)), (4, ("y",))], [(3, code)], [])
    assert all(
        found.place.column == "a" for found in [r.problem for r in result.all_rows if r.problem] if code == "CR743"
    )


@pytest.mark.parametrize(
    "text", ['{"a": 1', "nonsense", '{"a": 1} x', "{" * 100_000, '{"a": ' * 100_000, "[" * 100_000]
)
def test_a_line_that_is_no_json_costs_itself_alone(lines: Reader, text: str) -> None:
    result = lines(f'{{"a": "x"}}\r\n{text}\r\n{{"a": "y"}}\r\n')
    assert (result.good, result.bad) == ([(1, ("x",)), (3, ("y",))], [(2, "CR742")])


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('[{"a": 1}', 1),
        ('[{"a": 1},]', 1),
        ('[{"a": 1}\n {"a": 2}]', 2),
        ('{"activity": [{"a": 1}],\n}', 2),
        ('{"activity": [{"a": 1}]', 1),
        ('{"activity" [1]}', 1),
        ("{1: [2]}", 1),
        ("nonsense", 1),
        ('[{"a": "\n"}]', 1),
        ("[" * 100_000, 1),
        ('{"a":' * 100_000, 1),
        ('[{"a": 1}]\n[]', 2),
        ('{"a": 1}\n{"a": 2}', 2),
    ],
)
def test_a_mistake_refuses_the_whole_document_and_is_placed(document: Reader, text: str, row: int) -> None:
    result = document(text)
    assert (result.tables, result.codes) == ({}, ["CR740"])
    assert result.problems[0].place.row == row


def test_what_follows_hints_at_lines(document: Reader) -> None:
    assert ".jsonl" in document('[{"a": 1}]\n{"a": 2}').problems[0].arguments["reason"]


@pytest.mark.parametrize("text", ["{}", "1", '"text"', "[1, 2]", '{"学号": "1", "姓名": "张三"}', '{"a": {"b": []}}'])
def test_a_document_without_rows_is_said_once(document: Reader, text: str) -> None:
    result = document(text)
    assert (result.tables, result.codes) == ({}, ["CR741"])


def test_an_entry_that_is_no_table_does_not_hide_the_others(document: Reader) -> None:
    result = document('{"version": 3, "activity": [{"a": 1}], "note": {"x": [1]}}')
    assert (list(result.tables), result.codes) == (["activity"], ["CR741", "CR741"])
    assert [problem.arguments["position"] for problem in result.problems] == ["1", "3"]


def test_a_table_twice_is_read_never(document: Reader) -> None:
    result = document('{"a": [{"x": 1}], "b": [{"x": 2}], "a": [{"x": 3}]}')
    assert (list(result.tables), result.codes) == (["b"], ["CR747"])
    assert (result.problems[0].arguments["first"], result.problems[0].arguments["second"]) == ("1", "3")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('[{"": 1}]', ["CR625"]),
        ('[{"a": 1, " a": 2}]', ["CR626"]),
        ("[{" + ",".join(f'"c{number}": 1' for number in range(257)) + "}]", ["CR635"]),
        ('[{"\\ud83d": 1}]', ["CR740"]),
        ("", ["CR621"]),
        (" \n", ["CR621"]),
    ],
)
def test_headings_are_strict(document: Reader, text: str, codes: list[str]) -> None:
    """What is wrong with a heading goes with its table, so that the rows that are not read are counted."""
    result = document(text)
    doubts = [doubt.code for table, _ in result.tables.values() for doubt in table.doubts]
    assert (result.codes or doubts) == codes


def test_our_own_results_are_no_data(document: Reader) -> None:
    result = document('{"tables": {\n"accounts": [\n{"student_id": "1"}]\n}, "version": 1}\n')
    assert (result.tables, result.codes) == ({}, ["CR745"])


def test_lines_with_one_list_are_sent_to_the_other_reader(lines: Reader) -> None:
    assert lines('[{"a": 1},\n{"a": 2}]').codes == ["CR740"]
    assert lines('["a"]\n["b"]').codes == ["CR740"]
    assert lines('[\n{"a": 1}\n]').bad == [(1, "CR742"), (3, "CR742")]
    assert lines("1\n2\n").codes == ["CR741"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_as_for_csv(document: Reader, encoding: str) -> None:
    result = document('[{"学号": "1", "姓名": "张伟"}]'.encode(encoding))
    assert result.good == [(1, ("1", "张伟"))]
    assert result.codes == ([] if encoding.startswith("utf-8") else ["CR622"])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK\x03\x04...", "CR740"), (b"<html>", "CR740"), (codecs.BOM_UTF8 + b"\xff", "CR623")],
)
def test_what_is_no_text_is_said(document: Reader, content: bytes, code: str) -> None:
    result = document(content)
    assert result.codes == [code]
    assert "CSV" not in str(result.problems[0].arguments)


def test_a_file_that_changes_is_said(tmp_path: Path) -> None:
    path = tmp_path / "activity.jsonl"
    path.write_text('{"a": 1}\n')
    with JsonLinesSource(str(path)) as source:
        for table in source.tables():
            path.write_text('{"a": 1}\n{"a": 2}\n')
            assert len(list(table.rows)) == 1
    assert [problem.code for problem in source.problems] == ["CR632"]


def test_separators_within_texts_end_no_line(lines: Reader) -> None:
    assert lines('{"a": "x\u2028y\u0085z"}\n').good == [(1, ("x\u2028y\u0085z",))]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_the_text_of_a_number_is_the_number(number: Any) -> None:
    for written in (str(number), f"{number:e}", f"{number:E}"):
        text = number_text(written)
        assert "e" not in text.lower()
        assert type(number)(text) == number


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=3), st.none() | st.text(max_size=5)), max_size=5))
def test_any_rows_come_through(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str | None]]) -> None:
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with JsonSource(str(path)) as source:
        for table in source.tables():
            names = list(dict.fromkeys(name for row in rows for name in row))
            assert [row.cells for row in table.rows] == [tuple(row.get(name) or "" for name in names) for row in rows]
