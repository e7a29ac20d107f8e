"""Hostile files of every kind, and what is said of each: `files.csv` has the codes, and how many rows were read.

Every line was read by people; `pytest --update` writes what the program says now, to be read again in the difference.
"""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.corpus import office_files, office_texts, office_workbooks

import creditlang

TABLE = Path(__file__).with_name("files.csv")
POLICY = """
unit point
student
    name : text, optional
record act
    item : item
    on   : date
    size : number, optional
category fun in point from act
    item hike : 1 per event
"""
HEAD = "student_id,record_id,item,on,size"
ROW = "1,a,hike,2024-10-08,2"
GOOD = f"{HEAD}\n{ROW}\n"


def text(content: str, encoding: str = "utf-8") -> bytes:
    """A file of text."""
    return content.encode(encoding, "surrogatepass")


CSV: dict[str, bytes] = {
    "sound": text(GOOD),
    "empty": b"",
    "one line feed": b"\n",
    "blanks only": b"   \n  ,  \n",
    "a heading only": text(HEAD),
    "a heading and empty lines": text(f"{HEAD}\n,,,,\n\n,,,,\n"),
    "no line feed at the end": text(f"{HEAD}\n{ROW}"),
    "carriage returns": text(GOOD.replace("\n", "\r\n")),
    "carriage returns alone": text(GOOD.replace("\n", "\r")),
    "mixed ends of lines": text(f"{HEAD}\r\n{ROW}\n"),
    "a byte order mark": b"\xef\xbb\xbf" + text(GOOD),
    "two byte order marks": b"\xef\xbb\xbf" * 2 + text(GOOD),
    "UTF-16 with its mark": text(GOOD, "utf-16"),
    "UTF-16 without a mark": text(GOOD, "utf-16-le"),
    "UTF-32": text(GOOD, "utf-32"),
    "GB18030": text(f"学号,记录编号,item,on,size\n{ROW}\n", "gb18030"),
    "Big5": text(f"學號,record_id,item,on,size\n{ROW}\n", "big5"),
    "Latin-1": text(f"{HEAD}\n1,é,hike,2024-10-08,2\n", "latin-1"),
    "half a character at the end": text(f"{HEAD}\n1,学,hike,2024-10-08,2")[:-1] + b"\xe5",
    "a lone surrogate": text(f"{HEAD}\n1,a\ud800,hike,2024-10-08,2\n"),
    "semicolons": text(GOOD.replace(",", ";")),
    "tabulators": text(GOOD.replace(",", "\t")),
    "full-width commas": text(GOOD.replace(",", "，")),
    "a line that says the separator": text(f"sep=,\n{GOOD}"),
    "a row too short": text(f"{HEAD}\n1,a,hike\n"),
    "a row too long": text(f"{HEAD}\n{ROW},x,y\n"),
    "a row too long with nothing": text(f"{HEAD}\n{ROW},,\n"),
    "a heading twice": text(f"{HEAD},on\n{ROW},2024-10-09\n"),
    "two headings for one column": text(f"{HEAD},学号\n{ROW},2\n"),
    "a column without a heading": text(f"{HEAD},\n{ROW},x\n"),
    "a column nobody asked for": text(f"{HEAD},colour\n{ROW},red\n"),
    "a heading misspelt": text(f"student_id,record_id,itme,on,size\n{ROW}\n"),
    "no column of items": text("student_id,record_id,on\n1,a,2024-10-08\n"),
    "no column of people": text("record_id,item,on\na,hike,2024-10-08\n"),
    "the heading twice in the middle": text(f"{GOOD}{HEAD}\n2,b,hike,2024-10-09,1\n"),
    "a title above": text(f"Hikes of 2024,,,,\n{GOOD}"),
    "totals below": text(f"{GOOD}total,,,,2\n"),
    "a quote that does not end": text(f'{HEAD}\n1,"a,hike,2024-10-08,2\n{ROW}\n'),
    "a quote in the middle": text(f'{HEAD}\n1,a"b,hike,2024-10-08,2\n'),
    "text after a quote": text(f'{HEAD}\n1,"a"b,hike,2024-10-08,2\n'),
    "quotes doubled": text(f'{HEAD}\n1,"a""b",hike,2024-10-08,2\n'),
    "a line break in quotes": text(f'{HEAD}\n1,"a\nb",hike,2024-10-08,2\n'),
    "a NUL": text(f"{HEAD}\n1,a\x00,hike,2024-10-08,2\n"),
    "NULs only": b"\x00" * 64,
    "a backspace": text(f"{HEAD}\n1,a\b,hike,2024-10-08,2\n"),
    "a bidi override in a heading": text(f"{HEAD},x\u202ey\n{ROW},1\n"),
    "the same record twice": text(f"{GOOD}{ROW}\n"),
    "the same id, another record": text(f"{GOOD}1,a,hike,2024-10-09,3\n"),
    "nobody of the list": text(f"{HEAD}\n9,a,hike,2024-10-08,2\n"),
    "no student": text(f"{HEAD}\n,a,hike,2024-10-08,2\n"),
    "an unknown item": text(f"{HEAD}\n1,a,hiek,2024-10-08,2\n"),
    "no date": text(f"{HEAD}\n1,a,hike,,2\n"),
    "a number as a program rewrote it": text(f"{HEAD}\n1.0,a,hike,2024-10-08,2\n"),
    "a formula": text(f"{HEAD}\n=1,a,hike,2024-10-08,2\n"),
    "a very long cell": text(f"{HEAD}\n1,{'a' * 5000},hike,2024-10-08,2\n"),
    "ten thousand columns": text(",".join([HEAD, *(f"c{n}" for n in range(10_000))]) + f"\n{ROW}{',' * 10_000}\n"),
    "a zip file by another name": b"PK\x03\x04" + b"\x00" * 60,
    "a PDF by another name": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "HTML by another name": b"<html><table><tr><td>1</td></tr></table></html>",
    "JSON by another name": b'{"act": []}',
}
RECORD: dict[str, Any] = {"student_id": "1", "record_id": "a", "item": "hike", "on": "2024-10-08", "size": 2}


