"""The CSV source is strict: every physical line is accounted for, and nothing is guessed."""

import io
import os
import time
import tracemalloc
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditlang.diagnostics import Diagnostic, message
from creditlang.schema import RawRow
from creditlang_builtin.csv import csv_columns, csv_rows, csv_source
from creditlang_builtin.csv.csv_rows import CsvRows
from creditlang_builtin.csv.csv_source import CsvSource
from creditlang_builtin.files import stable_file

HEADER = "学号,项目,日期\n"


Reader = Callable[..., Any]


def rows_of(text: str, source: str = "x.csv") -> CsvRows:
    return CsvRows(csv_rows.numbered_lines(io.StringIO(text, newline=None)), source)


def test_plain(read: Reader) -> None:
    result = read(HEADER + "1,讲座,2024-10-08\n2,跑步,2024-10-09\n")
    table, _ = result.tables["activity"]
    assert (table.source, table.header) == ("activity.csv", ("学号", "项目", "日期"))
    assert result.good == [(2, ("1", "讲座", "2024-10-08")), (3, ("2", "跑步", "2024-10-09"))]
    assert result.problems == []


def test_the_fingerprint_is_the_sum_of_the_bytes(read: Reader) -> None:
    assert read(b"id\n1\n").fingerprint == sha256(b"id\n1\n").hexdigest()


@pytest.mark.parametrize(
    ("encoding", "codes"),
    [("utf-8", []), ("utf-8-sig", []), ("gb18030", ["CR622"]), ("gbk", ["CR622"]), ("utf-16", ["CR622"])],
)
def test_encodings(read: Reader, encoding: str, codes: list[str]) -> None:
    result = read(HEADER + "1,张伟,2024-10-08\n", encoding)
    assert result.tables["activity"][0].header[0] == "学号"
    assert result.good == [(2, ("1", "张伟", "2024-10-08"))]
    assert result.codes == codes


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + "1,\udcff\udcfe\udcff,x\n").encode("utf-8", "surrogateescape"),
        HEADER.encode("gb18030") + b"1,\xff\xff,x\n",
        b"\xef\xbb\xbfid,name\n\xb0\xa1,x\n",
        b"\xff\xfei\x00d\x00\n\x00\x00\xdc\x00",
    ],
)
def test_bytes_in_no_encoding(read: Reader, content: bytes) -> None:
    result = read(content)
    assert result.codes == ["CR623"]
    assert result.tables == {}


def test_a_damaged_utf8_file_is_not_taken_for_gbk(read: Reader) -> None:
    content = (HEADER + "1,张伟,衡阳科技\n").encode() + b"2,\xe5\xbc,x\n"
    content.decode("gb18030")  # it could be
    result = read(content)
    assert result.codes == ["CR623"]
    assert result.problems[0].place is not None
    assert result.problems[0].place.row == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines(read: Reader, end: str) -> None:
    text = "\n" + HEADER + "\n1,a,b\n   \n,,\n \u3000,,\n2,c,d\n\n"
    result = read(text.replace("\n", end))
    assert result.good == [(4, ("1", "a", "b")), (8, ("2", "c", "d"))]
    assert result.codes == ["CR638"]
    assert result.problems[0].arguments["count"] == "2"


def test_no_line_end_at_the_end(read: Reader) -> None:
    assert read(HEADER + "1,a,b").good == [(2, ("1", "a", "b"))]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "   \n", ",,\n"])
def test_an_empty_file(read: Reader, content: str) -> None:
    result = read(content)
    assert (result.codes, result.tables) == (["CR621"], {})