def act(**changed: Any) -> bytes:
    """A document with one record."""
    return json.dumps({"student": [{"student_id": "1"}], "act": [{**RECORD, **changed}]}).encode()


JSON: dict[str, bytes] = {
    "sound": act(),
    "empty": b"",
    "null": b"null",
    "a number": b"1",
    "a list": b"[]",
    "a list of lists": b"[[1, 2]]",
    "an empty object": b"{}",
    "a comma too many": b'{"act": [],}',
    "cut off": act()[:-9],
    "something after the end": act() + b"x",
    "two documents": act() + act(),
    "a name twice": b'{"student": [{"student_id": "1", "student_id": "2"}], "act": []}',
    "a table twice": b'{"student": [], "student": [{"student_id": "1"}], "act": []}',
    "a table that is an object": b'{"student": {"student_id": "1"}, "act": []}',
    "a table that is a text": b'{"student": "1", "act": []}',
    "a row that is a list": b'{"student": [["1"]], "act": []}',
    "a row that is null": b'{"student": [null], "act": []}',
    "a cell that is a list": act(size=[1]),
    "a cell that is an object": act(item={"name": "hike"}),
    "a cell that is null": act(size=None),
    "a needed cell that is null": act(on=None),
    "a cell that is true": act(size=True),
    "a number for a person": act(student_id=1),
    "a float for a person": act(student_id=1.0),
    "a float": act(size=2.5),
    "a float of many digits": act(size=0.1 + 0.2),
    "NaN": act(size=float("nan")),
    "infinity": act(size=float("inf")),
    "a long number": act(size=10**30),
    "a number with an exponent": act(size=77).replace(b"77", b"1e2"),
    "a long exponent": act(size=77).replace(b"77", b"1e999999999"),
    "an escape of half a character": b'{"student": [{"student_id": "\\ud800"}], "act": []}',
    "single quotes": b"{'act': []}",
    "a comment": b'// x\n{"act": []}',
    "a byte order mark": b"\xef\xbb\xbf" + act(),
    "UTF-16": act().decode().encode("utf-16"),
    "not UTF-8": act().replace(b"hike", b"h\xffke"),
    "a million brackets": b"[" * 1_000_000 + b"]" * 1_000_000,
    "an unknown table": json.dumps({"student": [{"student_id": "1"}], "acts": [RECORD]}).encode(),
    "an unknown column": act(colour="red"),
    "lines of objects": b'{"student_id": "1"}\n{"student_id": "2"}\n',
}


def workbook(write: Callable[[Any], None], **options: Any) -> bytes:
    """A workbook with a list of students and a sheet of records."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        students = book.add_worksheet("student")
        students.write_column(0, 0, ["student_id", "1"])
        write(book)
    return out.getvalue()


def sheet(*rows: list[Any], name: str = "act") -> Callable[[Any], None]:
    """A sheet of those rows."""

    def write(book: Any) -> None:
        made = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    made.write(number, column, cell)

    return write


HEADS, CELLS = HEAD.split(","), ["1", "a", "hike", "2024-10-08", 2]


def formula(book: Any) -> None:
    """A sum without the value that it had."""
    made = book.add_worksheet("act")
    made.write_row(0, 0, HEADS)
    made.write_row(1, 0, CELLS)
    made.write_formula(1, 4, "=1+1", value="")


def far_away(book: Any) -> None:
    """One cell at the far corner."""
    made = book.add_worksheet("act")
    made.write_row(0, 0, HEADS)
    made.write(1_048_575, 16_383, "x")


def hidden(book: Any) -> None:
    """A row and a sheet that are hidden."""
    made = book.add_worksheet("act")
    made.write_row(0, 0, HEADS)
    made.write_row(1, 0, CELLS)
    made.set_row(1, None, None, {"hidden": True})


def merged(book: Any) -> None:
    """One cell over two rows."""
    made = book.add_worksheet("act")
    made.write_row(0, 0, HEADS)
    made.write_row(1, 0, CELLS)
    made.write_row(2, 0, ["", "b", "hike", "2024-10-09", 1])
    made.merge_range(1, 0, 2, 0, "1")


def without(part: str) -> bytes:
    """A workbook of which a part is missing."""
    whole, out = io.BytesIO(workbook(sheet(HEADS, CELLS))), io.BytesIO()
    with zipfile.ZipFile(whole) as read, zipfile.ZipFile(out, "w") as written:
        for name in read.namelist():
            if name != part:
                written.writestr(name, read.read(name))
    return out.getvalue()


def bomb() -> bytes:
    """A workbook with a sheet that unpacks to a thousand times its size."""
    whole, out = io.BytesIO(workbook(sheet(HEADS, CELLS))), io.BytesIO()
    with zipfile.ZipFile(whole) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("sheet2.xml"):
                content = content.replace(b"</worksheet>", b" " * 60_000_000 + b"</worksheet>")
            written.writestr(name, content)
    return out.getvalue()


def entities() -> bytes:
    """A workbook with entities that grow."""
    whole, out = io.BytesIO(workbook(sheet(HEADS, CELLS))), io.BytesIO()
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(whole) as read, zipfile.ZipFile(out, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("sheet2.xml"):
                content = content.replace(b"<worksheet", laughs + b"<worksheet", 1)
            written.writestr(name, content)
    return out.getvalue()


WORKBOOK: dict[str, Callable[[], bytes]] = {
    "sound": lambda: workbook(sheet(HEADS, CELLS)),
    "empty": lambda: b"",
    "no sheet of records": lambda: workbook(lambda book: None),
    "an empty sheet": lambda: workbook(sheet()),
    "a heading only": lambda: workbook(sheet(HEADS)),
    "a title above": lambda: workbook(sheet(["Hikes"], HEADS, CELLS)),
    "empty rows between": lambda: workbook(sheet(HEADS, [], CELLS)),
    "a number for a person": lambda: workbook(sheet(HEADS, [1, *CELLS[1:]])),
    "a long number for a person": lambda: workbook(sheet(HEADS, [123456789012345678, *CELLS[1:]])),
    "a float": lambda: workbook(sheet(HEADS, [*CELLS[:4], 0.1])),
    "a float of many digits": lambda: workbook(sheet(HEADS, [*CELLS[:4], 0.1 + 0.2])),
    "a day as a number": lambda: workbook(sheet(HEADS, [*CELLS[:3], 45573, 2])),
    "a truth value": lambda: workbook(sheet(HEADS, [*CELLS[:4], True])),
    "a formula without a value": lambda: workbook(formula),
    "a cell far away": lambda: workbook(far_away),
    "a hidden row": lambda: workbook(hidden),
    "a merged cell": lambda: workbook(merged),
    "a sheet of another name": lambda: workbook(sheet(HEADS, CELLS, name="acts")),
    "cut off": lambda: workbook(sheet(HEADS, CELLS))[:-400],
    "without its strings": lambda: without("xl/sharedStrings.xml"),
    "without its workbook": lambda: without("xl/workbook.xml"),
    "without a sheet": lambda: without("xl/worksheets/sheet2.xml"),
    "without its types": lambda: without("[Content_Types].xml"),
    "a zip bomb": bomb,
    "entities that grow": entities,
    "text": lambda: text(GOOD),
    "an old workbook by another name": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
}


def database(*statements: str) -> Callable[[Path], None]:
    """A database of those statements."""

    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        for statement in ("create table student (student_id text)", "insert into student values ('1')", *statements):
            connection.execute(statement)
        connection.commit()
        connection.close()

    return write


CREATE = 'create table act (student_id, record_id, item, "on", size)'


def row(person: str = "'1'", number: str = "'a'", size: str = "2") -> Callable[[Path], None]:
    """A database with one record, in the words of SQL."""
    return database(CREATE, f"insert into act values ({person}, {number}, 'hike', '2024-10-08', {size})")


def damaged(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A database with one record, of which the bytes are changed."""

    def write(path: Path) -> None:
        row()(path)
        path.write_bytes(change(path.read_bytes()))

    return write