def test_a_heading_alone_is_a_table(read: Reader) -> None:
    result = read(HEADER)
    assert result.codes == ["CR639"]
    assert result.all_rows == []
    assert "activity" in result.tables


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("a,b,a\n", ["CR626"]),
        ("a,b, a\u3000\n", ["CR626"]),
        ("a,,b\n", ["CR625"]),
        ("a,b,,\n", ["CR625", "CR625"]),
        ("标题,,\na,b,c\n", ["CR625", "CR625"]),
        ('a,"b\n', ["CR628"]),
        ('a,b"c\n', ["CR630"]),
        ("a\0,b\n", ["CR624"]),
        ("a;b;c\n", ["CR637"]),
        ("a\tb\n", ["CR637"]),
        ("a，b\n", ["CR637"]),
        (",".join(f"c{number}" for number in range(257)) + "\n", ["CR635"]),
    ],
)
def test_a_heading_that_cannot_be_used_is_refused_or_doubted(read: Reader, header: str, codes: list[str]) -> None:
    result = read(header + "1,2,3\n")
    doubts = [doubt.code for table, _ in result.tables.values() for doubt in table.doubts]
    assert (result.codes or doubts) == codes
    assert not (result.codes and result.tables)


def test_a_heading_is_trimmed_and_may_be_quoted(read: Reader) -> None:
    result = read('\ufeff" 学号 ","a,b","x\ny"\n1,2,3\n')
    assert result.tables["activity"][0].header == ("学号", "a,b", "x\ny")
    assert result.good == [(3, ("1", "2", "3"))]


def test_256_columns(read: Reader) -> None:
    header = ",".join(f"c{number}" for number in range(256))
    assert len(read(f"{header}\n{header}\n").good[0][1]) == 256


def test_ragged_rows_are_reported_and_counted(read: Reader) -> None:
    result = read(HEADER + '1,a\n2,b,c\n3,d,e,f\n"4",g\n5\n')
    assert result.good == [(3, ("2", "b", "c"))]
    assert result.bad == [(2, "CR627"), (4, "CR627"), (5, "CR627"), (6, "CR627")]
    assert result.all_rows[0].cells == ("1", "a")
    assert result.problems == []


def test_quotes_where_they_belong(read: Reader) -> None:
    result = read(HEADER + '"1","a, ""b""",""\n2,"x\n\ny",z\n3,,\n"","",""\n')
    assert result.good == [(2, ("1", 'a, "b"', "")), (3, ("2", "x\n\ny", "z")), (6, ("3", "", ""))]
    assert result.codes == ["CR638"]


@pytest.mark.parametrize("line", ['1,5" screen,x', '1,"a"b,x', '1,"a""b,"x"', '"1", "a",x', '1,a"b"c,x', '1,a,"b"  '])
def test_quotes_in_the_middle_cost_one_row(read: Reader, line: str) -> None:
    result = read(HEADER + f"0,a,b\n{line}\n2,c,d\n")
    assert [number for number, _ in result.good] in ([2, 4], [2])
    assert result.bad[0][0] == 3
    assert len(result.all_rows) == 3


def test_an_unclosed_quote_swallows_the_rest_and_says_where_it_opened(read: Reader) -> None:
    result = read(HEADER + '1,a,b\n2,"c,d\n\n3,e,f\n4,"g",h\n')
    assert result.good == [(2, ("1", "a", "b"))]
    assert result.bad == [(3, "CR628"), (5, "CR629"), (6, "CR629")]
    swallowed = result.all_rows[2].problem
    assert swallowed is not None
    assert swallowed.arguments["opened"] == "3"


def test_an_unclosed_quote_in_a_large_file(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "LONGEST_LINE", 200)
    rows = "".join(f"{number},a,b\n" for number in range(1000))
    result = read(HEADER + '0,"c,d\n' + rows)
    assert len(result.bad) == 1001
    assert result.good == []


def test_two_lost_quotes_that_close_badly(read: Reader) -> None:
    result = read(HEADER + '1,"a,b\n2,c,d\n3,"e,f\n4,g,h\n')
    assert result.bad == [(2, "CR628"), (3, "CR629"), (4, "CR629")]
    assert result.good == [(5, ("4", "g", "h"))]


def test_two_lost_quotes_that_close_each_other(read: Reader) -> None:
    result = read(HEADER + '1,"a,b\n2,c,d\n3,e",f\n4,g,h\n')
    assert result.bad == [(2, "CR631"), (3, "CR629"), (4, "CR629")]
    assert result.good == [(5, ("4", "g", "h"))]


def test_two_lost_quotes_in_neighbouring_rows(read: Reader) -> None:
    result = read(HEADER + '1,"a,b\n2,c",d\n4,g,h\n')
    assert result.bad == [(2, "CR631"), (3, "CR629")]
    assert result.good == [(4, ("4", "g", "h"))]


def test_a_nul_costs_its_row(read: Reader) -> None:
    result = read(HEADER + '1,a\0,b\n2,c,d\n3,"e\n\0",f\n')
    assert result.bad[:1] == [(2, "CR624")]
    assert (3, ("2", "c", "d")) in result.good
    assert {number for number, _ in result.bad} == {2, 4, 5}


def test_a_huge_line_costs_itself(read: Reader) -> None:
    result = read(HEADER + "1,a,b\n2," + "x" * csv_rows.LONGEST_LINE + ",c\n3,d,e\n")
    assert result.bad == [(3, "CR634")]
    assert [number for number, _ in result.good] == [2, 4]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x14", b"\xd0\xcf\x11\xe0\xa1", b"<html><table>", b"\xef\xbb\xbf <table>"]
)
def test_what_is_no_csv_at_all(read: Reader, content: bytes) -> None:
    assert read(content + b"\nrest").codes == ["CR636"]


def test_utf16_without_a_mark(read: Reader) -> None:
    """What is wrong with the heading goes with the table, so that its rows are counted."""
    ((table, rows),) = read("id,name\n1,a\n".encode("utf-16-le")).tables.values()
    assert ([doubt.code for doubt in table.doubts], len(rows)) == (["CR624"], 2)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text(HEADER)
    found = stable_file.read_file(path, limit=4)
    assert isinstance(found, Diagnostic)
    assert found.code == "CR633"


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_text(HEADER + "1,a,b\n2,c,d\n", encoding="utf-8")
    source = CsvSource(str(path))
    for table in source.tables():
        for row in table.rows:
            if row.number == 2:
                with path.open("a") as file:
                    file.write("3,e,f\n")
    assert [problem.code for problem in source.problems] == ["CR632"]