SELECT = """select '1' student_id, 'a' record_id, 'hike' item, '2024-10-08' "on", 2 size"""
DATABASE: dict[str, Callable[[Path], None]] = {
    "sound": row(),
    "no table of records": database(),
    "an empty table": database(CREATE),
    "a blob": row(number="x'ff00'"),
    "a real number": row(size="0.1"),
    "a real number of many digits": row(size="0.1 + 0.2"),
    "infinity": row(size="9e999"),
    "a number for a person": row("1"),
    "a real number for a person": row("1.0"),
    "null for a person": row("null"),
    "a text that is not UTF-8": row(number="cast(x'ff' as text)"),
    "a view": database(f"create view act as {SELECT}"),
    "a view that fails": database("create view act as select * from missing"),
    "a table called by quotes": database(
        'create table "act"" ; drop table student" (x)', f"create view act as {SELECT}"
    ),
    "empty": damaged(lambda data: b""),
    "no database": damaged(lambda data: text(GOOD)),
    "cut off": damaged(lambda data: data[:5000]),
    "torn": damaged(lambda data: data[:4096] + b"\xff" * 4096 + data[8192:]),
}


@pytest.fixture(scope="module")
def policy() -> creditlang.Policy:
    return creditlang.load(POLICY, plugins=False)


def told(policy: creditlang.Policy, path: Path) -> str:
    """The codes of all findings, and what was made of the rows."""
    try:
        cohort = policy.run(path, as_of="2025-08-31")
    except (creditlang.DataError, creditlang.PluginError) as error:
        return "refused: " + " ".join(sorted({found.code for found in error.diagnostics}))
    codes = sorted({str(row[1]) for row in cohort.tables["issues"]})
    equation = next(str(row[1]) for row in cohort.tables["manifest"] if row[0] == "equation")
    sums, _, unread = equation.partition("; ")
    parts = [part for part in sums.replace(" = ", " + ").split(" + ") if not part.endswith(" 0")]
    return "; ".join(filter(None, [" ".join(codes), ", ".join(parts), unread.partition(" (")[0]]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files(policy: creditlang.Policy, tmp_path: Path, update: bool) -> None:
    found = []

    def look(kind: str, name: str, path: Path) -> None:
        found.append([kind, name, told(policy, path)])

    def beside(kind: str, name: str, ending: str, content: bytes) -> None:
        """A folder with the list of students and one file."""
        folder = tmp_path / str(len(found))
        folder.mkdir()
        (folder / "student.csv").write_text("student_id\n1\n")
        (folder / f"act{ending}").write_bytes(content)
        look(kind, name, folder)

    def alone(kind: str, name: str, ending: str, content: bytes) -> None:
        path = tmp_path / f"{len(found)}{ending}"
        path.write_bytes(content)
        look(kind, name, path)

    for name, content in (*CSV.items(), *office_texts.CSV.items()):
        beside("csv", name, ".csv", content)
    for name, content in JSON.items():
        alone("json", name, ".json", content)
    for name, content in office_texts.LINES.items():
        beside("json lines", name, ".jsonl", content)
    for name, make in (*WORKBOOK.items(), *office_workbooks.WORKBOOK.items()):
        alone("workbook", name, ".xlsx", make())
    for name, make in office_files.PARQUET.items():
        beside("parquet", name, ".parquet", make())
    for name, make in office_files.ARROW.items():
        beside("arrow", name, ".arrow", make())
    for name, write in (*DATABASE.items(), *office_files.DATABASE.items()):
        path = tmp_path / f"{len(found)}.db"
        write(path)
        look("database", name, path)
    names = [(kind, name) for kind, name, _ in found]
    assert len(names) == len({*names}) > 400
    if update:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(found)
        TABLE.write_text(out.getvalue(), encoding="utf-8")
        return
    assert found == list(csv.reader(io.StringIO(TABLE.read_text(encoding="utf-8"))))