def test_a_file_that_changes_between_its_first_byte_and_its_last(
    tmp_path: Path, read_source: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "activity.csv"
    path.write_text(HEADER + "1,a,b\n", encoding="utf-8")
    real: Any = csv_source.encoding_of

    def slow(*arguments: Any) -> Any:
        os.utime(path, ns=(1, 1))
        return real(*arguments)

    monkeypatch.setattr(csv_source, "encoding_of", slow)
    for encoding in ("utf-8", "gbk"):
        path.write_text(HEADER + "1,张,b\n", encoding=encoding)
        result = read_source(CsvSource(str(path)))
        assert (result.codes, result.tables) == (["CR632"], {})


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_text(HEADER + "1,a,b\n", encoding="utf-8")
    source = CsvSource(str(path))
    for table in source.tables():
        path.unlink()
        assert len(list(table.rows)) == 1
    assert [problem.code for problem in source.problems] == ["CR632"]


def test_rows_can_be_read_once_all_tables_are_known(tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_text(HEADER + "1,a,b\n", encoding="utf-8")
    with CsvSource(str(path)) as source:
        tables = list(source.tables())
    assert [len(list(table.rows)) for table in tables] == [1]


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_cannot_be_read(tmp_path: Path, read_source: Reader, name: str) -> None:
    (problem,) = read_source(CsvSource(str(tmp_path / name))).problems
    assert problem.code == "CR620"


def test_a_pipe_is_not_a_file(read_source: Reader) -> None:
    if not Path("/dev/null").exists():
        pytest.skip("no such device here")
    (problem,) = read_source(CsvSource("/dev/null")).problems
    assert problem.code == "CR620"


def test_speed() -> None:
    text = HEADER + "".join(f"20240{number:05d},讲座,2024-10-08\n" for number in range(50_000))
    started = time.process_time()
    parsed = rows_of(text, "activity.csv")
    assert parsed.header() is not None
    assert sum(1 for _ in parsed.rows()) == 50_000
    assert time.process_time() - started < 1


cells = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6)


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell

    text = HEADER + "".join(",".join(map(quoted, row)) + "\n" for row in rows)
    parsed = rows_of(text)
    assert parsed.header() is not None
    found = list(parsed.rows())
    wanted = [tuple(row) for row in rows if any(cell.strip(csv_rows.BLANKS) or '"' in cell for cell in row)]
    if all(row.problem is None for row in found):
        kept = [row.cells for row in found if any(cell.strip(csv_rows.BLANKS) for cell in row.cells)]
        assert kept == wanted
    else:
        assert any(sum(cell.count("\n") for cell in row) > 1 for row in rows)


@given(text=st.text(st.sampled_from('ab,"\n\r\0 '), max_size=60))
def test_every_line_is_accounted_for(text: str) -> None:
    parsed = rows_of(HEADER + text)
    parsed.header()
    rows = list(parsed.rows())
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    lines = (HEADER + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if all("\n" not in cell for row in rows for cell in row.cells):
        expected = {number for number, line in enumerate(lines[1:], 2) if line.strip(csv_rows.BLANKS + ',"')}
        assert expected <= set(numbers)
    assert all(row.problem is not None or len(row.cells) == 3 for row in rows)


def told(rows: Iterable[RawRow]) -> list[tuple[int, tuple[str, ...], str]]:
    return [(row.number, row.cells, message(row.problem) if row.problem else "") for row in rows]


def found_in(parsed: CsvRows) -> tuple[object, ...]:
    header = parsed.header()
    rows = told(parsed.rows()) if header is not None else []
    return header, rows, [*map(message, parsed.problems), *map(message, parsed.doubts)]


@given(text=st.text(st.sampled_from('a,,,"\n\n \r\0张'), max_size=80), limit=st.integers(1, 30))
@example('a,b,c\n1,"2\n' + "2" * 20 + '",3\n4,5,6\n', 10)
@example('a\n"\n,,a', 1)
@example("a,b,c\n" + "1" * 20 + "\0,2,3\n4,5,6\n", 10)
def test_a_line_that_is_not_held_counts_like_one_that_is(text: str, limit: int) -> None:
    stream = io.StringIO(text, newline=None)
    held = iter([*enumerate(stream.read().removesuffix("\n").split("\n"), 1)])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv_rows, "LONGEST_LINE", limit)
        patched.setattr(csv_rows, "_PIECE", 3)
        found = found_in(rows_of(text))
        assert found == found_in(CsvRows(held, "x.csv"))


def most_memory(path: Path) -> tuple[int, list[int]]:
    """Bytes held at most while a file is read, and the numbers of its broken rows."""
    tracemalloc.start()
    try:
        broken = [row.number for table in CsvSource(str(path)).tables() for row in table.rows if row.problem]
        return tracemalloc.get_traced_memory()[1], broken
    finally:
        tracemalloc.stop()


def of_rows(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(f"20240{row:06d},讲座与报告,2024-10-08\n" for row in range(rows))
    return path


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = of_rows(tmp_path / "activity.csv", 100_000)
    monkeypatch.setattr(csv_source, "LARGE", 2**60)
    memory, broken = most_memory(path)
    assert not broken
    assert memory < 2_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("large", "most"), [(2**60, 12_000_000), (0, 16 * csv_columns.BLOCK)])
def test_memory_does_not_grow_with_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, large: int, most: int
) -> None:
    monkeypatch.setattr(csv_source, "LARGE", large)
    path = tmp_path / "activity.csv"
    with path.open("w", encoding=encoding) as file:
        file.write(HEADER + "1,张,")
        file.writelines(["张" * 1_000_000] * 12)
        file.write("\n2,b,c\n")
    memory, broken = most_memory(path)
    assert broken == [2]
    assert memory < most
